"""What is waited on serves as a transport: both directions in order, held back where a side is slow, closed once."""

from __future__ import annotations

import asyncio

from agent.transports.memory import joined
from agent.transports.pushed import CAPACITY, Pushed
from agent.transports.stream import Stream


class Ear:
    def __init__(self, transport):
        self.heard, self.end, self.rooms = [], None, 0
        transport.start(self.heard.append, room=self._room, closed=lambda *end: setattr(self, "end", end))

    def _room(self):
        self.rooms += 1


def line():
    here, there = joined(1)
    pushed = Pushed(Stream(here, 1))
    return pushed, Stream(there, 1), Ear(pushed)


async def eventually(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (anything may be the condition)
            await asyncio.sleep(0.001)


async def test_messages_pass_in_order_both_ways():
    pushed, other, ear = line()
    for number in range(5):
        pushed.send(str(number))
        await other.send(f"back {number}")
    assert [await other.receive() for _ in range(5)] == [str(number) for number in range(5)]
    await eventually(lambda: len(ear.heard) == 5)
    assert ear.heard == [f"back {number}" for number in range(5)]
    await other.close()
    await pushed.wait_closed()


async def test_a_slow_end_is_told_to_be_full_and_its_recovery_too():
    pushed, other, ear = line()
    for number in range(CAPACITY + 8):
        pushed.send(str(number))
    assert pushed.full
    for _ in range(CAPACITY + 8):
        await other.receive()
    assert ear.rooms == 1
    assert not pushed.full
    await other.close()
    await pushed.wait_closed()


async def test_nothing_is_received_while_it_is_paused():
    pushed, other, ear = line()
    pushed.pause()
    await other.send("one")
    await asyncio.sleep(0.01)
    assert len(ear.heard) <= 1  # one may have been waited for already
    pushed.resume()
    await other.send("two")
    await eventually(lambda: ear.heard == ["one", "two"])
    await other.close()
    await pushed.wait_closed()


async def test_the_other_sides_end_is_told_once_and_late_words_are_dropped():
    pushed, other, ear = line()
    await other.close(1001, "gone")
    await pushed.wait_closed()
    assert ear.end == (1001, "gone")
    pushed.send("too late")
    pushed.close()
    await pushed.wait_closed()


async def test_our_own_close_sends_what_was_said_before_it():
    pushed, other, ear = line()
    pushed.send("last words")
    pushed.close(1000, "bye")
    pushed.close(1011, "again")
    assert await other.receive() == "last words"
    await pushed.wait_closed()
    assert ear.end == (1000, "bye")
