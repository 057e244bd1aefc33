"""Two transports joined in memory behave as the two ends of a socket."""

from __future__ import annotations

import asyncio

import pytest

from agent.transports.base import TransportClosed
from agent.transports.memory import pair


async def test_what_one_end_sends_the_other_receives_in_order_and_unchanged():
    here, there = pair()
    sent = ["first", b"second", "third"]
    for message in sent:
        await here.send(message)
    received = [await there.receive() for _ in sent]
    assert all(one is other for one, other in zip(sent, received, strict=True))


async def test_both_directions_are_independent():
    here, there = pair(capacity=1)
    await here.send("there")
    await there.send("here")
    assert (await here.receive(), await there.receive()) == ("here", "there")


async def test_a_receiver_waits_for_the_next_message():
    here, there = pair()
    waiting = asyncio.create_task(there.receive())
    await asyncio.sleep(0)
    assert not waiting.done()
    await here.send("now")
    assert await waiting == "now"


async def test_a_sender_waits_while_the_inbox_is_full():
    here, there = pair(capacity=2)
    sending = [asyncio.create_task(here.send(str(number))) for number in range(5)]
    await asyncio.sleep(0)
    assert [task.done() for task in sending] == [True, True, False, False, False]
    assert [await there.receive() for _ in range(5)] == ["0", "1", "2", "3", "4"]
    await asyncio.gather(*sending)


async def test_what_was_sent_before_a_close_still_arrives():
    here, there = pair()
    await here.send("last words")
    await here.close(1000, "done")
    assert await there.receive() == "last words"
    with pytest.raises(TransportClosed) as closed:
        await there.receive()
    assert (closed.value.code, closed.value.reason) == (1000, "done")
    assert str(closed.value) == "closed with 1000: done"


@pytest.mark.parametrize("closer", [0, 1])
async def test_a_close_wakes_all_who_wait_at_either_end(closer):
    ends = pair(capacity=1)
    await ends[0].send("fills the inbox")
    waiting = [asyncio.create_task(ends[0].send("waits")), asyncio.create_task(ends[0].receive())]
    await asyncio.sleep(0)
    await ends[closer].close(1001, "going")
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [(error.code, error.reason) for error in found] == [(1001, "going")] * 2


async def test_closing_twice_keeps_the_first_code():
    here, there = pair()
    await here.close(1011, "first")
    await there.close(1000, "second")
    for end in (here, there):
        with pytest.raises(TransportClosed, match="1011: first"):
            await end.send("x")
        with pytest.raises(TransportClosed, match="1011: first"):
            await end.receive()


async def test_each_who_is_told_gets_an_error_of_its_own():
    here, _ = pair()
    await here.close()
    found = []
    for _ in range(2):
        with pytest.raises(TransportClosed) as closed:
            await here.receive()
        found.append(closed.value)
    assert found[0] is not found[1]


async def test_a_receiver_that_gives_up_loses_nothing():
    here, there = pair()
    waiting = asyncio.create_task(there.receive())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await here.send("kept")
    assert await there.receive() == "kept"
