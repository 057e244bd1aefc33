"""What the page shows of a conversation, in a real browser, on a desktop and on a phone, in light and in dark."""

import pytest
from playwright.async_api import expect

from tests.chromium import escape

pytestmark = pytest.mark.browser

VIEWS = [
    {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]


async def conversation(session):
    """Speech, two tools, an answer, and only then the words of the question."""
    await session.send("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    await session.send("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=900)
    await session.send("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    await session.send("response.created", response={"id": "r1"})
    await session.search("c1", "annual leave")
    await session.search("c2", "carry over", finish=False)
    await session.item("a1", "assistant", "u1")
    await session.cite("a1")
    await session.speak("a1", "You have twenty-five days.", 0.3)


@pytest.mark.parametrize("view", VIEWS, ids=["desktop", "phone"])
async def test_a_question_whose_words_come_late_stands_before_its_answer(double, open_page, view):
    async with open_page(**view) as page:
        session = await double.session()
        await session.introduce()
        await conversation(session)
        question = page.get_by_test_id("message-user")
        await expect(question).to_have_attribute("data-state", "pending")
        done = "conversation.item.input_audio_transcription.completed"
        await session.send(done, item_id="u1", content_index=0, transcript="How much leave do I have?")
        await expect(question).to_contain_text("How much leave do I have?")
        entries = page.locator("[data-testid=transcript] > li")
        await expect(entries).to_have_count(4)
        order = [await entries.nth(at).get_attribute("data-testid") for at in range(4)]
        assert order == ["message-user", "tool-call", "tool-call", "message-assistant"]
        await expect(entries.nth(3)).to_contain_text("You have twenty-five days.")
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide


async def test_a_tool_shows_that_it_runs_how_long_it_took_and_what_came_of_it(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await conversation(session)
        finished, running = page.get_by_test_id("tool-call").nth(0), page.get_by_test_id("tool-call").nth(1)
        await expect(finished).to_have_attribute("data-status", "completed")
        await expect(finished).to_contain_text("annual leave")
        await expect(finished.get_by_test_id("tool-duration")).to_have_text("35 ms")
        await expect(running).to_contain_text("running")
        await session.send("extension.call.progress", call_id="c2", message="Reading 3 documents", fraction=0.5)
        await expect(running).to_contain_text("Reading 3 documents")
        failed = {"status": "timed_out", "duration_ms": 10_000, "error": "The search took too long."}
        await session.send("extension.call.finished", call_id="c2", name="search", **failed)
        await expect(running).to_contain_text("took too long 10.0 s")
        await finished.locator("summary").click()
        await expect(finished).to_contain_text('"passages"')


async def test_a_citation_shows_its_passage_and_opens_the_document_at_the_page(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await conversation(session)
        chips = page.get_by_test_id("citation")
        await expect(chips).to_have_count(2)
        await expect(chips.nth(0)).to_have_text("1Employee Handbookp. 12")
        assert await chips.nth(0).get_attribute("href") == "/documents/hr/Employee_Handbook.pdf#page=12"
        await chips.nth(0).click()
        source = page.get_by_test_id("source")
        await expect(source.get_by_test_id("source-text")).to_contain_text("twenty-five days of paid leave")
        async with page.context.expect_page() as opening:
            await source.get_by_test_id("source-link").click()
        opened = await opening.value
        assert opened.url == f"{double.url}documents/hr/Employee_Handbook.pdf#page=12"
        await opened.close()
        await escape(page, "source")
        await expect(source).to_have_count(0)
        async with page.context.expect_page() as opening:
            await chips.nth(1).click(modifiers=["Control"])
        assert (await opening.value).url.endswith("/documents/Perks.docx?view=passage&start=120&end=320")


async def test_the_assistant_introduces_itself_and_its_examples_can_be_asked(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await expect(page.get_by_test_id("talk")).to_be_disabled()
        await session.introduce()
        await expect(page.locator("main")).to_contain_text("I am the Contoso assistant, an AI")
        assert await page.title() == "Contoso assistant"
        await page.get_by_test_id("example").nth(1).click()
        await session.until_sent("response.create")
        item = session.of("conversation.item.create")[0]["item"]
        text = [{"type": "input_text", "text": "What does the health plan cover?"}]
        assert item == {"type": "message", "role": "user", "content": text}


async def test_the_words_of_documents_and_tools_never_run_as_script(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce(name="<b>x</b>", greeting="<img src=x onerror=alert(1)>")
        nasty = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"
        await session.item("u1", "user", None, nasty)
        await session.search("c1", nasty)
        bad = {"id": "p1", "document": nasty, "page": 1, "title": nasty, "text": nasty, "score": 1.0}
        where = {"headings": [], "start": 0, "end": 1, "url": "javascript:window.ran=1"}
        await session.item("a1", "assistant", "u1")
        await session.send("extension.citations", response_id="r1", item_id="a1", citations=[{**bad, **where}])
        await session.send("response.created", response={"id": "r1"})
        await session.speak("a1", nasty, 0.1)
        chip = page.get_by_test_id("citation")
        await expect(chip).to_have_count(1)
        assert await chip.get_attribute("href") is None
        await chip.click()
        await expect(page.get_by_test_id("source-text")).to_have_text(nasty)
        await expect(page.get_by_test_id("source-link")).to_have_count(0)
        assert await page.evaluate("window.ran") is None


async def test_every_control_has_a_name(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await conversation(session)
        await expect(page.get_by_test_id("citation")).to_have_count(2)
        tree = await page.locator("body").aria_snapshot()
        for line in tree.splitlines():
            kind = line.strip().removeprefix("- ").split(" ")[0].rstrip(":")
            assert kind not in {"button", "textbox", "link"} or '"' in line, line
        assert 'button "Start talking"' in tree
        assert 'textbox "Your question"' in tree
