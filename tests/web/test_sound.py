"""Devices, muting, reading instead of hearing, and the sound of waiting, in a real browser."""

import json

import numpy as np
import pytest
from playwright.async_api import expect

from tests.web.recorder import record, running, taken

pytestmark = pytest.mark.browser

RATE = 24_000

INPUTS = ["Fake Audio Input 1", "Fake Audio Input 2"]
OUTPUTS = ["Fake Audio Output 1", "Fake Audio Output 2"]

# Notes which microphones were asked for and given, and where sound was sent; some devices can be made to go away.
DEVICES = """
window.devices = {asked: [], tracks: [], contexts: [], away: [], refused: []};
const media = navigator.mediaDevices;
const ask = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => {
  window.devices.asked.push(wanted.audio);
  const stream = await ask(wanted);
  window.devices.tracks.push(stream.getAudioTracks()[0]);
  return stream;
};
const list = media.enumerateDevices.bind(media);
media.enumerateDevices = async () =>
  (await list()).filter(({deviceId}) => !window.devices.away.includes(deviceId));
const sink = AudioContext.prototype.setSinkId;
AudioContext.prototype.setSinkId = function (id) {
  if (!window.devices.contexts.includes(this)) window.devices.contexts.push(this);
  if (window.devices.refused.includes(id)) return Promise.reject(new DOMException('gone', 'NotFoundError'));
  return sink.call(this, id);
};
window.devices.unplug = (ids) => {
  window.devices.away = ids;
  media.dispatchEvent(new Event('devicechange'));
};
const settings = MediaStreamTrack.prototype.getSettings;
MediaStreamTrack.prototype.getSettings = function () {
  return {...settings.call(this), ...(window.devices.settings ?? {})};
};
"""


async def watched(page, double, *scripts):
    """The page once more, watched from its beginning."""
    for script in scripts:
        await page.add_init_script(script)
    await double.session()
    await page.reload()
    session = await double.session()
    await session.introduce()
    await expect(page.get_by_test_id("talk")).to_be_enabled()
    return session


async def options(page, testid):
    await expect(page.get_by_test_id(testid)).to_be_visible()
    found = page.get_by_test_id(testid).locator("option")
    return {await each.inner_text(): await each.get_attribute("value") for each in await found.all()}


async def kept(page):
    """What the page keeps for the next visit."""
    return json.loads(await page.evaluate("localStorage.getItem('vocative.sound:/') ?? '{}'"))


async def test_devices_are_named_once_the_microphone_may_be_used(double, open_page):
    async with open_page(allowed=False) as page:
        await watched(page, double, DEVICES)
        await page.get_by_test_id("sound").click()
        assert list(await options(page, "microphone")) == ["As the system says"]
        await page.get_by_test_id("reveal").click()
        await expect(page.get_by_test_id("trouble")).to_contain_text("The microphone is blocked")
        await page.context.grant_permissions(["microphone"])
        await page.get_by_test_id("reveal").click()
        await expect(page.get_by_test_id("reveal")).to_have_count(0)
        assert list(await options(page, "microphone")) == ["As the system says", *INPUTS]
        assert list(await options(page, "speaker")) == ["As the system says", *OUTPUTS]
        # Asking for names is no listening: what was given was given back.
        assert await page.evaluate("window.devices.tracks.map((track) => track.readyState)") == ["ended"]


async def test_another_microphone_is_taken_in_mid_sentence_without_a_pause(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, DEVICES)
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 10)
        await page.get_by_test_id("sound").click()
        chosen = list((await options(page, "microphone")).values())[-1]
        await page.get_by_test_id("microphone").select_option(chosen)
        await page.wait_for_function("() => window.devices.tracks.length === 2")
        await page.wait_for_function("() => window.devices.tracks[0].readyState === 'ended'")
        asked = await page.evaluate("window.devices.asked")
        assert asked[1]["deviceId"] == {"exact": chosen}
        assert all(asked[1][name] for name in ("echoCancellation", "noiseSuppression", "autoGainControl"))
        assert await page.evaluate("window.devices.tracks[1].getSettings().deviceId") == chosen
        before = len(session.of("input_audio_buffer.append"))
        await session.until_sent("input_audio_buffer.append", before + 50)
        later = session.sound()[-40 * 960 :]
        assert np.sqrt(np.mean(later**2)) > 0.01
        assert session.types() == []  # nothing was committed, cleared or begun anew
        assert (await kept(page))["microphone"] == chosen


async def test_a_chosen_microphone_is_asked_for_at_the_next_visit_and_left_while_it_is_away(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, DEVICES)
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)
        await page.get_by_test_id("sound").click()
        chosen = list((await options(page, "microphone")).values())[-1]
        await page.get_by_test_id("microphone").select_option(chosen)
        await page.wait_for_function("() => window.devices.tracks.length === 2")
        await page.evaluate("(id) => window.devices.unplug([id])", chosen)
        await page.wait_for_function("() => window.devices.tracks.length === 3")
        assert await page.evaluate("'deviceId' in window.devices.asked[2]") is False
        await expect(page.get_by_test_id("microphone")).to_have_value("")
        await page.evaluate("window.devices.unplug([])")
        await page.wait_for_function("() => window.devices.tracks.length === 4")
        assert await page.evaluate("window.devices.asked[3].deviceId.exact") == chosen
        session = await watched_again(page, double)
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)
        assert await page.evaluate("window.devices.tracks.at(-1).getSettings().deviceId") == chosen


async def watched_again(page, double):
    await page.reload()
    session = await double.session()
    await session.introduce()
    await expect(page.get_by_test_id("talk")).to_be_enabled()
    return session


async def test_the_answer_moves_to_another_loudspeaker_while_it_sounds(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, DEVICES)
        await ask(page, session)
        await session.speak("a1", "A long answer.", 20)
        await session.until_sent("extension.playback", 2)
        await page.get_by_test_id("sound").click()
        chosen = list((await options(page, "speaker")).values())[-1]
        await page.get_by_test_id("speaker").select_option(chosen)
        await page.wait_for_function("(id) => window.devices.contexts.at(-1)?.sinkId === id", arg=chosen)
        await session.until_sent("extension.playback", len(session.of("extension.playback")) + 4)
        positions = [each["played_ms"] for each in session.of("extension.playback")]
        assert positions == sorted(positions)
        assert not any(each.get("stopped") for each in session.of("extension.playback"))


async def test_a_loudspeaker_that_cannot_be_used_gives_way_to_the_systems_and_that_is_said(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, DEVICES)
        await ask(page, session)
        await page.get_by_test_id("sound").click()
        chosen = list((await options(page, "speaker")).values())[-1]
        await page.evaluate("(id) => window.devices.refused.push(id)", chosen)
        await page.get_by_test_id("speaker").select_option(chosen)
        await expect(page.get_by_test_id("trouble")).to_contain_text("That loudspeaker cannot be used")
        await expect(page.get_by_test_id("speaker")).to_have_value("")
        assert (await kept(page))["speaker"] == ""


async def test_what_the_browser_does_not_do_to_the_sound_is_said(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, DEVICES)
        await page.evaluate(
            "window.devices.settings = {echoCancellation: false, noiseSuppression: true, autoGainControl: true}"
        )
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 2)
        await page.get_by_test_id("sound").click()
        await expect(page.get_by_test_id("unmet").locator("li")).to_have_count(1)
        await expect(page.get_by_test_id("unmet")).to_contain_text("wear headphones")


async def test_muted_hands_free_talking_goes_on_in_silence_until_unmuted(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 30)
        assert np.abs(session.sound()).max() > 0.01
        await page.get_by_test_id("mute").click()
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "muted")
        await expect(page.get_by_test_id("mute")).to_have_accessible_name("Unmute the microphone")
        # What was said up to the click may still arrive; then there is silence, which ends a turn at the server.
        count = len(session.of("input_audio_buffer.append")) + 10
        await session.until_sent("input_audio_buffer.append", count + 50)
        assert np.abs(session.sound()[count * 960 :]).max() == 0
        await page.get_by_test_id("mute").click()
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "listening")
        count = len(session.of("input_audio_buffer.append"))
        await session.until_sent("input_audio_buffer.append", count + 50)
        assert np.abs(session.sound()[count * 960 :]).max() > 0.01
        assert session.types() == []


async def test_the_space_bar_lifts_the_mute_while_it_is_held_and_the_mute_ends_with_talking(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)
        await page.get_by_test_id("mute").click()
        status = page.get_by_test_id("status")
        await expect(status).to_have_attribute("data-phase", "muted")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.down("Space")
        await expect(status).to_have_attribute("data-phase", "listening")
        await page.keyboard.up("Space")
        await expect(status).to_have_attribute("data-phase", "muted")
        await page.get_by_test_id("talk").click()
        await expect(status).to_have_attribute("data-phase", "idle")
        await page.get_by_test_id("talk").click()
        await expect(status).to_have_attribute("data-phase", "listening")
        count = len(session.of("input_audio_buffer.append"))
        await session.until_sent("input_audio_buffer.append", count + 50)
        assert np.abs(session.sound()[count * 960 :]).max() > 0.01


async def test_text_only_asks_for_no_sound_plays_none_and_holds_at_the_next_visit(double, open_page):
    async with open_page(bypass_csp=True) as page:
        await record(page)
        session = await watched(page, double)
        await page.get_by_test_id("sound").click()
        await page.get_by_test_id("text-only").click()
        _, update = await session.until_sent("session.update")
        assert update["session"] == {"type": "realtime", "output_modalities": ["text"]}
        session = await watched_again(page, double)
        _, update = await session.until_sent("session.update")
        assert update["session"] == {"type": "realtime", "output_modalities": ["text"]}
        await ask(page, session)
        # Even a server that sends sound all the same is not heard.
        await session.speak("a1", "Twenty-five days.", 1)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("Twenty-five days.")
        await session.send("response.created", response={"id": "r2"})
        await session.item("a2", "assistant", "a1")
        part = {"response_id": "r2", "item_id": "a2", "output_index": 0, "content_index": 0}
        await session.send("response.output_text.delta", **part, delta="Read this.")
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("Read this.")
        assert len((await taken(page)).audible()) == 0
        assert session.of("extension.playback") == []
        await page.get_by_test_id("sound").click()
        await page.get_by_test_id("text-only").click()
        _, update = await session.until_sent("session.update", 2)
        assert update["session"] == {"type": "realtime", "output_modalities": ["audio"]}
        await page.keyboard.press("Escape")
        await running(page)
        await session.send("response.created", response={"id": "r3"})
        await session.item("a3", "assistant", "a2")
        await session.speak("a3", "And hear this.", 1, response="r3")
        await session.until(lambda: any(each["played_ms"] == 1000 for each in session.of("extension.playback")))
        assert (await taken(page)).seconds() == pytest.approx(1, rel=0.02)


async def test_choosing_text_only_in_the_middle_of_an_answer_silences_it(double, open_page):
    async with open_page() as page:
        session = await double.session()
        await session.introduce()
        await ask(page, session)
        await session.speak("a1", "A long answer.", 20)
        await session.until_sent("extension.playback", 2)
        await page.get_by_test_id("sound").click()
        await page.get_by_test_id("text-only").click()
        await session.until(lambda: any(each.get("stopped") for each in session.of("extension.playback")))
        await session.until_sent("session.update")
        assert session.of("response.cancel")


@pytest.mark.parametrize("how", ["told by the server", "found by the page"])
async def test_a_tool_that_takes_long_is_heard_softly_until_it_is_back(double, open_page, how):
    async with open_page(bypass_csp=True) as page:
        await record(page)
        session = await watched(page, double)
        await ask(page, session)
        await session.search("c1", "leave", finish=False)
        if how == "told by the server":
            await session.send("extension.tool.waiting", call_id="c1", name="search", message=None, sound=True)
        await page.wait_for_function(
            # Some periods of it, and not just the beginning of the first.
            "window.played.take && window.played.blocks.filter(({samples}) => samples.some((s) => s > 0.02)).length > 9"
        )
        await session.search("c1", "leave")
        sound = (await taken(page)).sound.astype(float)
        # Padded: on a busy machine little of the tone may have been recorded yet.
        loud = np.flatnonzero(np.abs(sound) > 0.02 * 32768)
        sound = sound[loud[0] : loud[-1] + 1] if len(loud) else sound
        spectrum = np.abs(np.fft.rfft(sound - sound.mean(), 1 << 16))
        assert np.fft.rfftfreq(1 << 16, 1 / RATE)[spectrum.argmax()] == pytest.approx(523, abs=10)
        assert np.abs(sound).max() < 0.1 * 32767
        assert session.of("extension.playback") == []  # it is no part of an answer


async def test_the_sound_of_waiting_gives_way_to_the_answer_and_can_be_turned_off(double, open_page):
    async with open_page(bypass_csp=True) as page:
        await record(page)
        session = await watched(page, double)
        await page.get_by_test_id("sound").click()
        await page.get_by_test_id("waiting-sound").click()
        await page.keyboard.press("Escape")
        await ask(page, session)
        await session.search("c1", "leave", finish=False)
        await session.send("extension.tool.waiting", call_id="c1", name="search", message=None, sound=True)
        await expect(page.get_by_test_id("tool-call")).to_have_attribute("data-status", "running")
        await session.search("c1", "leave")
        await running(page)
        await session.speak("a1", "Here it is.", 1)
        await session.until(lambda: any(each["played_ms"] == 1000 for each in session.of("extension.playback")))
        assert (await taken(page)).seconds() == pytest.approx(1, rel=0.02)  # the answer, and nothing before it
        assert (await kept(page))["waitingSound"] is False


async def test_a_call_that_the_server_does_not_make_becomes_a_websocket_and_the_panel_says_why(double, open_page):
    async with open_page(expect_errors=True) as page:
        await double.session()
        await page.goto(f"{double.url}?transport=webrtc")
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("sound").click()
        await expect(page.get_by_test_id("route")).to_contain_text("The server made no call")
        await page.keyboard.press("Escape")
        await page.get_by_test_id("talk").click()
        await session.until_sent("input_audio_buffer.append", 5)


async def test_a_browser_without_webrtc_connects_at_once_by_websocket(double, open_page):
    async with open_page(expect_errors=True) as page:
        await double.session()
        await page.add_init_script("delete window.RTCPeerConnection")
        await page.goto(f"{double.url}?transport=webrtc-preview")
        session = await double.session()
        await session.introduce()
        await page.get_by_test_id("sound").click()
        await expect(page.get_by_test_id("route")).to_contain_text("offers no WebRTC")


# Speech that ends at a moment which the page knows: then the key is let go.
ENDING = """
window.speech = () => {};
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext({sampleRate: 24000});
  await context.resume();
  const to = context.createMediaStreamDestination();
  window.speech = (samples) => {
    const buffer = context.createBuffer(1, samples.length, 24000);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    const from = new AudioBufferSourceNode(context, {buffer});
    from.connect(to);
    from.onended = () => dispatchEvent(new KeyboardEvent('keyup', {code: 'Space'}));
    from.start();
  };
  return to.stream;
};
"""


async def test_the_last_word_before_the_key_is_let_go_arrives_to_its_end(double, open_page):
    async with open_page() as page:
        session = await watched(page, double, ENDING)
        at = np.arange(int(1.237 * RATE)) / RATE
        spoken = np.sin(2 * np.pi * (300 + 400 * at) * at) * 0.5
        await page.keyboard.down("Space")
        await session.until_sent("input_audio_buffer.append", 3)
        await page.evaluate("(samples) => window.speech(samples)", spoken.tolist())
        await session.until_sent("input_audio_buffer.commit")
        heard = session.sound()
        last = spoken[-int(0.1 * RATE) :]
        match = np.correlate(heard, last, "valid")
        energy = np.sqrt(np.convolve(heard**2, np.ones(len(last)), "valid") * np.sum(last**2))
        assert (match / np.maximum(energy, 1e-9)).max() > 0.95
        assert len(heard) > len(spoken)


async def ask(page, session):
    await page.get_by_test_id("text-input").fill("How much leave do I have?")
    await page.get_by_test_id("send").click()
    await session.until_sent("response.create")
    await session.item("u1", "user", None, "How much leave do I have?")
    await session.send("response.created", response={"id": "r1"})
    await session.item("a1", "assistant", "u1")
