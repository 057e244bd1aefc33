"""Dialling a model: what goes wrong is said in words that help, and never with a credential in them."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp import web

from agent.errors import DialError
from agent.transports import upstream
from agent.transports.stream import Stream
from agent.transports.upstream import dial

SECRET = "sk-very-secret"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


async def refused(url):
    with pytest.raises(DialError) as caught:
        await dial(url, HEADERS)
    text = str(caught.value)
    assert SECRET not in text
    return caught.value


async def test_a_socket_is_opened_with_our_headers_and_moves_frames(serve):
    asked = []

    async def handler(request):
        asked.append((request.headers["Authorization"], request.query["model"]))
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        await answer.send_str(await answer.receive_str())
        await answer.close(code=1001, message=b"session_expired")
        return answer

    transport = Stream(await dial(await serve(handler) + "?model=m", HEADERS))
    await transport.send("echo")
    assert await transport.receive() == "echo"
    assert asked == [(HEADERS["Authorization"], "m")]
    await transport.close()


@pytest.mark.parametrize(
    ("status", "advice"),
    [(400, "path"), (401, "key"), (403, "may not use"), (404, "deployment"), (429, "quota"), (500, "own log")],
)
async def test_a_refusal_names_the_host_the_status_and_what_to_do(serve, status, advice):
    """Trap VoiceRAG 10: 401, 404 and 429 look like "opens, then drops"."""

    async def handler(_request):
        return web.Response(status=status)

    url = await serve(handler)
    error = await refused(url)
    assert error.status == status
    assert f"HTTP {status}" in str(error)
    assert advice in str(error)
    assert url.split("/")[2] in str(error)


async def test_a_server_that_does_not_speak_websocket_is_a_refusal(serve):
    async def handler(_request):
        return web.Response(text="hello")

    assert (await refused(await serve(handler))).status == 200


async def test_no_redirect_is_followed_which_would_carry_the_key_to_another_host(serve):
    asked = []

    async def thief(request):
        asked.append(request.headers)
        return web.Response()

    elsewhere = (await serve(thief)).replace("ws:", "http:")

    async def handler(_request):
        raise web.HTTPTemporaryRedirect(elsewhere)

    error = await refused(await serve(handler))
    assert error.status == 307
    assert f"it redirects to {elsewhere}" in str(error)
    assert asked == []


async def test_what_the_service_says_and_how_long_it_asks_to_wait_is_told(serve):
    async def handler(_request):
        said = {"error": {"code": "429", "message": "Quota of deployment d exceeded."}}
        return web.json_response(said, status=429, headers={"Retry-After": "30"})

    error = await refused(await serve(handler))
    assert error.retry_after == 30.0
    assert "wait 30 s" in str(error)
    assert "“Quota of deployment d exceeded.”" in str(error)


async def test_a_refusal_whose_words_break_off_is_a_refusal_all_the_same(serve):
    async def handler(request):
        answer = web.StreamResponse(status=503, headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b"bus")
        request.transport.close()
        return answer

    assert (await refused(await serve(handler))).status == 503


async def test_nobody_listening_is_said_so():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "Is it running" in str(await refused(f"ws://127.0.0.1:{port}/x"))


async def test_a_password_in_the_address_is_not_repeated():
    assert "@" not in str(await refused(f"ws://user:{SECRET}@127.0.0.1:9/x"))


async def test_a_host_without_an_address_is_said_so():
    assert "no address" in str(await refused("ws://no-such-host.invalid/x"))


async def test_an_endless_silence_is_given_up(serve, monkeypatch):
    monkeypatch.setattr(upstream, "DIAL_TIME", 0.05)

    async def handler(_request):
        await asyncio.sleep(30)

    assert "did not answer within 0.05 s" in str(await refused(await serve(handler)))


async def test_a_plain_server_behind_a_secure_address_is_said_so(serve):
    async def handler(_request):
        return web.Response()

    url = (await serve(handler)).replace("ws:", "wss:")
    assert "no secure connection" in str(await refused(url))


@pytest.mark.parametrize("url", ["ws://[bad/x", "ws://", "ws://host:port/x", "hello"])
async def test_an_address_that_is_none_is_said_so(url):
    assert "address" in str(await refused(url))


async def test_one_who_stops_dialling_leaves_no_open_connection(serve):
    there = 0
    changed = asyncio.Event()

    async def handler(request):
        nonlocal there
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        there += 1
        await answer.receive()
        there -= 1
        changed.set()
        return answer

    url = await serve(handler)
    cancelled = True
    turns = 0
    while cancelled:  # somewhere among these the connection stands, and nobody has got it yet
        dialling = asyncio.create_task(dial(url, HEADERS))
        for _ in range(turns):
            await asyncio.sleep(0)
        cancelled = dialling.cancel()
        (end,) = await asyncio.gather(dialling, return_exceptions=True)
        turns += 1
    end.close()
    async with asyncio.timeout(5):
        while there:
            changed.clear()
            await changed.wait()
