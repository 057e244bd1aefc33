"""Parts of the page that are loaded when they are needed, where they cannot be: as after a new version was put up."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.sources import answer

pytestmark = pytest.mark.browser

WRITTEN = "The **pass** costs:\n\n- 20 pounds a day\n- 90 pounds a week\n"


@pytest.mark.parametrize(
    ("part", "opener", "panel"),
    [
        ("HistoryPanel", "open-history", "history"),
        ("DocumentsPanel", "open-documents", "documents"),
        ("ConnectionPanel", "open-connection", "connection"),
        ("SoundPanel", "sound", "sound-panel"),
    ],
)
async def test_a_panel_that_cannot_be_loaded_is_told_and_the_conversation_goes_on(
    double, open_page, part, opener, panel
):
    async with open_page(expect_errors=True) as page:
        session = await double.session()
        await answer(session, "Twenty-five days.", [])
        await page.route(f"**/assets/{part}-*.js", lambda route: route.abort("connectionrefused"))
        await page.get_by_test_id(opener).click()
        told = page.get_by_test_id("broken-part")
        await expect(told).to_contain_text("could not be loaded")
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("Twenty-five days.")
        await told.get_by_role("button").click()
        await expect(told).to_have_count(0)
        await page.get_by_test_id("text-input").fill("And travel?")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")
        # Once it can be had, it opens; nothing has to be loaded anew.
        await page.unroute(f"**/assets/{part}-*.js")
        await page.get_by_test_id(opener).click()
        await expect(page.get_by_test_id(panel)).to_be_visible()
        await expect(told).to_have_count(0)


async def test_a_written_answer_is_shown_as_it_was_written_where_its_form_cannot_be_loaded(double, open_page):
    async with open_page(expect_errors=True) as page:
        await page.route("**/assets/Markdown-*.js", lambda route: route.abort("connectionrefused"))
        session = await double.session()
        await answer(session, WRITTEN, [], spoken=False)
        message = page.get_by_test_id("message-assistant")
        await expect(message).to_have_attribute("data-state", "done")
        await expect(message).to_contain_text("- 90 pounds a week")
        await expect(page.get_by_test_id("talk")).to_be_enabled()


async def test_a_source_that_cannot_be_loaded_is_told_beside_its_answer(double, open_page):
    async with open_page(expect_errors=True) as page:
        await page.route("**/assets/Source-*.js", lambda route: route.abort("connectionrefused"))
        session = await double.session()
        await answer(session, "Twenty-five days.", [])
        await session.cite("a1")
        await page.get_by_test_id("citation").first.click()
        await expect(page.get_by_test_id("broken-part")).to_contain_text("could not be loaded")
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("Twenty-five days.")
