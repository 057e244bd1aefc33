"""What the page makes of written answers and of tools' results: Markdown, pictures, and nothing that runs."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest
from playwright.async_api import expect

from agent.library import Library
from tests.chromium import escape
from tests.web.sources import answer, found, write

pytestmark = pytest.mark.browser


def png(side: int, colour: tuple[int, int, int]) -> bytes:
    """A square of one colour."""
    rows = (b"\x00" + bytes(colour) * side) * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = png(64, (15, 107, 102))
DATA_URL = "data:image/png;base64," + base64.b64encode(PICTURE).decode()

TEXT = """## Leave

You have **25 days** of leave. Days can be *bought*:

1. ask your manager
2. fill in the `leave` form, see [the intranet](https://example.org/leave)

| Days | Price |
|-----:|:------|
| 1 | £90 |

R&amp;D has its own rules."""

HOSTILE = """# <script>window.ran = 1</script>

<img src=x onerror="window.ran = 1"> <svg onload="window.ran = 1"></svg>

<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>

[a](javascript:window.ran=1) [b](&#106;avascript:window.ran=1) [c](data:text/html,<script>window.ran=1</script>)
[d](/documents/x) ![e](https://example.org/pixel.png) ![f](javascript:window.ran=1) <javascript:window.ran=1>

```html
<script>window.ran = 1</script>
```

| <b onclick="window.ran=1">h</b> |
|---|
| <style>body{display:none}</style> |
"""


async def call(session, result, call_id="c1"):
    await session.introduce()
    await session.send("extension.call.started", call_id=call_id, response_id="r1", name="plan", arguments="{}")
    done = {"status": "completed", "duration_ms": 5, "result": result}
    await session.send("extension.call.finished", call_id=call_id, name="plan", **done)


async def test_a_written_answer_is_drawn_as_the_markdown_that_it_is(double, open_page):
    async with open_page() as page:
        await answer(await double.session(), TEXT, [], spoken=False)
        message = page.get_by_test_id("message-assistant")
        await expect(message.get_by_role("heading", name="Leave")).to_be_visible()
        await expect(message.locator("strong")).to_have_text("25 days")
        await expect(message.locator("ol > li")).to_have_count(2)
        await expect(message.locator("code")).to_have_text("leave")
        await expect(message.get_by_role("cell", name="£90")).to_be_visible()
        await expect(message).to_contain_text("R&D has its own rules.")
        link = message.get_by_role("link", name="the intranet")
        assert await link.get_attribute("href") == "https://example.org/leave"
        assert "noopener" in await link.get_attribute("rel")


async def test_a_spoken_answer_is_shown_as_it_was_said(double, open_page):
    async with open_page() as page:
        await answer(await double.session(), "Two * three * four is **24**.", [])
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("Two * three * four is **24**.")
        await expect(page.get_by_test_id("markdown")).to_have_count(0)


async def test_the_numbers_of_sources_stand_behind_their_sentences_in_markdown_too(double, samples, open_page):
    text = "- There are **142 steps** to the lantern room and no lift.\n- Shall I go on?"
    citations = await found(samples, "How many steps does the lighthouse have?", text, "visitor-guide.pdf")
    async with open_page() as page:
        await answer(await double.session(), text, citations, spoken=False)
        first = page.get_by_test_id("markdown").locator("li").first
        await expect(first.locator("strong")).to_have_text("142 steps")
        await expect(first.get_by_test_id("source-mark")).to_have_text("1")
        await expect(first).to_have_text("There are 142 steps to the lantern room and no lift.1")
        await expect(page.get_by_test_id("source-mark")).to_have_count(1)


@pytest.mark.parametrize("where", ["answer", "result", "document"])
async def test_nothing_that_answers_tools_and_documents_say_runs_or_is_fetched(double, open_page, tmp_path, where):
    (tmp_path / "notes.md").write_text(HOSTILE + "\nThe ferry leaves at noon from the quay.\n", encoding="utf-8")
    library, _ = Library.gather([tmp_path])
    await double.stop()
    double.library, double.port = library, 0
    await double.start()
    async with open_page() as page:
        asked, dialogs = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        session = await double.session()
        if where == "answer":
            await answer(session, HOSTILE, [], spoken=False)
            shown = page.get_by_test_id("markdown")
        elif where == "result":
            await call(session, HOSTILE)
            await page.get_by_test_id("tool-call").locator("summary").click()
            shown = page.get_by_test_id("tool-result")
        else:
            words = "The ferry leaves at noon from the quay."
            await answer(session, words, await found(library, words, words, "notes.md"))
            await page.get_by_test_id("citation").click()
            shown = page.get_by_test_id("text-view")
            await expect(shown.locator("mark")).to_have_text(words)
        await expect(shown).to_contain_text("window.ran = 1")
        assert await shown.locator("script, iframe, img, svg, style, object, embed, form").count() == 0
        hrefs = [await link.get_attribute("href") for link in await shown.locator("a").all()]
        assert set(hrefs) <= {"https://example.org/pixel.png"}
        assert await page.evaluate("window.ran") is None
        assert dialogs == []
        assert [url for url in asked if not url.startswith(double.url)] == []
    library.close()


async def test_text_that_is_nested_beyond_reason_is_shown_and_breaks_nothing(double, open_page):
    deep = ">" * 3000 + " deep\n\n" + "*" * 3000 + "a" + "*" * 3000 + "\n\n" + "[" * 3000
    async with open_page() as page:
        session = await double.session()
        await answer(session, "Before.", [])
        await session.send("response.created", response={"id": "r1"})
        await write(session, "a2", deep)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("deep")
        await expect(page.get_by_test_id("message-assistant").first).to_contain_text("Before.")


async def test_a_tools_markdown_is_drawn_and_its_data_is_shown_as_data(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await call(session, {"content": [{"type": "text", "text": "## Plan\n\n- one\n- two"}]})
        await page.get_by_test_id("tool-call").locator("summary").click()
        await expect(page.get_by_test_id("tool-result").get_by_role("heading", name="Plan")).to_be_visible()
        data = {"days": 25, "left": ["**3**"]}
        done = {"status": "completed", "duration_ms": 5, "result": data}
        await session.send("extension.call.finished", call_id="c2", name="leave", **done)
        second = page.get_by_test_id("tool-call").nth(1)
        await second.locator("summary").click()
        assert json.loads(await second.get_by_test_id("tool-result").locator("pre").inner_text()) == data


async def test_a_picture_that_a_tool_made_is_shown_opens_large_and_can_be_kept(double, open_page):
    async with open_page(viewport={"width": 390, "height": 844}) as page:
        images = [{"url": DATA_URL, "media_type": "image/png", "prompt": "a sea", "revised_prompt": "A calm sea."}]
        await call(await double.session(), {"images": images})
        picture = page.get_by_test_id("picture")
        await expect(picture).to_have_attribute("alt", "A calm sea.")
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
        await page.get_by_role("button", name="Show large: A calm sea.").click()
        view = page.get_by_test_id("picture-view")
        await expect(view.get_by_role("heading", name="A calm sea.")).to_be_visible()
        async with page.expect_download() as downloading:
            await view.get_by_test_id("picture-download").click()
        download = await downloading.value
        assert download.suggested_filename == "a-calm-sea.png"
        assert await download.path() is not None
        assert (await download.path()).read_bytes() == PICTURE
        await escape(page, "picture-view")
        await expect(view).to_have_count(0)
        await expect(page.get_by_role("button", name="Show large: A calm sea.")).to_be_focused()
        await page.get_by_test_id("tool-call").locator("summary").click()
        await expect(page.get_by_test_id("tool-result")).to_contain_text('"url": "(a picture)"')


async def test_a_picture_that_lies_elsewhere_is_a_link_and_one_that_is_none_says_so(double, open_page):
    async with open_page() as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        broken = "data:image/png;base64,aGVsbG8="
        images = [{"url": "https://example.org/a.png", "prompt": "a sea"}, {"url": broken}, {"url": "javascript:1"}]
        await call(await double.session(), {"images": images})
        shown = page.get_by_test_id("pictures")
        link = shown.get_by_role("link", name="Open the picture in a new tab: a sea")
        assert await link.get_attribute("href") == "https://example.org/a.png"
        await expect(shown).to_contain_text("The picture cannot be shown.")
        await expect(page.get_by_test_id("picture")).to_have_count(0)
        assert [url for url in asked if "example.org" in url] == []
