"""What the page keeps of a real conversation: where its time went, and that deleting deletes it with the model too."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.e2e.browsing import PATIENCE, RATE, page_hearing

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_spoken_turn_shows_where_its_time_went_and_is_deleted_with_the_model_too(assistant, say, tmp_path):
    recording = tmp_path / "question.wav"
    silence = np.zeros(RATE * 2, np.int16)
    write_wav(recording, np.concatenate([say("How many steps does the lighthouse have?"), silence]))
    sent: list[dict] = []
    came: list[dict] = []

    def watch(socket):
        socket.on("framesent", lambda frame: sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: came.append(json.loads(frame)))

    async with page_hearing(recording, assistant.http) as page:
        page.on("websocket", watch)
        await page.reload()
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
        await page.wait_for_function("Number(document.querySelector('[data-testid=level]').dataset.outputLevel) > 0.05")
        await page.get_by_test_id("open-connection").click()
        await expect(page.get_by_test_id("fact-service")).to_have_text("Embedded engine")
        await expect(page.get_by_test_id("fact-transport")).to_have_text("WebSocket")
        await expect(page.locator("tr[data-step=heard]")).to_have_count(1, timeout=PATIENCE)
        for step in ("silence", "transcript", "retrieval", "sound"):
            await expect(page.locator(f"tr[data-step={step}]")).to_have_count(1)
        await expect(page.get_by_test_id("waterfall").locator("caption")).to_contain_text(
            "lighthouse", ignore_case=True
        )
        await page.screenshot(path=tmp_path / "connection.png")
        await page.keyboard.press("Escape")
        await page.get_by_test_id("open-history").click()
        await page.get_by_test_id("delete-all").click()
        await page.get_by_test_id("delete-now").click()
        await expect(page.get_by_test_id("history")).to_contain_text("Nothing has been said yet.")
        await page.keyboard.press("Escape")
        asked = [event["item_id"] for event in sent if event["type"] == "conversation.item.delete"]
        assert len(asked) >= 2
        await page.get_by_test_id("text-input").fill("How much is the Island Pass?")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("£", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-user")).to_have_count(1)
        await expect(page.get_by_test_id("trouble")).to_have_count(0)
    deleted = [event["item_id"] for event in came if event["type"] == "conversation.item.deleted"]
    assert set(asked) <= set(deleted)
    assert set(deleted) <= set(asked), "the page hears nothing of calls that it never saw"
