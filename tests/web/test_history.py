"""The history: searched, copied, taken along and deleted, in a real browser."""

import json
import re

import pytest
from playwright.async_api import expect

from tests.chromium import escape

pytestmark = pytest.mark.browser

WORDS = "You have twenty-five days of leave. Unused days lapse in March."


async def spoken_turn(session):
    """A question, a search, and an answer that is broken off in its middle by what the user says next."""
    await session.send("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    await session.send("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=900)
    await session.send("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    await session.send("response.created", response={"id": "r1"})
    await session.search("c1", "annual leave")
    await session.item("a1", "assistant", "u1")
    await session.cite("a1")
    await session.speak("a1", WORDS, 0.2)
    heard = {"item_id": "u1", "content_index": 0, "transcript": "How much leave do I have?"}
    await session.send("conversation.item.input_audio_transcription.completed", **heard)


async def history(page):
    await page.get_by_test_id("open-history").click()
    return page.get_by_test_id("history")


async def test_the_history_is_searched_without_regard_to_case_and_accents(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        panel = await history(page)
        entries = panel.get_by_test_id("history-entry")
        await expect(entries).to_have_count(3)
        await page.get_by_test_id("history-search").fill("LÉAVE")
        await expect(entries).to_have_count(3)
        await expect(panel.get_by_test_id("history-count")).to_have_text("3 entries found")
        assert await panel.locator("mark").all_inner_texts() == ["leave", "leave", "leave"]
        await page.get_by_test_id("history-search").fill("march")
        await expect(entries).to_have_count(1)
        await expect(panel.get_by_test_id("history-count")).to_have_text("1 entry found")
        await expect(entries).to_contain_text("Unused days lapse in March.")
        await page.get_by_test_id("history-search").fill("nowhere")
        await expect(panel.get_by_test_id("history-count")).to_have_text("0 entries found")
        await page.keyboard.press("Escape")
        await expect(panel).to_have_count(0)
        await expect(page.get_by_test_id("open-history")).to_be_focused()


async def test_the_conversation_leaves_as_markdown_and_as_json(double, open_page, tmp_path):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        await session.send("extension.interrupted", item_id="a1", content_index=0, played_ms=100)
        await expect(page.get_by_test_id("message-assistant")).to_have_attribute("data-cut", "true")
        await history(page)
        async with page.expect_download() as saving:
            await page.get_by_test_id("export-json").click()
        download = await saving.value
        assert re.fullmatch(
            r"Conversation with Contoso assistant \d{4}-\d\d-\d\d \d\d-\d\d\.json", download.suggested_filename
        )
        await download.save_as(tmp_path / "said.json")
        file = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
        assert file["format"] == "vocative.conversation/1"
        question, call, answer = file["entries"]
        assert question["text"] == "How much leave do I have?"
        assert (call["name"], call["arguments"], call["duration_ms"]) == ("search", {"query": "annual leave"}, 34.5)
        assert answer["text"] == WORDS
        assert answer["interrupted"]["played_ms"] == 100
        assert [each["document"] for each in answer["citations"]] == ["hr/Employee_Handbook.pdf", "Perks.docx"]
        assert question["at"] <= call["at"] <= answer["at"] <= file["exported_at"]
        async with page.expect_download() as saving:
            await page.get_by_test_id("export-markdown").click()
        await (await saving.value).save_as(tmp_path / "said.md")
        text = (tmp_path / "said.md").read_text(encoding="utf-8")
        assert text.startswith("# Conversation with Contoso assistant\n")
        assert f"[hr/Employee_Handbook.pdf, p. 12](<{double.url}documents/hr/Employee_Handbook.pdf>)" in text


@pytest.mark.parametrize("secure", [True, False])
async def test_one_message_and_all_are_copied_also_where_the_origin_is_insecure(double, open_page, secure):
    origin = {"permissions": ["clipboard-read", "clipboard-write"]} if secure else {"host": "plain.test"}
    async with open_page(**origin) as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        panel = await history(page)
        # A page without a clipboard of its own is read by pasting.
        assert await page.evaluate("'clipboard' in navigator") is secure
        await panel.get_by_test_id("copy-message").first.click()
        await expect(panel.get_by_role("button", name="Copied")).to_have_count(1)
        await page.get_by_test_id("history-search").focus()
        await page.keyboard.press("ControlOrMeta+v")
        await expect(page.get_by_test_id("history-search")).to_have_value("How much leave do I have?")
        await panel.get_by_test_id("copy-all").click()
        await expect(panel.get_by_test_id("history-told")).to_have_text("Copied")
        await page.get_by_test_id("history-search").fill("")
        await page.get_by_test_id("history-search").focus()
        await page.keyboard.press("ControlOrMeta+v")
        await expect(page.get_by_test_id("history-search")).to_have_value(re.compile("Conversation with.*Unused days"))


async def test_deleting_asks_first_and_then_deletes_here_and_with_the_other_side(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        panel = await history(page)
        await page.get_by_test_id("delete-all").click()
        await expect(page.get_by_test_id("confirm-delete")).to_be_visible()
        await escape(page, "confirm-delete")
        await expect(panel.get_by_test_id("history-entry")).to_have_count(3)
        assert session.of("conversation.item.delete") == []
        await page.get_by_test_id("delete-all").click()
        await page.get_by_test_id("delete-now").click()
        await session.until_sent("conversation.item.delete", 2)
        assert [event["item_id"] for event in session.of("conversation.item.delete")] == ["a1", "u1"]
        await expect(panel).to_contain_text("Nothing has been said yet.")
        # The other side confirms, and one item it no longer had: neither is anything to complain of.
        await session.send("conversation.item.deleted", item_id="a1")
        gone = {"type": "invalid_request_error", "code": "item_not_found", "message": "?", "event_id": "delete_u1"}
        await session.send("error", error=gone)
        await page.keyboard.press("Escape")
        await expect(page.locator("main")).to_contain_text("What would you like to know?")
        await expect(page.get_by_test_id("trouble")).to_have_count(0)
        await session.item("u2", "user", "u1", "And travel?")
        await expect(page.get_by_test_id("message-user")).to_have_text("You: And travel?")


async def test_an_answer_under_way_stops_when_all_is_deleted_and_nothing_of_it_comes_back(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("text-input").fill("How much leave do I have?")
        await page.get_by_test_id("send").click()
        await session.until_sent("response.create")
        await session.item("u1", "user", None, "How much leave do I have?")
        await session.send("response.created", response={"id": "r1"})
        await session.item("a1", "assistant", "u1")
        await session.speak("a1", "A long answer.", 20, done=False)
        await session.until_sent("extension.playback", 2)
        await history(page)
        await page.get_by_test_id("delete-all").click()
        await page.get_by_test_id("delete-now").click()
        await session.until_sent("conversation.item.delete", 2)
        assert session.types().index("response.cancel") < session.types().index("conversation.item.delete")
        await session.speak("a1", "More of it.", 1)
        done = {
            "id": "a1",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "audio", "transcript": "All."}],
        }
        await session.send("conversation.item.done", previous_item_id="u1", item=done)
        await session.until_sent("conversation.item.delete", 3)
        await session.item("u2", "user", None, "And travel?")
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("message-user")).to_have_text("You: And travel?")
        await expect(page.get_by_test_id("message-assistant")).to_have_count(0)


@pytest.mark.parametrize("keeping", ["session", "device"])
async def test_what_was_said_is_there_after_a_reload_where_the_server_says_so(double, open_page, keeping):
    async with open_page() as page:
        session = await double.session()
        await session.introduce(transcripts=keeping)
        await spoken_turn(session)
        await expect(page.get_by_test_id("message-user")).to_contain_text("How much leave")
        panel = await history(page)
        kept = {"session": "Kept in this tab only", "device": "Kept on this device"}
        await expect(panel).to_contain_text(kept[keeping])
        await kept_becomes(page, keeping, WORDS, there=True)
        await page.reload()
        session = await double.session()
        await session.introduce(transcripts=keeping)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text(WORDS)
        await expect(page.get_by_test_id("citation")).to_have_count(2)
        await expect(page.get_by_test_id("transcript")).to_contain_text("no longer knows what was said above")
        # What is deleted is gone for good; the new session of the other side never had it.
        await history(page)
        await page.get_by_test_id("delete-all").click()
        await page.get_by_test_id("delete-now").click()
        await kept_becomes(page, keeping, "leave", there=False)
        assert session.of("conversation.item.delete") == []
        await page.reload()
        await (await double.session()).introduce(transcripts=keeping)
        await expect(page.get_by_test_id("example")).to_have_count(3)


async def test_a_language_that_is_chosen_does_not_hide_what_was_said(double, open_page):
    async with open_page(path="?lang=en") as page:
        session = await double.session()
        await session.introduce(transcripts="session")
        await spoken_turn(session)
        await kept_becomes(page, "session", WORDS, there=True)
        await page.get_by_test_id("language").select_option("fr")
        await expect(page).to_have_url(f"{double.url}?lang=fr")
        await page.reload()
        await (await double.session()).introduce(transcripts="session")
        await expect(page.get_by_test_id("message-assistant")).to_contain_text(WORDS)
        await history(page)
        await page.get_by_test_id("delete-all").click()
        await page.get_by_test_id("delete-now").click()
        await kept_becomes(page, "session", "leave", there=False)


async def test_of_two_tabs_neither_loses_what_was_said_in_the_other_nor_brings_back_what_was_deleted_there(
    double, open_page
):
    async def opened(page):
        session = await double.session()
        await session.introduce(transcripts="device")
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        return session

    async def says(page, session, item, text):
        await session.item(item, "user", None, text)
        await kept_becomes(page, "device", text, there=True)

    async with open_page() as first:
        await says(first, await opened(first), "u1", "The first question.")
        await first.reload()
        one = await opened(first)
        second = await first.context.new_page()
        await second.goto(double.url)
        two = await opened(second)
        await expect(second.get_by_test_id("message-user")).to_contain_text("The first question.")
        await says(first, one, "u2", "Asked in one.")
        await says(second, two, "u3", "Asked in the other.")
        third = await first.context.new_page()
        await third.goto(double.url)
        await opened(third)
        said = third.get_by_test_id("message-user")
        await expect(said).to_have_text(["You: The first question.", "You: Asked in one.", "You: Asked in the other."])
        await third.bring_to_front()
        await history(third)
        await third.get_by_test_id("delete-all").click()
        await third.get_by_test_id("delete-now").click()
        await kept_becomes(third, "device", "question", there=False)
        # The other tab's own conversation goes on; what was deleted is not kept again by it.
        await second.bring_to_front()
        await says(second, two, "u4", "And travel?")
        await second.reload()
        await opened(second)
        asked = second.get_by_test_id("message-user")
        await expect(asked).to_have_text(["You: Asked in the other.", "You: And travel?"])


async def kept_becomes(page, keeping, text, *, there):
    """Look, frame by frame, until a text is in what the browser keeps, or is not."""
    look = "while (await kept(text) !== there) await new Promise(requestAnimationFrame)"
    await page.evaluate(f"async ([text, there]) => {{ const kept = {KEPT[keeping]}; {look} }}", [text, there])


# Whether a text is in what the browser keeps.
KEPT = {
    "session": "(text) => Object.values(sessionStorage).some((kept) => kept.includes(text))",
    "device": """async (text) => {
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open('vocative', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('conversations');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = reject;
      });
      const all = await new Promise((resolve) => {
        const asking = database.transaction('conversations').objectStore('conversations').getAll();
        asking.onsuccess = () => resolve(asking.result);
      });
      database.close();
      return JSON.stringify(all).includes(text);
    }""",
}


async def test_what_was_said_is_kept_nowhere_unless_the_server_says_so(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await spoken_turn(session)
        await expect(page.get_by_test_id("message-user")).to_contain_text("How much leave")
        await page.reload()
        await (await double.session()).introduce()
        await expect(page.get_by_test_id("example")).to_have_count(3)
        assert await page.evaluate("sessionStorage.length + localStorage.length") == 0
        assert await page.evaluate("indexedDB.databases()") == []
