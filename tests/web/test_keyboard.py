"""The page by keyboard alone: everything can be done, and the focus is never lost with what had it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.sources import answer, found
from tests.web.test_history import spoken_turn
from tests.web.test_viewer import DESKTOP, STEPS, library  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


async def test_who_asks_by_an_example_goes_on_from_the_conversation(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("example").first.press("Enter")
        await session.until_sent("response.create")
        await session.item("u1", "user", None, "How many days of leave do I have?")
        await expect(page.get_by_test_id("message-user")).to_be_visible()
        await expect(page.locator("main")).to_be_focused()


async def test_who_sends_by_the_button_goes_on_writing(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("text-input").fill("How much leave?")
        await page.get_by_test_id("send").press("Space")
        await session.until_sent("response.create")
        await expect(page.get_by_test_id("text-input")).to_be_focused()


async def test_when_all_is_deleted_the_focus_is_still_in_the_history(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        await page.get_by_test_id("open-history").press("Enter")
        await page.get_by_test_id("delete-all").press("Enter")
        await page.get_by_test_id("delete-now").press("Enter")
        panel = page.get_by_test_id("history")
        await expect(panel).to_contain_text("Nothing has been said yet.")
        await expect(panel).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("open-history")).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", "Space"])
async def test_a_source_without_an_address_is_opened(double, open_page, key):
    async with open_page() as page:
        session = await double.session()
        source = {"id": "p1", "document": "", "page": None, "title": "A note", "text": "There are 142 steps."}
        where = {"url": "", "headings": [], "start": 0, "end": 20, "score": 0.8}
        await answer(session, "There are 142 steps.", [{**source, **where}])
        await page.get_by_test_id("citation").press(key)
        await expect(page.get_by_test_id("source-text")).to_contain_text("142 steps")


async def test_at_the_last_page_of_a_pdf_the_keys_lead_back_from_the_button_that_led_there(
    double,
    library,  # noqa: F811 - the fixture
    open_page,
):
    citations = await found(library, *STEPS)
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), STEPS[1], citations)
        await page.get_by_test_id("citation").first.press("Enter")
        view = page.get_by_test_id("pdf-view")
        await expect(page.get_by_test_id("viewer-page")).to_have_text("3 of 6")
        following = page.get_by_role("button", name="Next page")
        for number in (4, 5, 6):
            await following.press("Enter")
            await expect(view).to_have_attribute("data-page", str(number))
        await expect(following).to_be_disabled()
        await page.keyboard.press("Enter")
        await page.keyboard.press("PageUp")
        await expect(view).to_have_attribute("data-page", "5")
