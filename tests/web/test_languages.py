"""The page in each of its languages: how one is chosen, what follows, and what is said where the model lacks it."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

ALL = ["en", "es", "fr", "de", "ja", "ar"]
SEND = {"en": "Send", "es": "Enviar", "fr": "Envoyer", "de": "Senden", "ja": "送信", "ar": "إرسال"}


@pytest.mark.parametrize("language", ALL)
async def test_the_address_chooses_the_language_and_the_server_is_told(double, open_page, language):
    async with open_page(path=f"?lang={language}") as page:
        session = await double.session()
        await session.introduce()
        assert session.query["lang"] == language
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", SEND[language])
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize(("locale", "language"), [("fr-CA", "fr"), ("nl-NL", "en"), ("ar-EG", "ar")])
async def test_without_a_choice_the_browser_decides_and_else_it_is_english(double, open_page, locale, language):
    async with open_page(locale=locale) as page:
        await (await double.session()).introduce()
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", SEND[language])


async def test_a_language_that_the_page_lacks_gives_way_to_the_next_best(double, open_page):
    async with open_page(path="?lang=nl", locale="de-DE") as page:
        assert (await double.session()).query["lang"] == "de"
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", "Senden")


async def test_a_chosen_language_is_spoken_at_once_by_page_and_assistant_and_kept(double, open_page):
    async with open_page() as page:
        first = await double.session()
        await first.introduce()
        await page.get_by_test_id("text-input").fill("half a thou")
        menu = page.get_by_test_id("language")
        await menu.focus()
        await menu.select_option("fr")
        again = await double.session()
        assert (first.query["lang"], again.query["lang"]) == ("en", "fr")
        await again.introduce()
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", "Envoyer")
        # Neither what was being written nor the place where one was is lost.
        await expect(page.get_by_test_id("text-input")).to_have_value("half a thou")
        await expect(menu).to_be_focused()
        await page.reload()
        assert (await double.session()).query["lang"] == "fr"
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", "Envoyer")


async def test_a_chosen_language_outlives_the_one_in_the_address(double, open_page):
    async with open_page(path="?lang=de") as page:
        await (await double.session()).introduce()
        await page.get_by_test_id("language").select_option("es")
        await double.session()
        await page.reload()
        assert (await double.session()).query["lang"] == "es"


async def test_a_conversation_that_has_begun_goes_on_in_a_page_of_another_language(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await session.search("c1", "leave")
        await session.item("u1", "user", None, "How much leave?")
        await session.speak("a1", "Twenty five days.", 0.2)
        await page.get_by_test_id("language").select_option("de")
        await expect(page.get_by_test_id("tool-duration")).to_have_text("35 ms")
        await expect(page.get_by_test_id("tool-call")).to_contain_text("fertig")
        await page.get_by_test_id("text-input").fill("Danke")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")  # on the same connection
        assert double.sessions.empty()


async def test_a_language_whose_texts_cannot_be_loaded_leaves_the_page_as_it_is(double, open_page):
    async with open_page(expect_errors=True) as page:
        await (await double.session()).introduce()
        await page.route("**/assets/ja-*.js", lambda route: route.abort())
        async with page.expect_event("requestfailed"):
            await page.get_by_test_id("language").select_option("ja")
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", "Send")
        await expect(page.get_by_test_id("language")).to_have_value("en")


async def test_of_languages_that_are_chosen_in_quick_succession_the_last_one_holds_whenever_its_texts_come(
    double, open_page
):
    async with open_page() as page:
        await (await double.session()).introduce()
        held = asyncio.Queue()
        await page.route("**/assets/de-*.js", held.put)
        menu = page.get_by_test_id("language")
        await menu.select_option("de")
        slow = await held.get()
        await menu.select_option("fr")
        assert (await double.session()).query["lang"] == "fr"
        await slow.continue_()
        # As a module is evaluated once, whoever waits for it now waits until the page has taken it in.
        await page.evaluate("(url) => import(url).then(() => new Promise(requestAnimationFrame))", slow.request.url)
        await expect(page.get_by_test_id("send")).to_have_attribute("aria-label", "Envoyer")
        await expect(menu).to_have_value("fr")
        await page.reload()
        assert (await double.session()).query["lang"] == "fr"


async def test_a_model_without_the_pages_language_is_announced_in_that_language(double, open_page):
    async with open_page(path="?lang=fr") as page:
        await (await double.session()).introduce(languages=["en"])
        notice = page.get_by_test_id("lacking")
        await expect(notice).to_contain_text("assistant ne parle pas cette langue : français")
        await expect(notice).to_contain_text("anglais")
        await page.get_by_role("button", name="Ignorer").click()
        await expect(notice).to_have_count(0)


@pytest.mark.parametrize("languages", [None, ["en"], ["fr", "en"]])
async def test_a_model_that_has_the_pages_language_needs_no_notice(double, open_page, languages):
    async with open_page() as page:
        await (await double.session()).introduce(languages=languages)
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        await expect(page.get_by_test_id("lacking")).to_have_count(0)


async def test_an_arabic_page_is_mirrored(double, open_page):
    async with open_page(path="?lang=ar") as page:
        session = await double.session()
        await session.introduce()
        await session.item("u1", "user", None, "كم يومًا من الإجازة لدي؟")
        await session.speak("a1", "خمسة وعشرون يومًا.", 0.2)
        await session.cite("a1")

        async def middle(locator):
            box = await locator.bounding_box()
            return box["x"] + box["width"] / 2

        width = page.viewport_size["width"]
        await expect(page.get_by_test_id("message-user")).to_be_visible()
        assert await middle(page.get_by_role("heading", level=1)) > width / 2
        assert await middle(page.get_by_test_id("status")) < await middle(page.get_by_role("heading", level=1))
        assert await middle(page.get_by_test_id("open-documents")) < width / 2
        assert await middle(page.get_by_test_id("message-user")) < width / 2
        assert await middle(page.get_by_test_id("send")) < width / 2
        assert await middle(page.get_by_test_id("push")) > width / 2
        await expect(page.get_by_test_id("announced")).to_contain_text("مصدران")
