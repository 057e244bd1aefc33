"""The page in a real browser whose microphone is a recording, on `vocative run`: ask, hear, see why, break in."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.e2e.browsing import PATIENCE, RATE, page_hearing

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_spoken_question_is_answered_aloud_with_a_citation_that_opens_at_its_page(assistant, say, tmp_path):
    recording = tmp_path / "question.wav"
    silence = np.zeros(RATE * 2, np.int16)
    write_wav(recording, np.concatenate([say("How many steps does the lighthouse have?"), silence]))
    async with page_hearing(recording, assistant.http) as page:
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("message-user")).to_contain_text(
            "lighthouse", timeout=PATIENCE, ignore_case=True
        )
        await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await page.wait_for_function("Number(document.querySelector('[data-testid=level]').dataset.outputLevel) > 0.05")
        citation = page.get_by_test_id("citation").first
        await citation.click()
        link = page.get_by_test_id("source-link")
        address = await link.get_attribute("href")
        assert address is not None
        assert address.endswith("visitor-guide.pdf#page=3")
        opened = await page.request.get(assistant.http + address)
        assert opened.ok
        assert opened.headers["content-type"] == "application/pdf"
        assert "142" in await page.get_by_test_id("source-text").inner_text()


async def test_a_second_utterance_over_the_answer_stops_it(assistant, say, tmp_path):
    recording = tmp_path / "barge-in.wav"
    question = say("On which days are there no sailings at all?")
    gap, tail = np.zeros(RATE * 3, np.int16), np.zeros(RATE * 3, np.int16)
    write_wav(recording, np.concatenate([question, gap, say("Stop, please. How much is the Island Pass?"), tail]))
    async with page_hearing(recording, assistant.http) as page:
        await page.get_by_test_id("talk").click()
        first = page.get_by_test_id("message-assistant").first
        await expect(first).to_be_visible(timeout=PATIENCE)
        await expect(first).to_have_attribute("data-cut", "true", timeout=PATIENCE)
        # What is said over the loudspeaker passes the browser's echo cancellation, so its words are not asserted.
        await expect(page.get_by_test_id("message-user").nth(1)).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text(".", timeout=PATIENCE)


async def test_a_french_page_says_that_the_engine_speaks_english_and_an_english_question_is_answered(
    assistant, say, tmp_path
):
    recording = tmp_path / "silence.wav"
    write_wav(recording, np.zeros(RATE, np.int16))
    async with page_hearing(recording, assistant.http + "?lang=fr") as page:
        await expect(page.get_by_test_id("lacking")).to_contain_text("anglais", timeout=PATIENCE)
        await page.get_by_test_id("text-input").fill("How many steps does the lighthouse have?")
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
