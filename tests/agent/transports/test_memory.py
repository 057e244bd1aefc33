"""Two transports joined in memory behave as the two ends of a socket."""

from __future__ import annotations

import asyncio

import pytest

from agent.transports.base import TransportClosed
from agent.transports.memory import joined, pair
from agent.transports.stream import Stream


class Ear:
    """Takes what a transport delivers."""

    def __init__(self, transport):
        self.heard, self.rooms, self.end = [], 0, None
        transport.start(self.heard.append, room=self._room, closed=self._closed)

    def _room(self):
        self.rooms += 1

    def _closed(self, code, reason):
        assert self.end is None
        self.end = (code, reason)


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_one_end_sends_the_other_gets_in_order_and_unchanged():
    here, there = joined()
    ear, sent = Ear(there), ["first", b"second", "third"]
    for message in sent:
        here.send(message)
    assert not ear.heard, "a sender must not find itself in the other end's code"
    await settle()
    assert all(one is other for one, other in zip(sent, ear.heard, strict=True))


async def test_nothing_is_delivered_before_the_start():
    here, there = joined()
    here.send("early")
    await settle()
    ear = Ear(there)
    await settle()
    assert ear.heard == ["early"]


async def test_a_paused_end_gets_nothing_until_it_goes_on():
    here, there = joined()
    ear = Ear(there)
    there.pause()
    here.send("waits")
    await settle()
    assert ear.heard == []
    there.resume()
    await settle()
    assert ear.heard == ["waits"]


async def test_an_end_that_pauses_within_a_delivery_gets_the_rest_later():
    here, there = joined()
    heard = []

    def received(message):
        heard.append(message)
        there.pause()

    there.start(received, room=lambda: None, closed=lambda *_: None)
    for text in "abc":
        here.send(text)
    await settle()
    assert heard == ["a"]
    there.resume()
    await settle()
    assert heard == ["a", "b"]


async def test_a_sender_is_told_that_the_other_end_is_full_and_when_it_is_not_any_more():
    here, there = joined(capacity=2)
    sender, receiver = Ear(here), Ear(there)
    there.pause()
    for text in "abc":
        assert here.full == (text == "c")
        here.send(text)
    there.resume()
    await settle()
    assert (receiver.heard, sender.rooms, here.full) == (["a", "b", "c"], 1, False)


async def test_what_was_sent_before_a_close_still_arrives_and_nothing_after():
    here, there = joined()
    ear = Ear(there)
    here.send("last words")
    here.close(1000, "done")
    here.send("too late")
    await settle()
    assert (ear.heard, ear.end) == (["last words"], (1000, "done"))


async def test_closing_twice_keeps_the_first_code_at_both_ends():
    here, there = joined()
    ears = Ear(here), Ear(there)
    here.close(1011, "first")
    there.close(1000, "second")
    await here.wait_closed()
    await there.wait_closed()
    assert [ear.end for ear in ears] == [(1011, "first")] * 2


async def test_an_end_that_holds_messages_back_can_be_closed():
    here, there = joined()
    ear = Ear(there)
    there.pause()
    here.send("held back")
    there.close(1000, "enough")
    async with asyncio.timeout(5):
        await there.wait_closed()
    assert (ear.heard, ear.end) == (["held back"], (1000, "enough"))


async def test_an_end_that_pauses_again_while_it_is_closed_is_told_of_the_end_all_the_same():
    one, two = joined()
    got = []

    def take(message):
        got.append(message)
        one.pause()

    one.start(take, room=lambda: None, closed=lambda *_: got.append("closed"))
    two.start(lambda _: None, room=lambda: None, closed=lambda *_: None)
    for text in "abc":
        two.send(text)
    one.close()
    async with asyncio.timeout(5):
        await one.wait_closed()
    assert got == ["a", "b", "c", "closed"]


async def test_an_end_that_was_never_started_need_not_be_waited_for():
    here, there = joined()
    here.close()
    await here.wait_closed()
    await there.wait_closed()


async def test_a_pair_is_a_transport_and_a_stream():
    here, stream = pair()
    ear = Ear(here)
    await stream.send("there")
    here.send("here")
    assert await stream.receive() == "here"
    assert ear.heard == ["there"]
    here.close(1001, "going")
    with pytest.raises(TransportClosed, match="1001: going"):
        await stream.receive()


async def test_two_streams_over_a_pair_can_talk():
    here, there = (Stream(end) for end in joined())
    await here.send("ping")
    assert await there.receive() == "ping"
    await there.close()
    with pytest.raises(TransportClosed):
        await here.receive()
