"""A microphone that is asked for, and what may happen before the user has answered."""

import pytest
from playwright.async_api import expect

from tests.web.asking import ASKED_LATE, allow, given_back

pytestmark = pytest.mark.browser


async def test_a_connection_lost_while_the_user_is_asked_leaves_the_microphone_closed(double, open_page):
    async with open_page(script=ASKED_LATE) as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.socket.close(code=1011, message=b"the model went away")
        await expect(page.get_by_test_id("trouble")).to_contain_text("The connection was lost")
        await allow(page)
        await given_back(page)
        await page.get_by_test_id("reconnect").click()
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        assert session.of("input_audio_buffer.append") == []
        await page.get_by_test_id("talk").click()
        await allow(page)
        await session.until_sent("input_audio_buffer.append", 5)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "listening")


async def test_a_button_let_go_while_the_user_is_asked_sends_nothing_and_gives_the_microphone_back(double, open_page):
    async with open_page(script=ASKED_LATE) as page:
        session = await double.session()
        await session.introduce()
        await page.locator("body").press("Space")
        await allow(page)
        await given_back(page)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        assert session.of("input_audio_buffer.commit") == []
