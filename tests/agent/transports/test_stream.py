"""A stream waits: with receiving until something comes, with sending until there is room."""

from __future__ import annotations

import asyncio

import pytest

from agent.transports.base import TransportClosed
from agent.transports.memory import joined, pair
from agent.transports.stream import Stream


def streams(capacity=2):
    here, there = joined(capacity)
    return Stream(here, capacity), Stream(there, capacity)


async def test_a_receiver_waits_for_the_next_message():
    here, there = streams()
    waiting = asyncio.create_task(there.receive())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await here.send("now")
    assert await waiting == "now"


async def test_a_sender_waits_while_the_other_side_does_not_read_and_loses_nothing():
    here, there = streams(capacity=2)
    sending = [asyncio.create_task(here.send(str(number))) for number in range(12)]
    await asyncio.sleep(0.02)
    assert not all(task.done() for task in sending)
    assert [await there.receive() for _ in range(12)] == [str(number) for number in range(12)]
    await asyncio.gather(*sending)


@pytest.mark.parametrize("closer", [0, 1])
async def test_a_close_wakes_all_who_wait_at_either_end(closer):
    ends = streams(capacity=1)
    waiting = [asyncio.create_task(ends[0].send("x")) for _ in range(9)] + [asyncio.create_task(ends[0].receive())]
    await asyncio.sleep(0.02)
    await ends[closer].close(1001, "going")
    found = [each for each in await asyncio.gather(*waiting, return_exceptions=True) if each is not None]
    assert len(found) > 1
    assert {(error.code, error.reason) for error in found} == {(1001, "going")}


async def test_each_who_is_told_gets_an_error_of_its_own():
    here, _ = streams()
    await here.close()
    found = []
    for _ in range(2):
        with pytest.raises(TransportClosed) as closed:
            await here.receive()
        found.append(closed.value)
    assert found[0] is not found[1]


async def test_a_receiver_that_gives_up_loses_nothing():
    here, there = streams()
    waiting = asyncio.create_task(there.receive())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await here.send("kept")
    assert await there.receive() == "kept"


async def test_closing_does_not_wait_for_what_nobody_reads():
    transport, stream = pair(capacity=1)
    for number in range(5):
        transport.send(str(number))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        await stream.close()
