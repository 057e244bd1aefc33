"""A call of the page that is made anew because its user chose another language."""

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from agent.webrtc.engine_calling import EngineCalling
from tests.e2e.browsing import PATIENCE, RATE, ready, talk
from tests.e2e.calling import answering, page_calling, sounding

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(200),
    pytest.mark.usefixtures("loopback"),
]


async def test_who_talks_hands_free_is_heard_by_the_new_call_too(model, library, say, tmp_path):
    recording = tmp_path / "speech.wav"
    write_wav(recording, np.concatenate([np.zeros(RATE * 8, np.int16), say("How much is the Island Pass?")]))
    async with (
        answering(model, library, EngineCalling(model)) as address,
        page_calling(recording, address, mind_errors=False, viewport={"width": 1280, "height": 800}) as (page, _),
    ):
        await talk(page)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "listening", timeout=PATIENCE)
        await page.get_by_test_id("language").select_option("fr")
        await expect(page.locator("html")).to_have_attribute("lang", "fr")
        await ready(page)
        await expect(page.get_by_test_id("message-user")).to_contain_text("Pass", ignore_case=True, timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("£42", timeout=PATIENCE)
        await sounding(page)
