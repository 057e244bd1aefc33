"""A microphone that is asked for, and what may happen before the user has answered."""

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

# A user who takes their time to allow it.
ASKED_LATE = """
window.tracks = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  await new Promise((resolve) => { window.allow = resolve; });
  window.allow = undefined;
  const stream = await ask(wanted);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""


async def until(page, condition):
    """Wait until something holds in the page. Args: condition: JavaScript."""
    async with asyncio.timeout(10):
        look = f"(function look() {{ {condition} ? done() : setTimeout(look, 20) }})()"
        await page.evaluate(f"new Promise((done) => {look})")


async def allow(page):
    """Wait until the user is asked, and say yes."""
    await until(page, "window.allow !== undefined")
    await page.evaluate("window.allow()")


async def given_back(page):
    """Wait until nothing listens any more."""
    await until(page, "window.tracks.length > 0 && window.tracks.every((track) => track.readyState === 'ended')")


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
