"""Companion: a page's socket comes late, goes, comes again, or never comes."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.transports.base import TransportClosed
from agent.transports.memory import joined as line
from agent.transports.stream import Stream
from agent.webrtc.companion import Companion

ONE, TWO, THREE = '{"type":"session.created"}', '{"type":"extension.ready"}', '{"type":"response.done"}'


async def held(companion):
    """A page that has come: its end, and the task that holds the other."""
    ours, theirs = map(Stream, line())
    return ours, asyncio.ensure_future(companion.hold(theirs))


async def welcome(page):
    """What a page that has come again is told first: how much it missed, and whether it gets all of that."""
    event = json.loads(await page.receive())
    assert event["type"] == "extension.resumed"
    return event["missed"], event["complete"]


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_happened_before_it_came_is_told_in_order_when_it_comes():
    companion = Companion()
    await companion.send(ONE)
    await companion.send(TWO)
    page, holding = await held(companion)
    assert [await page.receive(), await page.receive()] == [ONE, TWO]
    await companion.send(THREE)
    assert await page.receive() == THREE
    await page.send("hello")
    assert await companion.receive() == "hello"
    await companion.close(1001, "stopping")
    with pytest.raises(TransportClosed) as closed:
        await page.receive()
    assert (closed.value.code, closed.value.reason) == (1001, "stopping")
    await holding


async def test_one_that_did_not_ask_for_our_own_events_gets_none():
    companion = Companion()
    await companion.send(ONE)
    await companion.send(TWO)
    ours, theirs = map(Stream, line())
    holding = asyncio.ensure_future(companion.hold(theirs, extensions=False))
    assert await ours.receive() == ONE
    await companion.send(TWO)
    await companion.send(THREE)
    assert await ours.receive() == THREE
    await companion.close()
    await holding


async def test_a_page_that_hangs_up_ends_the_call():
    companion = Companion()
    page, holding = await held(companion)
    await page.close(1000)
    await holding
    with pytest.raises(TransportClosed) as closed:
        await companion.receive()
    assert closed.value.code == 1000
    with pytest.raises(TransportClosed):
        await companion.send(TWO)


async def test_a_page_that_hangs_up_without_a_code_as_browsers_do_ends_the_call_at_once():
    companion = Companion(grace=30)
    page, holding = await held(companion)
    await page.close(1005)
    await holding
    async with asyncio.timeout(5):
        await companion.ended()


async def test_a_page_that_comes_to_a_call_that_has_just_ended_is_told_so_and_not_left_waiting():
    companion = Companion()
    await companion.close(1011, "the model is gone")
    page, holding = await held(companion)
    with pytest.raises(TransportClosed) as closed:
        await asyncio.wait_for(page.receive(), 5)
    assert (closed.value.code, closed.value.reason) == (1011, "the model is gone")
    await holding


async def test_a_page_that_was_lost_may_come_again_and_misses_nothing():
    companion = Companion(grace=30)
    page, holding = await held(companion)
    await page.close(1006)
    await holding
    await companion.send(ONE)
    again, holding = await held(companion)
    assert await welcome(again) == (1, True)
    assert await again.receive() == ONE
    await again.send("here I am")
    assert await companion.receive() == "here I am"
    await companion.close()
    await holding


async def test_a_page_that_was_lost_before_it_was_told_anything_misses_nothing_either():
    companion = Companion(grace=30)
    await companion.send(ONE)
    await companion.send(TWO)
    page, theirs = map(Stream, line())
    await page.close(1006)
    await companion.hold(theirs)
    again, holding = await held(companion)
    assert [await again.receive(), await again.receive()] == [ONE, TWO]
    await companion.close()
    await holding


async def test_a_page_that_missed_more_than_is_kept_is_told_so(monkeypatch):
    monkeypatch.setattr("agent.webrtc.companion._MOST_KEPT", 2)
    companion = Companion(grace=30)
    page, holding = await held(companion)
    await settle()
    await page.close(1006)
    await holding
    for text in (ONE, TWO, THREE):
        await companion.send(text)
    again, holding = await held(companion)
    assert await welcome(again) == (2, False)
    assert await again.receive() == TWO
    await companion.close()
    await holding


async def test_one_that_did_not_ask_for_our_own_events_is_not_told_that_it_is_back():
    companion = Companion(grace=30)
    page, holding = await held(companion)
    await settle()
    await page.close(1006)
    await holding
    await companion.send(ONE)
    again, theirs = map(Stream, line())
    holding = asyncio.ensure_future(companion.hold(theirs, extensions=False))
    assert await again.receive() == ONE
    await companion.close()
    await holding


async def test_a_page_that_was_lost_for_good_ends_the_call():
    companion = Companion(grace=0)
    page, holding = await held(companion)
    await page.close(1006)
    await holding
    with pytest.raises(TransportClosed) as closed:
        await asyncio.wait_for(companion.receive(), 5)
    assert closed.value.code == 1006


async def test_a_second_connection_takes_the_place_of_the_first():
    companion = Companion()
    first, holding = await held(companion)
    await settle()
    second, holding_second = await held(companion)
    with pytest.raises(TransportClosed) as closed:
        await first.receive()
    assert closed.value.code == 1000
    await holding
    # The first may have been dead for a while: what was sent to it may be lost.
    assert await welcome(second) == (0, False)
    await companion.send(ONE)
    assert await second.receive() == ONE
    await companion.close()
    await holding_second


async def test_nothing_is_kept_for_a_page_that_never_comes():
    companion = Companion(coming_time=0)
    await companion.send(ONE)
    await asyncio.sleep(0.01)
    await companion.send(TWO)
    page, holding = await held(companion)
    await settle()
    await companion.send(THREE)
    assert await page.receive() == THREE
    await companion.close()
    await holding


async def test_a_page_that_talks_to_a_closed_call_blocks_nobody():
    companion = Companion()
    page, holding = await held(companion)
    for _ in range(300):
        await asyncio.wait_for(page.send("x"), 5)
    await companion.close()
    await asyncio.wait_for(holding, 5)
