"""Sound in and out, in a real browser: what is asserted is the wire and the loudness, not only the page."""

import asyncio
import base64
import re

import numpy as np
import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.browser

RATE = 24_000

# Notes when the news of the user's speech came in, when each report went out, and every level that was painted.
WATCH = """
window.watched = {heard: null, reports: [], levels: []};
const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', (message) => {
      if (message.data.includes('speech_started')) window.watched.heard = performance.now();
    });
  }
  send(frame) {
    if (frame.includes('extension.playback')) window.watched.reports.push(performance.now());
    super.send(frame);
  }
};
requestAnimationFrame(function look() {
  const level = document.querySelector('[data-testid=level]');
  if (level) window.watched.levels.push([performance.now(), Number(level.dataset.outputLevel)]);
  requestAnimationFrame(look);
});
"""


async def sounding(page):
    await expect(page.get_by_test_id("level")).to_have_attribute("data-output-level", re.compile(r"^(0\.[1-9]|1)"))


async def silent(page):
    await expect(page.get_by_test_id("level")).to_have_attribute("data-output-level", "0.000")


async def test_the_microphone_arrives_as_24_khz_pcm_in_frames_of_40_ms(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        began, _ = await session.until_sent("input_audio_buffer.append", 5)
        have = len(session.sound())
        ended, _ = await session.until_sent("input_audio_buffer.append", 80)
        sound = session.sound()
        assert pytest.approx(ended - began, rel=0.15) == (80 - 5) * 960 / RATE
        assert {len(base64.b64decode(each["audio"])) for each in session.of("input_audio_buffer.append")} == {1920}
        assert np.sqrt(np.mean(sound[have:] ** 2)) > 0.01
        spectrum = np.abs(np.fft.rfft(sound)) ** 2
        hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
        harmonic = np.abs(hertz - np.round(hertz / 220) * 220) < 15
        assert spectrum[harmonic & (hertz > 100)].sum() > 0.8 * spectrum[hertz > 100].sum()
        level = page.get_by_test_id("level")
        await expect(level).to_have_attribute("data-input-level", re.compile(r"^(0\.[2-9]|1)"))
        assert await page.get_by_test_id("status").get_attribute("data-phase") == "listening"


async def test_the_last_part_of_an_utterance_is_sent_before_it_is_committed(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        await page.keyboard.down("Space")
        await session.until_sent("input_audio_buffer.append", 20)
        await page.keyboard.up("Space")
        await session.until_sent("response.create")
        assert session.types() == [
            "session.update",
            "input_audio_buffer.clear",
            "input_audio_buffer.commit",
            "response.create",
        ]
        update = session.of("session.update")[0]["session"]
        assert update == {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        kinds = [event["type"] for _, event in session.received]
        assert kinds[-3] == "input_audio_buffer.append"
        # Where in a frame the user lets go is chance; that it is at its very end five times in a row is not.
        for asked in range(2, 6):
            await page.keyboard.down("Space")
            await session.until_sent("input_audio_buffer.append", len(session.of("input_audio_buffer.append")) + 8)
            await page.keyboard.up("Space")
            await session.until_sent("response.create", asked)
        ends = [at for at, (_, event) in enumerate(session.received) if event["type"] == "input_audio_buffer.commit"]
        sizes = [len(base64.b64decode(session.received[at - 1][1]["audio"])) for at in ends]
        assert len(sizes) == 5
        assert min(sizes) < 1920


async def test_hands_free_after_holding_gives_the_turns_back_to_the_server(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        await page.keyboard.down("Space")
        await session.until_sent("input_audio_buffer.append", 10)
        await page.keyboard.up("Space")
        await session.until_sent("response.create")
        await page.get_by_test_id("talk").click()
        _, update = await session.until_sent("session.update", 2)
        detection = {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 500}
        assert update["session"] == {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}


async def test_the_end_of_hands_free_talking_lets_the_server_close_the_turn(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 10)
        await page.get_by_test_id("talk").click()
        await session.until(lambda: len(session.sound()) > RATE and not session.sound()[-RATE:].any())
        assert session.sound()[:-RATE].any()
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        count = len(session.received)
        await asyncio.sleep(0.3)
        assert len(session.received) == count


async def test_a_slip_of_the_finger_asks_nothing(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await expect(page.get_by_test_id("talk")).to_be_enabled()
        for keys in ("Control+Space", "Shift+Space", "Alt+Space"):
            await page.keyboard.press(keys)  # they mean something else to the browser or a screen reader
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")
        assert await page.get_by_test_id("trouble").count() == 0
        await page.keyboard.press("Space")
        await expect(page.get_by_test_id("trouble")).to_contain_text("too short")
        assert session.of("input_audio_buffer.commit") == []
        assert session.of("response.create") == []


async def test_an_answer_is_heard_and_its_position_reported_up_to_its_end(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        await session.speak("a1", "Twenty-five days.", 1.5)
        await sounding(page)
        await session.until(lambda: any(each["played_ms"] == 1500 for each in session.of("extension.playback")))
        reports = session.of("extension.playback")
        assert {(each["item_id"], each["content_index"]) for each in reports} == {("a1", 0)}
        positions = [each["played_ms"] for each in reports]
        assert positions == sorted(positions)
        assert len(positions) in {8, 9}  # every 200 ms, and the end
        assert max(np.diff([0, *positions])) <= 210
        await silent(page)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle")


async def test_speech_over_an_answer_stops_its_sound_within_100_ms_and_reports_what_was_played(double, open_page):
    async with open_page() as page:
        await double.session()  # or it may be left before it has been begun
        await page.add_init_script(WATCH)
        await page.reload()
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        await session.speak("a1", "This answer is long enough to be talked over in its middle.", 20)
        await sounding(page)
        await session.until_sent("extension.playback", 5)
        await session.send("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
        await silent(page)
        watched = await page.evaluate("window.watched")
        last_loud = max(at for at, level in watched["levels"] if level > 0)
        assert last_loud - watched["heard"] < 100
        await asyncio.sleep(0.6)
        watched = await page.evaluate("window.watched")
        assert 0 < watched["reports"][-1] - watched["heard"] < 100
        reports = session.of("extension.playback")
        assert [each.get("stopped", False) for each in reports] == [False] * (len(reports) - 1) + [True]
        before, final = (each["played_ms"] for each in reports[-2:])
        # The report before fell due at a multiple of 200 ms; this one tells the very place, which lies beyond it.
        assert 0 <= final - before < 300
        assert 0 < final < 20_000
        cut = page.get_by_test_id("message-assistant")
        await expect(cut).to_have_attribute("data-cut", "true")
        await expect(cut).to_contain_text("Interrupted here")


async def test_late_sound_of_an_answer_that_was_talked_over_is_not_heard(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        await session.speak("a1", "One two three.", 5, done=False)
        await sounding(page)
        await session.send("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
        await silent(page)
        await session.speak("a1", "Four five six.", 2)
        await asyncio.sleep(0.4)
        assert await page.get_by_test_id("level").get_attribute("data-output-level") == "0.000"
        await expect(page.get_by_test_id("message-assistant")).not_to_contain_text("Four")
        await session.send("response.created", response={"id": "r2"})
        await session.item("a2", "assistant", "u2")
        await session.speak("a2", "Seven.", 1, response="r2")
        await sounding(page)


async def test_an_answer_that_begins_while_the_one_before_is_still_being_stopped_is_shown_and_heard_whole(
    double, open_page
):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        await session.speak("a0", "Number 0 has been said.", 5)
        for number in range(1, 6):
            await sounding(page)
            before, user, answer, response = f"a{number - 1}", f"v{number}", f"a{number}", f"s{number}"
            await session.send("input_audio_buffer.speech_started", item_id=user, audio_start_ms=0)
            await session.send("input_audio_buffer.committed", item_id=user, previous_item_id=before)
            await session.send("response.created", response={"id": response})
            await session.item(answer, "assistant", user)
            await session.speak(answer, f"Number {number} has been said.", 5, response=response)
            await expect(page.get_by_test_id("message-assistant").last).to_have_text(f"Number {number} has been said.")
        cut = [await each.get_attribute("data-cut") for each in await page.get_by_test_id("message-assistant").all()]
        assert cut == ["true"] * 5 + ["false"]
        await sounding(page)


async def test_an_answer_that_is_talked_over_before_the_loudspeaker_is_ready_is_not_heard_afterwards(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        # The first sound makes the loudspeaker ready, which takes a while.
        await session.send("response.created", response={"id": "r1"})
        await session.speak("a1", "This one is not heard.", 5)
        await session.send("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
        await session.send("response.created", response={"id": "r2"})
        await session.speak("a2", "This one is.", 1, response="r2")
        await session.until(lambda: any(each["item_id"] == "a2" for each in session.of("extension.playback")))
        assert all(each["played_ms"] < 500 for each in session.of("extension.playback") if each["item_id"] == "a1")
        await expect(page.get_by_test_id("message-assistant").last).to_have_text("This one is.")


async def test_where_speech_is_not_to_interrupt_an_answer_it_is_heard_to_its_end(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce(detection={"interrupt_response": False})
        await ask(page, session)
        await session.speak("a1", "Stand clear of", 2, done=False)
        await sounding(page)
        await session.send("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
        await session.speak("a1", "the closing doors.", 1)
        await session.until(lambda: any(each["played_ms"] == 3_000 for each in session.of("extension.playback")))
        assert not any(each.get("stopped") for each in session.of("extension.playback"))
        answer = page.get_by_test_id("message-assistant")
        await expect(answer).to_have_attribute("data-cut", "false")
        await expect(answer).to_contain_text("doors.")


@pytest.mark.parametrize("deed", ["press", "type", "silence"])
async def test_taking_the_floor_by_hand_reports_the_position_and_cancels(double, open_page, deed):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        # All of the answer has come: still the server must learn that the rest was not heard.
        await session.speak("a1", "A long answer.", 20)
        await sounding(page)
        before = len(session.received)
        if deed == "press":
            await page.get_by_test_id("transcript").click()
            await page.keyboard.down("Space")
        elif deed == "silence":
            await page.get_by_test_id("silence").click()
        else:
            await page.get_by_test_id("text-input").fill("And for dental?")
            await page.get_by_test_id("send").click()
        await session.until(lambda: any(each.get("stopped") for each in session.of("extension.playback")))
        await silent(page)
        said = [event for _, event in session.received[before:]]
        at = [event["type"] for event in said].index("response.cancel")
        end = next(place for place, event in enumerate(said) if event.get("stopped"))
        # A report that was under way already may come in between; nothing else does.
        assert end > at
        assert {event["type"] for event in said[at + 1 : end + 1]} == {"extension.playback"}
        assert 0 < said[end]["played_ms"] < 20_000
        if deed == "type":
            await session.until_sent("response.create", 2)
            item = session.of("conversation.item.create")[-1]["item"]
            assert item["content"] == [{"type": "input_text", "text": "And for dental?"}]
            assert session.types()[-2:] == ["conversation.item.create", "response.create"]


async def test_sound_that_comes_in_many_small_pieces_is_played_to_its_end(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        sound = bytes(2 * RATE)
        part = {"response_id": "r1", "item_id": "a1", "output_index": 0, "content_index": 0}
        for at in range(0, len(sound), 480):
            delta = base64.b64encode(sound[at : at + 480]).decode()
            await session.send("response.output_audio.delta", **part, delta=delta)
        await session.send("response.output_audio.done", **part)
        await session.until_sent("extension.playback", 5)
        await session.until(lambda: session.of("extension.playback")[-1]["played_ms"] == 1000)


async def ask(page, session):
    """A gesture, without which a browser lets no page sound, and a response that is under way."""
    await page.get_by_test_id("text-input").fill("How much leave do I have?")
    await page.get_by_test_id("send").click()
    await session.until_sent("response.create")
    await session.item("u1", "user", None, "How much leave do I have?")
    await session.send("response.created", response={"id": "r1"})
    await session.item("a1", "assistant", "u1")
