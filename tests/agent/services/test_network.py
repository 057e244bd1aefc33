"""Network: why no answer came, from real sockets and real certificates."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import socket
import ssl

import pytest
import trustme

from agent.services.network import explain_network
from agent.services.service import unknown

SERVICE = unknown("wss://me:hunter2@h.example:1/v1/realtime")


async def failing(**connection):
    """What a connection raises."""
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(**connection)
    except OSError as error:
        return error
    writer.close()
    raise AssertionError("the connection was made")


@pytest.fixture
async def served():
    """Serves a certificate at a free port; gives the port."""
    servers = []

    async def serve(certificate=None):
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            certificate.configure_cert(context)

        async def greet(_reader, writer):
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        servers.append(await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context))
        return servers[-1].sockets[0].getsockname()[1]

    yield serve
    for server in servers:
        server.close()
        await server.wait_closed()


def expired(authority):
    return authority.issue_cert("localhost", not_after=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("make", "trusted", "told"),
    [
        (lambda authority: authority.issue_cert("localhost"), False, "signed by nobody whom this machine trusts"),
        (lambda authority: authority.issue_cert("elsewhere.example"), True, "for another name"),
        (expired, True, "has expired"),
    ],
)
async def test_a_certificate_that_is_not_accepted_is_told_with_the_reason(served, make, trusted, told):
    authority = trustme.CA()
    port = await served(make(authority))
    context = ssl.create_default_context()
    if trusted:
        authority.configure_trust(context)
    text = explain_network(SERVICE, await failing(host="localhost", port=port, family=socket.AF_INET, ssl=context))
    assert "no secure connection to a compatible service at h.example:1" in text
    assert told in text


async def test_a_server_without_tls_is_told(served):
    port = await served()
    error = await failing(host="localhost", port=port, family=socket.AF_INET, ssl=ssl.create_default_context())
    assert "does not speak TLS there" in explain_network(SERVICE, error)


async def test_a_port_where_nobody_listens_is_told(unused_tcp_port):
    error = await failing(host="127.0.0.1", port=unused_tcp_port)
    assert "nobody listens there (connection refused)" in explain_network(SERVICE, error)


async def test_a_name_with_several_addresses_none_of_which_answers_is_told_alike():
    error = OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 1), [Errno 111] Connect call failed")
    assert errno.ECONNREFUSED == 111 or pytest.skip("other numbers on this system")
    assert "connection refused" in explain_network(SERVICE, error)


async def test_a_name_without_an_address_is_told():
    error = await failing(host="no-such-host.invalid", port=443)
    assert "has no address" in explain_network(SERVICE, error) or "name server" in explain_network(SERVICE, error)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "has no address: check the name"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "no name server answers"),
        (TimeoutError(), "did not answer in time"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "hung up during the handshake"),
        (ConnectionAbortedError("SSL handshake is taking longer than 60.0 seconds"), "hung up during the handshake"),
        (OSError(errno.ENETUNREACH, "unreachable"), "no way to it from here"),
        (ValueError("wss://me:hunter2@h"), "should look like wss://HOST/PATH"),
        (type("WSInvalidURL", (Exception,), {})("wss://me:hunter2@h"), "should look like wss://HOST/PATH"),
        (RuntimeError("hunter2"), r"cannot be reached (RuntimeError): is it running?"),
        (OSError("strange"), r"cannot be reached (OSError): is it running?"),
    ],
)
def test_every_cause_is_told_apart_and_no_password_repeated(error, told):
    text = explain_network(SERVICE, error)
    assert told in text
    assert "hunter2" not in text


def test_how_long_was_waited_is_said():
    assert "did not answer within 15 s" in explain_network(SERVICE, TimeoutError(), 15.0)


def test_what_a_library_wraps_is_found():
    class WrapperError(Exception):
        def __init__(self, os_error=None):
            super().__init__("wrapped")
            self.os_error = os_error

    refused = ConnectionRefusedError(errno.ECONNREFUSED, "no")
    caused = WrapperError()
    caused.__cause__ = refused
    for error in (WrapperError(refused), caused, ExceptionGroup("both", [refused])):
        assert "connection refused" in explain_network(SERVICE, error)


def test_an_error_that_was_merely_being_handled_is_not_taken_for_the_cause():
    error = OSError("the next one")
    error.__context__ = ConnectionResetError(errno.ECONNRESET, "the last connection")
    assert "hung up" not in explain_network(SERVICE, error)


def test_a_certificate_that_fails_for_a_rarer_reason_is_told_in_openssls_words():
    error = ssl.SSLCertVerificationError(1, "bad")
    error.verify_code, error.verify_message = 23, "certificate revoked"
    assert "not accepted (certificate revoked)" in explain_network(SERVICE, error)
    error.verify_code = 18
    assert "self-signed" in explain_network(SERVICE, error)
