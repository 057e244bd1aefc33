"""Opening a source in the page: real documents, as the server's own routes give them, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.chromium import escape
from tests.web.sources import answer, found

pytestmark = pytest.mark.browser

DESKTOP = {"color_scheme": "light", "viewport": {"width": 1280, "height": 860}}
PHONE = {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "has_touch": True}

STEPS = (
    "How many steps does the lighthouse have?",
    "There are 142 steps to the lantern room and no lift.",
    "visitor-guide.pdf",
)
LIMITS = (
    "limits of ships: gusts, waves, fog slow down, fog stop",
    "The Wren stops at gusts of 28 knots, waves of 1.0 metre, and slows down in fog at 500 metres, stops at 300.",
    "safety-manual.pdf",
)


@pytest.fixture
async def library(double, samples):
    """The scripted server, which also serves the sample documents."""
    await double.stop()
    double.library, double.port = samples, 0
    await double.start()
    return samples


def letters(text):
    return re.sub(r"[\W_]+", "", text).casefold()


async def marked(page, place):
    """The words that are marked, as they stand, and whether one of them can be seen."""
    marks = page.get_by_test_id(place).locator("mark")
    await expect(marks.first).to_be_in_viewport()
    return " ".join(await marks.all_text_contents())


@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_citation_opens_its_page_of_a_pdf_with_exactly_the_cited_words_marked(double, library, open_page, view):
    question, text, document = STEPS
    citations = await found(library, question, text, document)
    async with open_page(**view) as page:
        await answer(await double.session(), text, citations)
        await page.get_by_test_id("citation").first.click()
        words = citations[0]["supports"][0]["text"]
        assert "142 steps" in words
        await expect(page.get_by_test_id("pdf-view")).to_have_attribute("data-page", "3")
        assert letters(await marked(page, "pdf-view")) == letters(words)
        await expect(page.get_by_test_id("viewer-page")).to_have_text("3 of 6")
        # The words stand on the drawing, not beside it: the marks lie where the canvas has ink.
        assert await page.evaluate(INK) > 0.02
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


# The share of dark pixels of the canvas below the first mark.
INK = """() => {
  const canvas = document.querySelector('.pdf-page canvas'), mark = document.querySelector('.pdf-page mark');
  const [all, at] = [canvas.getBoundingClientRect(), mark.getBoundingClientRect()];
  const scale = canvas.width / all.width;
  const area = [at.left - all.left, at.top - all.top, at.width, at.height].map((each) => Math.round(each * scale));
  const { data } = canvas.getContext('2d').getImageData(...area);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] < 128) dark += 1;
  return dark / (data.length / 4);
}"""


async def test_the_cells_of_a_table_are_marked_in_their_columns(double, library, open_page):
    question, text, document = LIMITS
    citations = await found(library, question, text, document)
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), text, citations[:1])
        await page.get_by_test_id("source-mark").first.click()
        words = citations[0]["supports"][0]["text"]
        assert "Wren 28 knots" in words
        assert letters(await marked(page, "pdf-view")) == letters(words)
        await expect(page.get_by_test_id("pdf-view").locator("mark", has_text="300 metres")).to_have_count(1)


async def test_a_pdf_is_paged_and_magnified_by_keys_and_buttons(double, library, open_page):
    citations = await found(library, *STEPS)
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), STEPS[1], citations)
        await page.get_by_test_id("citation").first.click()
        view = page.get_by_test_id("pdf-view")
        await marked(page, "pdf-view")
        await page.get_by_role("button", name="Next page").click()
        await expect(view).to_have_attribute("data-page", "4")
        await expect(view.locator(".pdf-text")).to_contain_text("The Cider Barn")
        await expect(view.locator("mark")).to_have_count(0)
        await view.press("PageUp")
        await expect(view.locator("mark").first).to_be_in_viewport()
        await view.press("Home")
        await expect(page.get_by_role("button", name="Previous page")).to_be_disabled()
        await view.press("End")
        await expect(page.get_by_test_id("viewer-page")).to_have_text("6 of 6")
        await expect(view.locator(".pdf-text")).to_contain_text("Access for everybody")  # the page before is gone
        drawn = page.locator(".pdf-page")
        await expect(drawn).not_to_have_js_property("offsetWidth", 0)
        before = await drawn.evaluate("page => page.offsetWidth")
        await view.press("+")
        await expect(drawn).not_to_have_js_property("offsetWidth", before)
        assert await drawn.evaluate("page => page.offsetWidth") > before * 1.2
        await page.get_by_role("button", name="Fit to width").click()
        await expect(drawn).to_have_js_property("offsetWidth", before)


async def test_the_words_of_a_pdf_can_be_selected_and_read_as_text(double, library, open_page):
    citations = await found(library, *STEPS)
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), STEPS[1], citations)
        await page.get_by_test_id("citation").first.click()
        await marked(page, "pdf-view")
        await page.get_by_test_id("pdf-view").locator("mark").first.dblclick()
        assert await page.evaluate("getSelection().toString().trim()") != ""
        await page.get_by_role("button", name="As text").click()
        assert await marked(page, "text-view") == citations[0]["supports"][0]["text"]
        await page.get_by_role("button", name="As printed").click()
        await marked(page, "pdf-view")


@pytest.mark.parametrize(
    ("document", "question"),
    [
        ("questions-and-answers.md", "Can I bring my dog?"),
        ("fares.html", "How much is an adult return ticket to Seal Island?"),
        ("booking-and-refunds.docx", "When do I get a refund for a cancelled booking?"),
        ("season-briefing.pptx", "season briefing new crew members"),
    ],
)
async def test_a_document_that_is_no_pdf_opens_as_text_with_the_cited_words_marked(
    double, library, open_page, document, question
):
    passages = [each for each in await library.index.search(question, top=20) if each.document == document]
    text = next(line for line in passages[0].text.split("\n") if len(line) > 40)
    citations = await found(library, text, text, document)
    words = citations[0]["supports"][0]["text"]
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), text, citations)
        await page.get_by_test_id("source-mark").first.click()
        assert letters(await marked(page, "text-view")) == letters(words)
        headings = citations[0]["headings"]
        if headings:
            await expect(page.get_by_test_id("text-view").get_by_role("heading", name=headings[-1])).to_be_attached()
        if document.endswith(".pptx"):
            slide = citations[0]["page"]
            await expect(page.get_by_test_id("viewer-page")).to_have_text(f"{slide} of 8")
            await page.get_by_role("button", name="Next page" if slide < 8 else "Previous page").click()
            await expect(page.get_by_test_id("text-view").locator("mark")).to_have_count(0)


async def test_each_sentence_of_an_answer_opens_the_words_that_bear_it_out(double, library, open_page):
    text = "There are 142 steps to the lantern room. A tour costs £7 for adults. Shall I go on?"
    citations = await found(library, "lighthouse tour steps and costs", text, "visitor-guide.pdf")
    async with open_page(**DESKTOP) as page:
        await answer(await double.session(), text, citations)
        marks = page.get_by_test_id("source-mark")
        await expect(marks).to_have_count(2)
        told = await page.get_by_test_id("message-assistant").locator("p").first.inner_text()
        assert re.sub(r"\s*\b1\b\n?", "", told) == text
        for at, words in enumerate(("142 steps", "£7 for adults")):
            await marks.nth(at).click()
            shown = await marked(page, "pdf-view")
            assert words in shown
            assert ("142 steps" in shown) == (at == 0)
            assert words in " ".join(await page.get_by_test_id("source-text").locator("mark").all_text_contents())
            await escape(page, "source")
            await expect(marks.nth(at)).to_be_focused()


async def test_a_document_that_has_gone_is_told_in_words_and_the_passage_stays(double, library, open_page):
    citations = await found(library, *STEPS)
    gone = [{**citations[0], "document": "gone.md", "url": "/documents/gone.md?view=passage"}]
    async with open_page(expect_errors=True, **DESKTOP) as page:
        await answer(await double.session(), STEPS[1], gone)
        await page.get_by_test_id("citation").click()
        await expect(page.get_by_test_id("viewer-gone")).to_contain_text("There is no document 'gone.md'")
        await expect(page.get_by_test_id("source-text")).to_contain_text("142 steps")
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_test_id("viewer-gone")).to_be_visible()


async def test_a_document_elsewhere_shows_its_passage_and_a_link_and_nothing_is_fetched_from_there(
    double, library, open_page
):
    citations = await found(library, *STEPS)
    elsewhere = [{**citations[0], "url": "https://example.org/guide.pdf"}]
    async with open_page(**DESKTOP) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        await answer(await double.session(), STEPS[1], elsewhere)
        await page.get_by_test_id("citation").click()
        await expect(page.get_by_test_id("source-text")).to_contain_text("142 steps")
        await expect(page.get_by_test_id("viewer")).to_have_count(0)
        link = page.get_by_test_id("source-link")
        assert (await link.get_attribute("href")).startswith("https://example.org/guide.pdf")
        assert [url for url in asked if "example.org" in url] == []


@pytest.mark.parametrize("part", ["PdfView-*.js", "pdf.worker*"], ids=["viewer", "worker"])
async def test_a_pdf_whose_reader_cannot_be_loaded_is_shown_as_text(double, library, open_page, part):
    citations = await found(library, *STEPS)
    async with open_page(expect_errors=True, **DESKTOP) as page:
        await page.route(f"**/assets/{part}", lambda route: route.abort("connectionrefused"))
        await answer(await double.session(), STEPS[1], citations)
        await page.get_by_test_id("citation").first.click()
        assert await marked(page, "text-view") == citations[0]["supports"][0]["text"]
        await page.unroute(f"**/assets/{part}")
        await page.get_by_role("button", name="As printed").click()
        await marked(page, "pdf-view")
