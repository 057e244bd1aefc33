"""The element in pages that were not written for it: their style, their size, and what they do before it is there."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import expect

from tests.web.test_frames import PATIENCE

pytestmark = pytest.mark.browser

AROUND = """<!doctype html><title>Theirs</title><link rel="icon" href="data:,"><style>STYLE</style>
<script type="module" src="embed.js"></script><vocative-assistant ATTRIBUTES></vocative-assistant>"""
PHONE = {"width": 390, "height": 844}


async def around(page, double, *, attributes="", style=""):
    html = AROUND.replace("ATTRIBUTES", attributes).replace("STYLE", style)
    await page.route("**/theirs", lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto(f"{double.url}theirs")
    await page.evaluate("customElements.whenDefined('vocative-assistant').then(() => true)")
    return page.get_by_role("button", name="Vocative")


async def test_on_a_phone_a_panel_whose_server_is_away_can_be_closed_again_before_and_after_it_says_so(
    double, open_page
):
    async with open_page(path="brand.css", expect_errors=True, script=PATIENCE, viewport=PHONE) as page:
        button = await around(page, double, attributes=f'server="http://127.0.0.1:{unused_port()}/"')
        await button.click()
        await page.wait_for_function("patient() === 1")
        await button.click()
        await expect(page.locator("iframe")).to_be_hidden()
        await button.click()
        await page.evaluate("runOut()")
        await expect(page.get_by_role("alert")).to_be_visible()
        await button.click()
        await expect(page.get_by_role("alert")).to_be_hidden()


async def test_on_a_phone_the_button_does_not_stand_in_the_way_of_an_assistant_that_is_there(double, open_page):
    async with open_page(path="brand.css", expect_errors=True, viewport=PHONE) as page:
        button = await around(page, double)
        await button.click()
        await (await double.session()).introduce()
        inside = page.frame_locator("iframe")
        await inside.get_by_test_id("text-input").fill("Leave?")
        await inside.get_by_test_id("send").click()
        await inside.get_by_test_id("close").click()
        await expect(page.locator("iframe")).to_be_hidden()
        await expect(button).to_be_focused()
