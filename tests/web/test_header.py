"""The head of the page: on a wide one everything stands there, on a small one a menu with words."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.chromium import escape

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NAME = "The assistant of the Royal Society for the Protection of Northern Lighthouses and their Keepers"


async def test_on_a_phone_the_name_can_be_read_and_the_menu_has_words(double, open_page):
    async with open_page(**PHONE) as page:
        await (await double.session()).introduce(name="Lantern Sound Ferries")
        title = page.get_by_role("heading", level=1)
        assert await title.evaluate("each => each.scrollWidth <= each.clientWidth"), "the name is cut off"
        await expect(page.get_by_test_id("status")).to_contain_text("Ready")
        await expect(page.get_by_test_id("open-documents")).to_be_visible()
        menu = page.get_by_test_id("more-menu")
        await expect(menu).to_be_hidden()
        await page.get_by_test_id("more").tap()
        await expect(menu).to_be_visible()
        shown = [text for text in await menu.locator("span").all_inner_texts() if text]
        assert shown == ["History", "Connection", "Sound and devices", "English"]
        for button in await menu.get_by_role("button").all():
            assert (await button.bounding_box())["height"] >= 44


async def test_a_panel_that_is_opened_from_the_menu_closes_it_and_gives_the_focus_back_to_its_button(double, open_page):
    async with open_page(**PHONE) as page:
        await (await double.session()).introduce()
        more = page.get_by_test_id("more")
        for name, panel in (("open-history", "history"), ("open-connection", "connection"), ("sound", "sound-panel")):
            await more.focus()
            await page.keyboard.press("Enter")
            await page.get_by_test_id(name).press("Enter")
            await expect(page.get_by_test_id(panel)).to_be_visible()
            await escape(page, panel)
            await expect(page.get_by_test_id(panel)).to_have_count(0)
            await expect(page.get_by_test_id("more-menu")).to_be_hidden()
            await expect(more).to_be_focused()


@pytest.mark.parametrize("way", ["Escape", "Tab", "elsewhere", "the button"])
async def test_the_menu_goes_away_as_menus_do(double, open_page, way):
    async with open_page(**PHONE) as page:
        await (await double.session()).introduce()
        more, menu = page.get_by_test_id("more"), page.get_by_test_id("more-menu")
        await more.click()
        await expect(more).to_have_attribute("aria-expanded", "true")
        if way == "Escape":
            await page.get_by_test_id("sound").focus()
            await page.keyboard.press("Escape")
            await expect(more).to_be_focused()
        elif way == "Tab":
            await page.get_by_test_id("language").focus()
            await page.keyboard.press("Tab")
        elif way == "elsewhere":
            await page.mouse.click(30, 400)
        else:
            await more.click()
        await expect(menu).to_be_hidden()
        await expect(more).to_have_attribute("aria-expanded", "false")


async def test_the_language_is_chosen_from_the_menu(double, open_page):
    async with open_page(**PHONE) as page:
        await (await double.session()).introduce()
        await page.get_by_test_id("more").click()
        await page.get_by_test_id("language").select_option("de")
        assert (await double.session()).query["lang"] == "de"
        await expect(page.get_by_test_id("more-menu")).to_contain_text("Deutsch")


async def test_on_a_wide_page_there_is_no_menu_and_every_sign_looks_alike(double, open_page):
    async with open_page() as page:
        await (await double.session()).introduce()
        await expect(page.get_by_test_id("more")).to_be_hidden()
        look = """each => {
          const { width, height, borderTopWidth, backgroundColor, color } = getComputedStyle(each);
          return [width, height, borderTopWidth, backgroundColor, color].join(" ");
        }"""
        signs = [page.get_by_test_id(name) for name in ("open-documents", "open-history", "open-connection", "sound")]
        signs.append(page.get_by_test_id("language").locator("xpath=.."))
        assert len({await sign.evaluate(look) for sign in signs}) == 1


@pytest.mark.parametrize(
    "size", [{"width": 320, "height": 568}, {"width": 1280, "height": 800}], ids=["320 px", "wide"]
)
async def test_a_long_name_gives_way_to_the_controls_and_can_still_be_learnt(double, open_page, size):
    async with open_page(viewport=size) as page:
        await (await double.session()).introduce(name=NAME)
        title = page.get_by_role("heading", level=1)
        await expect(title).to_have_text(NAME)
        await expect(title).to_have_attribute("title", NAME)
        assert await page.evaluate("document.scrollingElement.scrollWidth") == size["width"]
        box = await page.get_by_test_id("open-documents").bounding_box()
        named = await title.bounding_box()
        assert named["x"] + named["width"] <= box["x"]


async def test_who_has_a_finger_and_no_keyboard_is_not_told_of_a_space_bar(double, open_page):
    async with open_page(**PHONE) as page:
        await (await double.session()).introduce()
        await expect(page.get_by_text("Tap to talk, or hold the hand")).to_be_visible()
        await expect(page.get_by_text("space bar")).to_be_hidden()
    async with open_page() as page:
        await (await double.session()).introduce()
        await expect(page.get_by_text("Tap to talk, or hold the space bar")).to_be_visible()
