"""A page that is left open: half an hour of conversation, and a thousand entries."""

import base64
import itertools

import pytest
from playwright.async_api import expect

from tests.web.conftest import tone

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

# A turn every ten seconds.
HALF_AN_HOUR = 180
ANSWER = "Every full-time employee has twenty-five days of paid leave a year, and unused days lapse in March."


async def turn(session, number, *, sound=b""):
    """The user speaks over the answer before; a search; an answer with its evidence, word for word, and its sound."""
    user, reply, call, response = f"u{number}", f"a{number}", f"c{number}", f"r{number}"
    await session.send("input_audio_buffer.speech_started", item_id=user, audio_start_ms=0)
    await session.send("input_audio_buffer.speech_stopped", item_id=user, audio_end_ms=900)
    before = f"a{number - 1}" if number else None
    await session.send("input_audio_buffer.committed", item_id=user, previous_item_id=before)
    transcript = f"And question number {number}: how much leave do I have?"
    kind = "conversation.item.input_audio_transcription.completed"
    await session.send(kind, item_id=user, content_index=0, transcript=transcript)
    await session.search(call, f"leave {number}")
    await session.send("response.created", response={"id": response})
    await session.item(reply, "assistant", user)
    part = {"response_id": response, "item_id": reply, "output_index": 0, "content_index": 0}
    for word in ANSWER.split(" "):
        await session.send("response.output_audio_transcript.delta", **part, delta=f"{word} ")
    for at in range(0, len(sound), 9600):
        delta = base64.b64encode(sound[at : at + 9600]).decode()
        await session.send("response.output_audio.delta", **part, delta=delta)
    await session.send("response.output_audio.done", **part)
    await session.send("response.output_audio_transcript.done", **part, transcript=ANSWER)
    await session.send("response.done", response={"id": response, "status": "completed", "output": []})
    await session.cite(reply)


async def settled(page, number):
    """The page has taken in all of the turns so far."""
    await expect(page.get_by_test_id("message-assistant")).to_have_count(number + 1, timeout=120_000)
    await expect(page.get_by_test_id("message-assistant").last).to_contain_text("lapse in March.", timeout=120_000)


async def test_half_an_hour_of_conversation_leaves_nothing_behind_but_what_was_said(double, open_page):
    sound = tone(8)
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)
        devtools = await page.context.new_cdp_session(page)
        used, listeners, nodes = [], [], []
        for number in range(HALF_AN_HOUR):
            await turn(session, number, sound=sound)
            if number % 10 == 9:
                await settled(page, number)
            if number % 60 == 59:
                await devtools.send("HeapProfiler.collectGarbage")
                used.append((await devtools.send("Runtime.getHeapUsage"))["usedSize"])
                counters = await devtools.send("Memory.getDOMCounters")
                listeners.append(counters["jsEventListeners"])
                nodes.append(counters["nodes"])
        # What was said stays on the page, a few kB a turn. The sound of one turn alone is 384 kB.
        for before, after in itertools.pairwise(used):
            assert (after - before) / 60 < 50_000
        assert nodes[2] - nodes[1] <= 1.1 * (nodes[1] - nodes[0])
        assert listeners[2] - listeners[1] <= 1.1 * (listeners[1] - listeners[0]) + 10
        assert counters["documents"] <= 2


# Counts what one event changes in the transcript, and how much of it the browser lays out and paints.
WORK = """
() => {
  const list = document.querySelector('[data-testid=transcript]');
  window.work = {entries: new Set(), changes: 0};
  new MutationObserver((changes) => {
    for (const {target} of changes) {
      window.work.changes++;
      const element = target instanceof Element ? target : target.parentElement;
      window.work.entries.add(element === list ? 'list' : [...list.children].indexOf(element.closest('li')));
    }
  }).observe(list, {subtree: true, childList: true, characterData: true, attributes: true});
}
"""


async def test_of_a_thousand_entries_one_word_changes_one_and_only_those_in_view_are_laid_out(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        for number in range(334):  # three entries each
            await turn(session, number)
            if number % 50 == 49:
                await settled(page, number)
        await settled(page, 333)
        entries = page.get_by_test_id("transcript").locator(":scope > li")
        assert await entries.count() >= 1_000
        await session.send("response.created", response={"id": "late"})
        await session.item("late", "assistant", "a333")
        part = {"response_id": "late", "item_id": "late", "output_index": 0, "content_index": 0}
        await session.send("response.output_audio_transcript.delta", **part, delta="One")
        await expect(page.get_by_test_id("message-assistant").last).to_have_text("One")
        await page.evaluate(WORK)
        await session.send("response.output_audio_transcript.delta", **part, delta=" more word.")
        await expect(page.get_by_test_id("message-assistant").last).to_contain_text("more word.")
        last = await entries.count() - 1
        assert await page.evaluate("[...window.work.entries]") == [last]
        assert await page.evaluate("window.work.changes") <= 2
        # What is scrolled out of view costs neither layout nor paint.
        laid_out = """
        () => [...document.querySelectorAll('[data-testid=transcript] > li')]
          .filter((each) => (each.firstElementChild ?? each).checkVisibility({contentVisibilityAuto: true})).length
        """
        assert await page.evaluate(laid_out) < 60
        # The end is in view, and stays so.
        await expect(page.get_by_test_id("message-assistant").last).to_be_in_viewport()
        # And what is out of view can still be scrolled to, and read; then new words leave the reader there.
        await page.get_by_test_id("transcript").hover()
        await page.mouse.wheel(0, -1_000)
        await expect(page.get_by_test_id("message-assistant").last).not_to_be_in_viewport()
        await page.get_by_text("question number 0:").scroll_into_view_if_needed()
        await expect(page.get_by_text("question number 0:")).to_be_in_viewport()
        await session.send("response.output_audio_transcript.delta", **part, delta=" The end.\n\n\nHere.")
        await expect(page.get_by_test_id("message-assistant").last).to_contain_text("The end.")
        await expect(page.get_by_text("question number 0:")).to_be_in_viewport()
