"""The element in pages that were not written for it: their style, their size, and what they do before it is there."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import expect

from tests.web.test_frames import CURIOUS, PATIENCE

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


@pytest.mark.parametrize("theirs", ["8px", "62.5%", "40px"])
async def test_button_and_panel_are_as_large_as_ever_whatever_size_of_type_a_page_begins_with(
    double, open_page, theirs
):
    async with open_page(path="brand.css", expect_errors=True) as page:
        button = await around(page, double, style=f"html {{ font-size: {theirs} }} button {{ font-size: 3rem }}")
        assert (await button.bounding_box())["width"] == 60
        await button.click()
        panel = page.get_by_role("region", name="Vocative")
        assert await panel.evaluate("(element) => element.offsetWidth") == 400


async def test_a_reader_with_large_type_gets_a_large_panel(double, open_page):
    async with open_page(path="brand.css", expect_errors=True) as page:
        button = await around(page, double, style="html { font-size: 62.5% }")
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 24}})
        assert (await button.bounding_box())["width"] == 90


async def test_a_ticket_that_was_set_before_the_element_was_there_is_the_one_that_is_given(double, open_page):
    async with open_page(path="brand.css", expect_errors=True) as page:
        await page.route("**/curious/**", lambda route: route.fulfill(body=CURIOUS, content_type="text/html"))
        html = AROUND.replace("ATTRIBUTES", f'mode="inline" server="{double.url}curious"')
        html += "<script>document.querySelector('vocative-assistant').ticket = () => 'early'</script>"
        await page.route("**/theirs", lambda route: route.fulfill(body=html, content_type="text/html"))
        await page.goto(f"{double.url}theirs")
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("curious")
        (inside,) = (frame for frame in page.frames if "curious" in frame.url)
        await inside.wait_for_function("told.length === 1")
        assert (await inside.evaluate("told"))[0] == {"type": "ticket", "number": 1, "ticket": "early"}
