"""A WebSocket as a transport, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from aiohttp import WSMsgType

from agent.outbox import Outbox
from agent.transports.base import TransportClosed
from agent.transports.stream import Stream
from agent.transports.websocket import MAX_REASON_BYTES, WebSocketTransport, fitting


async def ended(stream):
    async with asyncio.timeout(5):
        try:
            while True:
                await stream.receive()
        except TransportClosed as closed:
            return closed.code, closed.reason


async def test_text_arrives_as_it_was_sent_in_both_directions(streams):
    server, client = streams
    await client.send("hello 😀")
    assert await server.receive() == "hello 😀"
    await server.send("back")
    assert await client.receive() == "back"


async def test_binary_frames_arrive_as_what_they_are(adopted, http):
    """Trap VoiceRAG 13: binary frames are printed and lost."""
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        await socket.send_bytes(b"\x00\x01")
        assert await server.receive() == b"\x00\x01"


async def test_a_message_in_fragments_arrives_whole(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url, compress=0) as socket:
        server = Stream(await arrived)
        for kind, whole in ((WSMsgType.TEXT, "über"), (WSMsgType.BINARY, b"\x00\xff")):
            payload = whole.encode() if isinstance(whole, str) else whole
            transport = socket._conn.transport
            for first, last, part in ((True, False, payload[:1]), (False, False, b""), (False, True, payload[1:])):
                head = (0x80 if last else 0) | (int(kind) if first else 0)
                transport.write(bytes([head, 0x80 | len(part), 0, 0, 0, 0]) + part)
            assert await server.receive() == whole


async def test_fragments_beyond_the_limit_close_with_1009(adopted, http):
    url, arrived = await adopted(max_message=1000)
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        for number in range(3):
            head = 0x01 if number == 0 else 0x00
            socket._conn.transport.write(bytes([head, 0x80 | 126, 1, 144, 0, 0, 0, 0]) + b"A" * 400)
        assert (await ended(server))[0] == 1009
        assert (await socket.receive()).data == 1009


async def test_a_frame_beyond_the_limit_closes_with_1009(streams):
    server, client = streams
    await client.send("A" * (2**20 + 1))
    assert (await ended(server))[0] == 1009
    assert (await ended(client))[0] == 1009


async def test_text_that_is_no_utf_8_closes_with_1007(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        socket._conn.transport.write(bytes([0x81, 0x81, 0, 0, 0, 0, 0xFF]))
        assert (await ended(server))[0] == 1007


async def test_empty_fragments_without_end_cost_no_memory(adopted, http):
    url, arrived = await adopted()
    flood = bytes([0x00, 0x80, 0, 0, 0, 0]) * 100_000
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            socket._conn.transport.write(bytes([0x01, 0x81, 0, 0, 0, 0]) + b"a")
            socket._conn.transport.write(flood)
            socket._conn.transport.write(bytes([0x80, 0x81, 0, 0, 0, 0]) + b"b")
            assert await server.receive() == "ab"
            grown = tracemalloc.get_traced_memory()[1] - before - len(flood)
        finally:
            tracemalloc.stop()
    assert grown < 1_000_000


async def test_who_takes_no_answer_to_his_pings_gets_none_but_the_last(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url, autoping=False) as socket:
        server, wire = await arrived, socket._conn.transport
        stream = Stream(server)
        wire.pause_reading()
        for number in range(100):
            wire.write(b"".join(ping(number * 1000 + each) for each in range(1000)))
            await socket.send_str("so far")
            assert await stream.receive() == "so far"
        assert server._wire.underlying_transport.get_write_buffer_size() < 256 * 1024
        wire.resume_reading()
        async with asyncio.timeout(20):
            answered = [int((await socket.receive()).data)]
            while answered[-1] != 99_999:
                answered.append(int((await socket.receive()).data))
        assert answered == sorted(answered)
        assert len(answered) < 100_000


def ping(number):
    """A ping of a client's, numbered, as long as one may be."""
    return bytes([0x89, 0x80 | 125, 0, 0, 0, 0]) + b"%0125d" % number


async def test_fragments_that_are_no_utf_8_close_with_1007(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        socket._conn.transport.write(bytes([0x01, 0x81, 0, 0, 0, 0, 0xFF]) + bytes([0x80, 0x80, 0, 0, 0, 0]))
        assert (await ended(server))[0] == 1007


async def test_a_frame_of_many_mebibytes_arrives_at_the_client(streams):
    server, client = streams
    sending = asyncio.create_task(server.send("A" * 16_000_000))
    assert len(await client.receive()) == 16_000_000
    await sending


async def test_the_other_sides_code_and_reason_are_told(streams):
    """Trap VoiceRAG 11: an upstream close is not passed on."""
    server, client = streams
    await server.close(1001, "session_expired")
    assert await ended(client) == (1001, "session_expired")
    assert await ended(server) == (1001, "session_expired")


async def test_a_close_code_of_an_application_is_passed_on(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        closing = asyncio.create_task(server.close(4401, "who are you?"))
        message = await socket.receive()
        assert (message.data, message.extra) == (4401, "who are you?")
        await closing


async def test_a_close_without_a_code_is_told_as_1005(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = Stream(await arrived)
        socket._conn.transport.write(bytes([0x88, 0x80, 0, 0, 0, 0]))
        assert await ended(server) == (1005, "")


async def test_a_peer_that_just_goes_away_is_an_abnormal_end(transports):
    server, client = transports
    stream = Stream(server)
    client.close(1006)
    assert await ended(stream) == (1006, "")


async def test_our_own_close_ends_our_receive_with_our_code(streams):
    server, _client = streams
    waiting = asyncio.create_task(ended(server))
    await server.close(1011, "broken")
    assert await waiting == (1011, "broken")


async def test_a_peer_that_does_not_answer_a_close_is_left_after_a_while(adopted, http, monkeypatch):
    monkeypatch.setattr("agent.transports.websocket.CLOSE_TIME", 0.05)
    url, arrived = await adopted()
    async with http.ws_connect(url, autoclose=False) as socket:
        server = Stream(await arrived)
        async with asyncio.timeout(5):
            await server.close(1000, "bye")
            assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_a_close_is_answered_though_whoever_reads_would_rather_wait(transports, monkeypatch):
    monkeypatch.setattr("agent.transports.websocket.CLOSE_TIME", 3600)
    server, client = transports
    server.close(1008, "that will do")
    server.pause()
    async with asyncio.timeout(5):
        await server.wait_closed()
    assert await ended(Stream(client)) == (1008, "that will do")


async def test_sending_after_the_end_is_told_and_closing_twice_is_harmless(streams):
    server, client = streams
    await client.close(1000, "bye")
    await client.close(1011, "again")
    assert await ended(server) == (1000, "bye")
    for end in (client, server):
        with pytest.raises(TransportClosed) as closed:
            await end.send("too late")
        assert closed.value.code == 1000


async def test_a_closed_transport_takes_no_harm_from_late_words(transports):
    server, client = transports
    client.close()
    await client.wait_closed()
    await server.wait_closed()
    for end in (client, server):
        end.send("too late")
        end.pause()
        end.resume()
        end.close()


async def test_what_comes_before_the_start_waits_and_holds_the_other_side_back(transports):
    server, client = transports
    client.start(lambda _: None, room=lambda: None, closed=lambda *_: None)
    for number in range(50):
        client.send(str(number))
    await asyncio.sleep(0.05)
    assert len(server._early) <= 50
    assert server._paused
    stream = Stream(server)
    assert [await stream.receive() for _ in range(50)] == [str(number) for number in range(50)]


async def test_an_end_before_the_start_is_told_at_the_start(transports):
    server, client = transports
    client.close(1001, "gone")
    await server.wait_closed()
    assert await ended(Stream(server)) == (1001, "gone")


async def test_a_slow_reader_is_noticed_and_its_recovery_too(transports):
    server, client = transports
    reader = Stream(client, capacity=1)
    room = asyncio.Event()
    server.start(lambda _: None, room=room.set, closed=lambda *_: None)
    sent = 0
    while not server.full:
        server.send("A" * 100_000)
        sent += 1
        await asyncio.sleep(0)
        assert sent < 1000
    for _ in range(sent):
        await reader.receive()
    async with asyncio.timeout(5):
        await room.wait()
    assert not server.full


async def test_a_crowded_socket_tells_so_and_what_is_sent_waits_in_order(transports):
    server, client = transports
    reader = Stream(client, capacity=1)
    box = Outbox(server, 10**9, hold=lambda: None, release=lambda: None)
    server.start(lambda _: None, room=box.flush, closed=lambda *_: None)
    sent = 0
    while box.waiting < 3:
        box.send(f"{sent:06}" + "A" * 100_000)
        sent += 1
        await asyncio.sleep(0)
        assert sent < 1000
    async with asyncio.timeout(20):
        got = [(await reader.receive())[:6] for _ in range(sent)]
    assert got == [f"{number:06}" for number in range(sent)]
    assert box.send == server.send


@pytest.mark.parametrize("reason", ["", "x" * 500, "ü" * 100, "x" + "😀" * 50])
def test_a_reason_is_cut_to_what_a_close_frame_holds_and_never_within_a_character(reason):
    cut = fitting(reason)
    assert len(cut) <= MAX_REASON_BYTES
    assert reason.startswith(cut.decode())
    assert len(cut) >= min(len(reason.encode()), MAX_REASON_BYTES - 3)


async def test_a_peer_that_answers_pings_is_kept(adopted, http):
    url, arrived = await adopted(heartbeat=0.05)
    async with http.ws_connect(url) as socket:
        server = await arrived
        receiving = asyncio.create_task(socket.receive())
        await asyncio.sleep(0.4)
        assert not server._down.is_set(), "a silent peer that answers pings was given up"
        receiving.cancel()


async def test_a_peer_that_answers_no_ping_is_given_up_with_a_reason(adopted, http):
    """Trap VoiceRAG 9: no heartbeat."""
    url, arrived = await adopted(heartbeat=0.05)
    async with http.ws_connect(url, autoping=False):
        code, reason = await ended(Stream(await arrived))
    assert code == 1006
    assert "ping" in reason


async def test_what_passes_goes_straight_on_and_all_else_is_received(adopted, http):
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server, onward = await arrived, Onward()
        heard = asyncio.Queue()
        server.shorten(lambda text: text.startswith("sound"), onward)
        server.start(heard.put_nowait, room=lambda: None, closed=lambda *_end: None)
        for text in ("sound 1", "word 1", "sound 2", "word 2"):
            await socket.send_str(text)
        async with asyncio.timeout(5):
            assert [await heard.get() for _ in range(2)] == ["word 1", "word 2"]
        assert onward.sent == ["sound 1", "sound 2"]
        server.close()


class Onward:
    def __init__(self):
        self.sent = []
        self.outbox = self

    def send(self, text):
        self.sent.append(text)


async def test_what_is_sent_before_the_handshake_and_after_the_end_is_dropped(adopted, http):
    early = WebSocketTransport(100)
    early.send("too early")
    url, arrived = await adopted()
    async with http.ws_connect(url) as socket:
        server = await arrived
        server.send("in time")
        server.close()
        server.send("too late")
        assert (await socket.receive_str()) == "in time"
        assert (await socket.receive()).type is WSMsgType.CLOSE
