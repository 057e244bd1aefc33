"""What the page really played, recorded at the loudspeaker and written down by the engine's ears, is what it says."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.e2e.browsing import (
    DESKTOP,
    RATE,
    VIEWS,
    Wire,
    ask,
    held,
    open_panel,
    page_hearing,
    press,
    ready,
    talk,
    until,
)
from tests.e2e.hearing import BROKEN_OFF, WHOLE, WITHIN, alike, mark_of_holding, words_of, written
from tests.quality.word_errors import words
from tests.web.recorder import AUDIBLE, record, taken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@asynccontextmanager
async def recorded_page(url: str, view: Any, recording: Path | None = None) -> AsyncIterator[tuple[Page, Wire]]:
    wires = []

    async def before(page: Page) -> None:
        await record(page)
        wires.append(Wire(page))

    # The recorder's worklet is not of the page's policy.
    async with page_hearing(recording, url, before=before, mind_errors=False, bypass_csp=True, **view) as page:
        await ready(page)
        yield page, wires[0]


def differences(played: NDArray[np.int16], sent: NDArray[np.int16]) -> NDArray[np.int64]:
    """Between what was played and what was sent, sample for sample, where the two lie upon each other."""
    piece = played[RATE // 2 : RATE].astype(float)
    where = sent[: RATE * 2].astype(float)
    energy = np.convolve(where**2, np.ones(len(piece)), "valid")
    at = int((energy - 2 * np.correlate(where, piece, "valid")).argmin()) - RATE // 2
    beginning = max(0, -at)
    part = sent[max(0, at) :][: len(played) - beginning].astype(int)
    return np.abs(played[beginning:][: len(part)].astype(int) - part)


@pytest.mark.parametrize("view", VIEWS)
async def test_an_answer_is_played_whole_and_unaltered_and_its_words_are_those_on_the_screen(assistant, ears, view):
    async with recorded_page(assistant.http, view) as (page, wire):
        await ask(page, "Can I bring my dog?")
        answer = page.get_by_test_id("message-assistant").first
        await expect(answer).to_contain_text("on a lead")
        await until(page, wire.reports)
        item = wire.reports()[0]["item_id"]
        await until(page, lambda: wire.reports()[-1]["played_ms"] >= round(len(wire.sound(item)) * 1000 / RATE) > 0)
        played = (await taken(page)).audible()
        sent = wire.sound(item)
        assert differences(played, sent).max() <= 1  # of 32768
        assert abs(len(sent) - len(played)) * 1000 / RATE < 1000  # silence at both ends
        said, heard = await words_of(answer), written(ears, played)
        assert alike(said, heard) > WHOLE, (said, heard)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("deed", ["by holding to talk", "by speaking"])
async def test_what_was_heard_of_an_interrupted_answer_ends_where_the_page_says(
    assistant, ears, say, tmp_path, deed, view
):
    recording = tmp_path / "barge-in.wav"
    question = say("Tell me about the lighthouse.")
    gap, tail = np.zeros(RATE * 5, np.int16), np.zeros(RATE * 10, np.int16)
    write_wav(recording, np.concatenate([question, gap, say("Stop, please. How much is the Island Pass?"), tail]))
    async with recorded_page(assistant.http, view, recording) as (page, wire), AsyncExitStack() as stack:
        if deed == "by speaking":
            mark = "speech"
            await talk(page)
        else:
            mark = await mark_of_holding(page)
            await ask(page, "Can I bring my dog?")
            await until(page, lambda: wire.reports() and wire.reports()[-1]["played_ms"] >= 1_600)
            await stack.enter_async_context(held(page))
        await until(page, lambda: any(each.get("stopped") for each in wire.reports()))
        await expect(page.get_by_test_id("message-assistant").first).to_have_attribute("data-cut", "true")
        last = next(each for each in wire.reports() if each.get("stopped"))
        await until(page, lambda: wire.truncated(last["item_id"]))
        recorded = await taken(page)
    item, sent = last["item_id"], wire.sound(last["item_id"])
    assert last["played_ms"] < len(sent) * 1000 / RATE - 500  # it was broken off, and did not end by itself
    assert recorded.silent_after(mark) < 100
    # From the first sample that can be heard; the answer itself begins a little before.
    lead = int(np.flatnonzero(np.abs(sent.astype(int)) > AUDIBLE)[0]) * 1000 / RATE
    played = recorded.until(mark).audible()
    heard_ms = lead + len(played) * 1000 / RATE
    for told in (last["played_ms"], *wire.truncated(item)):
        # Where it was cut in a pause, the last that could be heard lies before it.
        audible = np.flatnonzero(np.abs(sent[: told * RATE // 1000].astype(int)) > AUDIBLE)
        assert int(audible[-1]) * 1000 / RATE - WITHIN < heard_ms < told + WITHIN
    assert np.quantile(differences(played, sent), 0.98) <= 1  # all but the slide into silence
    heard = written(ears, played)
    until_there = written(ears, sent[: last["played_ms"] * RATE // 1000])
    assert alike(until_there, heard) > BROKEN_OFF, (until_there, heard)
    if deed == "by holding to talk":  # an answer without numbers, which are not said as they are written
        said, answer = words(heard)[:-1], words(wire.text(item))
        assert len(said) > 2
        assert alike(" ".join(answer[: len(said)]), " ".join(said)) > BROKEN_OFF, (answer, said)


async def test_text_only_is_answered_in_writing_by_the_real_engine_and_nothing_sounds(assistant):
    async with recorded_page(assistant.http, DESKTOP) as (page, wire):
        await open_panel(page, "sound")
        await press(page.get_by_test_id("text-only"))
        await page.keyboard.press("Escape")
        await ask(page, "How many steps does the lighthouse have?")
        await expect(page.get_by_test_id("message-assistant").first).to_contain_text("142")
        await expect(page.get_by_test_id("citation").first).to_be_visible()
        kinds = {event["type"] for event in wire.received}
        assert "response.output_text.delta" in kinds
        assert "response.output_audio.delta" not in kinds
        assert await page.evaluate("window.played.blocks.length") == 0
