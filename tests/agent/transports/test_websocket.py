"""A WebSocket as a transport, over real sockets on loopback."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from agent.transports.base import TransportClosed
from agent.transports.websocket import MAX_REASON_BYTES, WebSocketTransport, fitting


async def test_text_and_binary_frames_arrive_as_what_they_are(sockets):
    """Trap VoiceRAG 13: binary frames are printed and lost."""
    server, client = sockets
    await client.send("hello 😀")
    assert await server.receive() == "hello 😀"
    await client._socket.send_bytes(b"\x00\x01")
    assert await server.receive() == b"\x00\x01"
    await server.send("back")
    assert await client.receive() == "back"


async def test_a_frame_of_many_mebibytes_arrives_at_the_client(sockets):
    server, client = sockets
    sending = asyncio.create_task(server.send("A" * 16_000_000))
    assert len(await client.receive()) == 16_000_000
    await sending


async def test_a_frame_beyond_the_limit_closes_with_1009(sockets):
    server, client = sockets
    await client.send("A" * (2**20 + 1))
    with pytest.raises(TransportClosed) as closed:
        await server.receive()
    assert closed.value.code == 1009


async def test_the_other_sides_code_and_reason_are_told(sockets):
    """Trap VoiceRAG 11: an upstream close is not passed on."""
    server, client = sockets
    closing = asyncio.create_task(server.close(1001, "session_expired"))
    with pytest.raises(TransportClosed) as closed:
        await client.receive()
    assert (closed.value.code, closed.value.reason) == (1001, "session_expired")
    await closing
    with pytest.raises(TransportClosed) as closed:
        await client.receive()
    assert closed.value.code == 1001


async def test_a_peer_that_just_goes_away_is_an_abnormal_end(sockets):
    server, client = sockets
    client._socket._response.connection.transport.abort()
    with pytest.raises(TransportClosed) as closed:
        await server.receive()
    assert closed.value.code == 1006


async def test_our_own_close_ends_our_receive_with_our_code(sockets):
    server, client = sockets
    waiting = asyncio.create_task(server.receive())
    await asyncio.sleep(0.05)
    answering = asyncio.create_task(asyncio.wait_for(_drained(client), 5))
    await server.close(1011, "broken")
    with pytest.raises(TransportClosed) as closed:
        await waiting
    assert (closed.value.code, closed.value.reason) == (1011, "broken")
    await answering


async def test_sending_after_the_end_is_told_and_closing_twice_is_harmless(sockets):
    server, client = sockets
    closing = asyncio.create_task(_drained(server))
    await client.close(1000, "bye")
    await client.close(1011, "again")
    await closing
    for end in (client, server):
        with pytest.raises(TransportClosed) as closed:
            await end.send("too late")
        assert closed.value.code == 1000


@pytest.mark.parametrize("reason", ["", "x" * 500, "ü" * 100, "x" + "😀" * 50])
def test_a_reason_is_cut_to_what_a_close_frame_holds_and_never_within_a_character(reason):
    cut = fitting(reason)
    assert len(cut) <= MAX_REASON_BYTES
    assert reason.startswith(cut.decode())
    assert len(cut) >= min(len(reason.encode()), MAX_REASON_BYTES - 3)


async def _drained(transport):
    with pytest.raises(TransportClosed):
        await transport.receive()


async def test_a_peer_that_answers_pings_is_kept_and_one_that_does_not_is_given_up(serve, http):
    """Trap VoiceRAG 9: no heartbeat."""
    ended: asyncio.Future[TransportClosed] = asyncio.get_running_loop().create_future()

    async def handler(request):
        socket = web.WebSocketResponse(autoping=False, timeout=0.05)
        await socket.prepare(request)
        try:
            await WebSocketTransport(socket, heartbeat=0.05).receive()
        except TransportClosed as closed:
            ended.set_result(closed)
        return socket

    answering = WebSocketTransport(await http.ws_connect(await serve(handler), autoping=False))
    receiving = asyncio.create_task(answering.receive())
    await asyncio.sleep(0.4)
    assert not ended.done(), "a silent peer that answers pings was given up"
    receiving.cancel()
    async with asyncio.timeout(5):
        assert ((await ended).code, ended.result().reason) == (1006, "no answer to a ping")
    await answering.close()


async def test_what_waits_unread_is_no_silence_of_the_other_side(sockets):
    server, client = sockets
    transport = WebSocketTransport(client._socket, heartbeat=0.02)
    await server.send("waits")
    await asyncio.sleep(0.2)
    assert await transport.receive() == "waits"
    await transport.close()
