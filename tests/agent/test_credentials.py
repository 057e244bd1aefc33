"""Credentials: keys and tokens, from real sources of tokens where it can be."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken

from agent.config import Settings
from agent.credentials import Credentials, default_credential
from agent.errors import ConfigurationError, CredentialError
from agent.services.address import service_at
from agent.services.authentication import authenticated

AZURE = "wss://r.openai.azure.com/openai/v1/realtime?model=d"
VOICE_LIVE = "wss://r.services.ai.azure.com/voice-live/realtime?model=m"
COGNITIVE = "https://cognitiveservices.azure.com/.default"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def service(address=AZURE, **changes):
    return replace(authenticated(service_at(address), Settings()), **changes)


class Source:
    """A credential that gives out numbered tokens which are good for some seconds of our own clock."""

    def __init__(self, good_for=3600.0):
        self.now, self.good_for = 1000.0, good_for
        self.asked, self.closed, self.failure = [], False, None
        self.gate, self.reached = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def get_token(self, *scopes):
        self.asked.append(scopes)
        self.reached.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return AccessToken(f"token{len(self.asked)}", int(self.now + self.good_for))

    async def close(self):
        self.closed = True

    def clock(self):
        return self.now


@pytest.fixture
async def source():
    return Source()


@pytest.fixture
async def credentials(source):
    async with Credentials(Settings(), lambda: source, source.clock) as made:
        yield made


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


# ── keys ──


@pytest.mark.parametrize(
    ("way", "variable", "headers", "in_address"),
    [
        ("api-key", "AZURE_OPENAI_API_KEY", {"api-key": "k/1"}, ""),
        ("api-key-query", "AZURE_OPENAI_API_KEY", {}, "&api-key=k%2F1"),
        ("bearer", "OPENAI_API_KEY", {"Authorization": "Bearer k/1"}, ""),
        ("none", "", {}, ""),
    ],
)
async def test_a_key_is_sent_the_way_the_service_wants_it(monkeypatch, way, variable, headers, in_address):
    if variable:
        monkeypatch.setenv(variable, "k/1")
    async with Credentials(Settings()) as credentials:
        access = await credentials.access(service(authentication=way, key_name=variable))
    assert access.headers == headers
    assert access.url == AZURE + in_address
    assert "k/1" not in repr(access)
    assert "k%2F1" not in repr(access)


async def test_a_key_that_is_not_there_is_named():
    async with Credentials(Settings()) as credentials:
        with pytest.raises(ConfigurationError, match="set AZURE_OPENAI_API_KEY"):
            await credentials.headers(service(authentication="api-key", key_name="AZURE_OPENAI_API_KEY"))


# ── tokens ──


async def test_a_token_is_fetched_once_for_each_scope(credentials, source):
    for _ in range(3):
        assert await credentials.headers(service()) == {"Authorization": "Bearer token1"}
    assert await credentials.headers(service(VOICE_LIVE)) == {"Authorization": "Bearer token2"}
    assert source.asked == [(COGNITIVE,), ("https://ai.azure.com/.default",)]


async def test_all_who_come_at_once_wait_for_the_same_token(credentials, source):
    source.gate.clear()
    waiting = [asyncio.ensure_future(credentials.headers(service())) for _ in range(5)]
    await source.reached.wait()
    await settle()
    source.gate.set()
    assert {each["Authorization"] for each in await asyncio.gather(*waiting)} == {"Bearer token1"}
    assert len(source.asked) == 1


async def test_one_who_gives_up_does_not_take_the_token_from_the_others(credentials, source):
    source.gate.clear()
    first, second = (asyncio.ensure_future(credentials.headers(service())) for _ in range(2))
    await source.reached.wait()
    first.cancel()
    await settle()
    source.gate.set()
    assert await second == {"Authorization": "Bearer token1"}
    assert len(source.asked) == 1


async def test_the_first_caller_need_not_wait_where_the_token_was_prepared(credentials, source):
    credentials.prepare(service())
    await source.reached.wait()
    await settle()
    source.gate.clear()
    assert await credentials.headers(service()) == {"Authorization": "Bearer token1"}
    assert len(source.asked) == 1


async def test_what_cannot_be_prepared_is_told_to_the_first_caller_who_tries_again(credentials, source):
    source.failure = RuntimeError("nobody is signed in")
    credentials.prepare(service())
    await source.reached.wait()
    await settle()
    with pytest.raises(CredentialError, match="nobody is signed in"):
        await credentials.headers(service())
    assert len(source.asked) == 2


async def test_a_key_needs_no_preparation(credentials, source):
    credentials.prepare(service(authentication="api-key"))
    await settle()
    assert source.asked == []


async def test_a_token_is_renewed_before_it_expires_while_the_old_one_is_given_out(credentials, source):
    await credentials.headers(service())
    source.now += 3600 - 299
    assert (await credentials.headers(service()))["Authorization"] == "Bearer token1"
    await settle()
    assert (await credentials.headers(service()))["Authorization"] == "Bearer token2"
    assert len(source.asked) == 2


async def test_a_token_that_has_expired_is_never_given_out(credentials, source):
    await credentials.headers(service())
    source.now += 3600
    assert (await credentials.headers(service()))["Authorization"] == "Bearer token2"


async def test_a_renewal_that_fails_is_tried_again_later_and_not_for_each_caller(credentials, source, caplog):
    await credentials.headers(service())
    source.now += 3600 - 299
    source.failure = RuntimeError("secret-detail")
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert (await credentials.headers(service()))["Authorization"] == "Bearer token1"
            await settle()
    assert len(source.asked) == 2
    assert "RuntimeError" in caplog.text
    assert "secret-detail" not in caplog.text
    source.failure = None
    source.now += 31
    await credentials.headers(service())
    await settle()
    assert (await credentials.headers(service()))["Authorization"] == "Bearer token3"


async def test_a_sign_in_that_fails_is_told_with_what_to_do_and_the_next_caller_tries_anew(credentials, source):
    source.failure = RuntimeError("nobody is signed in")
    with pytest.raises(CredentialError, match=r"nobody is signed in\. Sign in with `az login`"):
        await credentials.headers(service())
    source.failure = None
    assert await credentials.headers(service()) == {"Authorization": "Bearer token2"}


async def test_a_source_that_cannot_be_made_is_told_and_made_anew_for_the_next_caller(source):
    made = []

    def make():
        made.append(1)
        if len(made) == 1:
            raise ValueError("half configured")
        return source

    async with Credentials(Settings(), make, source.clock) as credentials:
        with pytest.raises(CredentialError, match="half configured"):
            await credentials.headers(service())
        assert await credentials.headers(service()) == {"Authorization": "Bearer token1"}
    assert source.closed


async def test_a_source_that_never_answers_is_given_up(credentials, source, monkeypatch):
    monkeypatch.setattr("agent.credentials.SIGN_IN_TIME", 0.05)
    source.gate.clear()
    with pytest.raises(CredentialError, match=r"nothing answered within 0\.05 s"):
        await credentials.headers(service())


async def test_making_a_source_does_not_hold_up_the_event_loop(source):
    """Trap VoiceRAG 12: the credential blocks the event loop."""
    release, threads, entered = threading.Event(), [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow():
        threads.append(threading.current_thread())
        loop.call_soon_threadsafe(entered.set)
        assert release.wait(10)
        return source

    async with Credentials(Settings(), slow, source.clock) as credentials:
        asking = asyncio.ensure_future(credentials.headers(service()))
        await entered.wait()
        assert not asking.done()  # and we are running
        release.set()
        await asking
    assert threads[0] is not threading.main_thread()


async def test_closing_stops_what_is_being_fetched_and_closes_the_source(source):
    credentials = Credentials(Settings(), lambda: source, source.clock)
    source.gate.clear()
    asking = asyncio.ensure_future(credentials.headers(service()))
    await source.reached.wait()
    await credentials.close()
    assert source.closed
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_closing_what_was_never_used_is_harmless():
    await Credentials(Settings()).close()


# ── azure-identity itself ──


@pytest.fixture
async def imds(monkeypatch):
    """A server that plays the metadata endpoint of an Azure machine; notes what it is asked."""
    asked = []

    async def token(request):
        if request.headers.get("Metadata") != "true":
            return web.json_response({"error": "metadata header missing"}, status=400)
        asked.append(dict(request.query))
        expires = int(time.time()) + 3600
        return web.json_response(
            {
                "access_token": "from-imds",
                "expires_on": str(expires),
                "expires_in": "3600",
                "resource": request.query["resource"],
                "token_type": "Bearer",
            }
        )

    application = web.Application()
    application.router.add_get("/metadata/identity/oauth2/token", token)
    async with TestServer(application) as server:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", str(server.make_url("")).rstrip("/"))
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "prod")
        yield asked


async def test_a_managed_identity_is_used_and_a_user_assigned_one_is_named_by_its_client_id(imds, tmp_path):
    async with Credentials(Settings()) as credentials:
        assert await credentials.headers(service()) == {"Authorization": "Bearer from-imds"}
    assert imds == [{"api-version": "2018-02-01", "resource": "https://cognitiveservices.azure.com"}]
    (tmp_path / ".env").write_text("AZURE_CLIENT_ID=1111\n", encoding="utf-8")
    async with Credentials(Settings()) as credentials:
        await credentials.headers(service(VOICE_LIVE))
    assert imds[-1]["client_id"] == "1111"
    assert imds[-1]["resource"] == "https://ai.azure.com"


async def test_where_nobody_is_signed_in_every_source_that_was_tried_is_named(monkeypatch, unused_tcp_port):
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "dev")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("HOME", "/nowhere")
    async with Credentials(Settings()) as credentials:
        with pytest.raises(CredentialError) as caught:
            await credentials.headers(service())
    text = str(caught.value)
    assert "Azure CLI: Azure CLI not found on path" in text
    assert "Azure Developer CLI: " in text
    assert "`az login` or `azd auth login`" in text
    assert "'Cognitive Services OpenAI User'" in text
    assert "\n" not in text


async def test_a_service_principal_may_stand_in_a_dotenv_file(tmp_path):
    (tmp_path / ".env").write_text("AZURE_TENANT_ID=t\nAZURE_CLIENT_ID=c\nAZURE_CLIENT_SECRET=s\n", encoding="utf-8")
    credential = default_credential(Settings())
    assert type(credential).__name__ == "ClientSecretCredential"
    await credential.close()
