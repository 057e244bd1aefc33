"""What an answer rests on is shown as its source; what was only read for it is folded away, and counts nowhere."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.chromium import escape
from tests.web.sources import answer

pytestmark = pytest.mark.browser

LEAVE = "Every full-time employee has twenty-five days of paid leave a year."
LAPSE = "Unused days lapse in March."
ANSWER = f"{LEAVE} {LAPSE}"


def citation(name, text, *, number, supports=None):
    place = {"page": None, "headings": [], "score": 0.5, "start": 0, "end": len(text)}
    told = {} if supports is None else {"supports": [support(each) for each in supports]}
    address = f"/documents/{name}?view=passage"
    return {"id": name, "document": name, "title": name, "text": text, "number": number, "url": address} | place | told


def support(sentence):
    start = ANSWER.index(sentence)
    return {
        "content_index": 0,
        "from": start,
        "to": start + len(sentence),
        "text": sentence,
        "offset": 0,
        "start": 0,
        "end": len(sentence),
    }


BEARS = citation("Handbook.md", ANSWER, number=1, supports=[LEAVE, LAPSE])
READ = [
    citation(f"{name}.md", "Nothing of it.", number=number, supports=[]) for number, name in ((2, "Perks"), (3, "Menu"))
]


async def test_only_what_bears_the_answer_out_is_a_source_and_the_rest_is_folded_away(double, open_page):
    async with open_page() as page:
        await answer(await double.session(), ANSWER, [BEARS, *READ])
        await expect(page.get_by_test_id("citation")).to_have_text(["1Handbook.md"])
        read = page.get_by_test_id("read")
        await expect(read.first).to_be_hidden()
        fold = page.get_by_test_id("also-read").locator("summary")
        await expect(fold).to_have_text("Also read(2)")
        await fold.focus()
        await page.keyboard.press("Enter")
        await expect(read).to_have_text(["Perks.md", "Menu.md"])
        await read.nth(1).click()
        await expect(page.get_by_test_id("source-text")).to_have_text("Nothing of it.")
        await escape(page, "source")
        await expect(read.nth(1)).to_be_focused()


async def test_what_was_only_read_counts_neither_for_the_ear_nor_in_the_history_nor_in_what_leaves_the_page(
    double, open_page
):
    async with open_page(permissions=["clipboard-read", "clipboard-write"]) as page:
        await answer(await double.session(), ANSWER, [BEARS, *READ])
        await expect(page.get_by_test_id("announced")).to_have_text(f"{ANSWER} (1 source)")
        await page.get_by_test_id("open-history").click()
        entry = page.get_by_test_id("history-entry").last
        await expect(entry).to_contain_text("Handbook.md")
        await expect(entry).not_to_contain_text("Perks.md")
        await entry.get_by_test_id("copy-message").click()
        await expect(entry.get_by_role("button", name="Copied")).to_be_visible()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert "1. [Handbook.md]" in copied
        assert "Perks.md" not in copied


async def test_where_nothing_bears_the_answer_out_no_source_is_shown(double, open_page):
    async with open_page() as page:
        await answer(await double.session(), ANSWER, READ)
        await expect(page.get_by_test_id("also-read")).to_be_visible()
        await expect(page.get_by_test_id("citation")).to_have_count(0)
        await expect(page.get_by_test_id("announced")).to_have_text(ANSWER)


async def test_of_a_server_that_does_not_say_what_bears_out_what_every_passage_is_a_source(double, open_page):
    plain = [citation("Handbook.md", ANSWER, number=1), citation("Perks.md", "More.", number=2)]
    async with open_page() as page:
        await answer(await double.session(), ANSWER, plain)
        await expect(page.get_by_test_id("citation")).to_have_count(2)
        await expect(page.get_by_test_id("also-read")).to_have_count(0)


async def test_a_number_stands_on_the_line_of_the_word_before_it_however_wide_the_page_is(double, open_page):
    async with open_page(viewport={"width": 400, "height": 800}) as page:
        await answer(await double.session(), ANSWER, [BEARS])
        await expect(page.get_by_test_id("source-mark")).to_have_count(2)
        # The last letters before each number, and the number: both begin at about the same height.
        apart = """() => [...document.querySelectorAll('[data-testid=source-mark]')].map((mark) => {
          const before = mark.parentElement.previousSibling;
          const range = document.createRange();
          range.setStart(before, before.length - 2);
          range.setEnd(before, before.length - 1);
          const [letter, number] = [range.getBoundingClientRect(), mark.getBoundingClientRect()];
          return Math.abs((letter.top + letter.bottom) / 2 - (number.top + number.bottom) / 2);
        })"""
        for width in range(320, 480, 7):
            await page.set_viewport_size({"width": width, "height": 800})
            assert [width for each in await page.evaluate(apart) if each > 14] == []
