"""What the page does over its WebSocket it does on a call, at a desk and in the hand: real WebRTC, the real engine."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.parts import Say
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.wav import write_wav
from agent.library import Library
from agent.options.uploads import Uploads
from agent.webrtc.engine_calling import EngineCalling
from tests.agent.engine.conftest import LoudnessEars
from tests.e2e.browsing import (
    PATIENCE,
    RATE,
    VIEWS,
    Wire,
    ask,
    held,
    open_panel,
    press,
    ready,
    spoken,
    talk,
    until,
)
from tests.e2e.calling import SOUND_AS_EVENTS, answering, page_calling, sounding
from tests.e2e.hearing import BROKEN_OFF, WHOLE, WITHIN, alike, words_of, written
from tests.e2e.line import Line
from tests.quality.word_errors import words
from tests.screenshots import harbour
from tests.web.recorder import AUDIBLE, record, taken

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("loopback"),
    pytest.mark.parametrize("view", VIEWS),
]

DOG = "Can I bring my dog?"  # the answer is short, and has no numbers
FARE = "How much is the Island Pass?"
LONG = "Tell me about the lighthouse."
TRIES = 8  # on a machine that is too busy to play in time, a listener falls behind what the server has sent
ENOUGH_MS = 1500
SILENCE_OF_SAYING = RATE // 4  # which `say` puts around the words
MUSEUM = b"# The museum\n\nThe museum of the harbour has 365 paintings of ships, and the oldest is from 1702.\n"


class Watch(list):
    """Hands out the wire of a page that is opened, and has what it plays recorded where that is wanted."""

    def __init__(self, *, recorded=False):
        super().__init__()
        self._recorded = recorded

    async def __call__(self, page):
        if self._recorded:
            await record(page)
        self.append(Wire(page))


@asynccontextmanager
async def recorded(model, library, recording, view):
    """A page on a call, its wire, and what it plays."""
    wires = Watch(recorded=True)
    # The recorder's worklet is not of the page's policy.
    options = {"before": wires, "bypass_csp": True, "mind_errors": False, **view}
    async with (
        answering(model, library, EngineCalling(model)) as address,
        page_calling(recording, address, **options) as (page, crossed),
    ):
        yield page, wires[0]
    assert SOUND_AS_EVENTS not in "\n".join(crossed)


async def test_a_barge_in_on_a_call_ends_what_is_heard_where_the_server_says(model, library, ears, say, tmp_path, view):
    # However slow the machine is, some of these questions fall into the long answer to one before.
    recording = spoken(say, tmp_path, *[(LONG, 4)] * 8)
    async with recorded(model, library, recording, view) as (page, wire):
        await talk(page)
        for number in range(TRIES):
            await until(page, lambda number=number: len(wire.of("conversation.item.truncated")) > number)
            played = (await taken(page)).since("started")
            cut = wire.of("conversation.item.truncated")[number]
            # From the moment on at which the server began; on its way the sound takes a little longer than the news.
            far = cut["audio_end_ms"] - played.at("speech")
            # One that was cut within its first words says too little of what was heard.
            if abs(far) < WITHIN and cut["audio_end_ms"] > ENOUGH_MS:
                break
        await expect(page.locator("[data-testid=message-assistant][data-cut=true]").first).to_be_visible()
        await expect(page.get_by_test_id("message-user").nth(1)).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text(".", timeout=PATIENCE)
    assert abs(far) < WITHIN, f"{far} ms between what the server says and what was heard, {TRIES} times"
    kinds = [event["type"] for event in wire.received]
    assert kinds.index("output_audio_buffer.cleared") < kinds.index("conversation.item.truncated")
    # The server paces the sound, and needs nobody to tell it what was heard.
    assert wire.reports() == []
    assert wire.asked("conversation.item.truncate") == []
    assert played.silent_after("speech") < 100
    # What it is of the answer that was heard by then: the first sentence, which the voice says again in the same way.
    sentence = say(wire.text(cut["item_id"]).split(". ")[0])[SILENCE_OF_SAYING:]
    delay = first_audible(played.sound) - first_audible(sentence)
    there = written(ears, sentence[: round((cut["audio_end_ms"] - delay) * RATE / 1000)])
    heard = written(ears, played.until("speech").audible())
    assert len(words(heard)) > 2
    assert alike(there, heard) > BROKEN_OFF, (there, heard)


def first_audible(sound) -> float:
    """When something can first be heard, ms."""
    loud = np.flatnonzero(np.abs(sound.astype(int)) > AUDIBLE)
    return int(loud[0]) * 1000 / RATE


async def test_holding_to_talk_and_typing_over_the_answer_work_on_a_call_and_the_next_is_heard_whole(
    model, library, ears, say, tmp_path, view
):
    question, recording = say(FARE), tmp_path / "speech.wav"
    write_wav(recording, np.concatenate([question, np.zeros(RATE * 20, np.int16)]))
    async with recorded(model, library, recording, view) as (page, wire):
        async with held(page):
            await asyncio.sleep(len(question) / RATE)  # as long as the recording speaks
        first, second = (page.get_by_test_id("message-assistant").nth(number) for number in (0, 1))
        await expect(first).to_contain_text("£42", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-user")).to_contain_text("Pass", ignore_case=True)
        await sounding(page)
        await ask(page, DOG)
        await until(page, lambda: wire.of("output_audio_buffer.cleared"))
        before = len((await taken(page)).sound)
        await expect(first).to_have_attribute("data-cut", "true", timeout=PATIENCE)
        await expect(second).to_contain_text("on a lead", timeout=PATIENCE)
        await until(page, lambda: wire.of("output_audio_buffer.stopped"))
        said, heard = await words_of(second), written(ears, (await taken(page)).sound[before:])
        assert alike(said, heard) > WHOLE, (said, heard)
    turns = [each["session"]["audio"]["input"]["turn_detection"] for each in wire.asked("session.update")]
    assert turns == [None]


async def test_a_call_of_a_tool_waits_for_its_user_on_a_call_too(model, library, view):
    wires = Watch()
    async with (
        answering(model, library, EngineCalling(model), harbour.agent) as address,
        page_calling(None, address, before=wires, **view) as (page, _),
    ):
        await ask(page, "Please reserve 2 seats on the next sailing.")
        group, (wire,) = page.get_by_test_id("approval"), wires
        await expect(group).to_be_visible(timeout=PATIENCE)
        assert wire.of("extension.call.finished") == []
        await press(group.get_by_role("button", name="Approve"))
        await expect(page.get_by_test_id("tool-call")).to_have_attribute("data-status", "completed", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").last).to_contain_text(
            "2 seats are reserved", timeout=PATIENCE
        )
        await sounding(page)
    assert [each["decision"] for each in wire.asked("extension.tool.approval")] == ["approve"]


async def test_what_was_just_added_is_what_a_question_on_a_call_is_answered_from(model, library, tmp_path, view):
    shelves = Library.shelves(Uploads(folder=tmp_path / "brought"), anonymous=True)
    async with (
        answering(model, Library(library.index, uploads=shelves), EngineCalling(model)) as address,
        page_calling(None, address, **view) as (page, crossed),
    ):
        await ready(page)
        await open_panel(page, "open-documents")
        await page.get_by_test_id("documents-input").set_input_files(
            [{"name": "museum.md", "mimeType": "text/markdown", "buffer": MUSEUM}]
        )
        await expect(page.get_by_test_id("upload")).to_have_attribute("data-stage", "added", timeout=PATIENCE)
        await press(page.get_by_role("button", name="Close"))
        await ask(page, "How many paintings does the museum have?")
        answer = page.get_by_test_id("message-assistant")
        await expect(answer).to_contain_text("365", timeout=PATIENCE)
        await sounding(page)
        await press(answer.get_by_test_id("citation").first)
        await expect(page.get_by_test_id("source-text")).to_contain_text("365")
    assert SOUND_AS_EVENTS not in "\n".join(crossed)


async def test_a_call_whose_socket_breaks_in_the_middle_of_an_answer_is_heard_to_its_end_and_goes_on(
    model, library, view
):
    wires = Watch()
    async with answering(model, library, EngineCalling(model)) as server:
        line = Line(server)
        try:
            page_of = page_calling(None, await line.lay(), before=wires, mind_errors=False, **view)
            async with page_of as (page, _):
                (wire,) = wires
                await ask(page, DOG)
                await sounding(page)
                line.cut()
                await until(page, lambda: wire.of("extension.resumed"))
                await sounding(page)  # the sound goes another way, and has not noticed
                await until(page, lambda: wire.of("output_audio_buffer.stopped"))
                await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "idle", timeout=PATIENCE)
                await expect(page.get_by_test_id("message-assistant").first).not_to_have_attribute("data-cut", "true")
                await ask(page, FARE)
                await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("£42", timeout=PATIENCE)
                await expect(page.get_by_test_id("trouble")).to_have_count(0)
                await open_panel(page, "open-connection")
                await expect(page.get_by_test_id("fact-transport")).to_have_text("WebRTC")
                await expect(page.get_by_test_id("fact-reconnects")).to_have_text("1")
        finally:
            await line.take_down()
    assert len(wire.of("session.created")) == 1, "it is the same call after the break"


class Halting:
    """Says a sentence, the second when it is told to go on, and ends when it is told to."""

    FIRST, SECOND = "The Island Pass is good on all the ferries for a week, and on buses. ", "Dogs travel for nothing. "

    def __init__(self):
        self.go, self.end = asyncio.Event(), asyncio.Event()

    async def respond(self, _thought):
        yield Say(self.FIRST)
        await self.go.wait()
        yield Say(self.SECOND)
        await self.end.wait()

    async def warm(self):
        return

    async def close(self):
        return


async def test_an_answer_that_is_still_being_made_when_a_calls_socket_breaks_is_shown_to_its_end(library, view):
    wires, halting = Watch(), Halting()
    model = Engine(LoudnessEars(), load_voice(), halting)
    async with answering(model, library, EngineCalling(model)) as server:
        line = Line(server)
        try:
            async with page_calling(None, await line.lay(), before=wires, mind_errors=False, **view) as (page, _):
                (wire,), answer = wires, page.get_by_test_id("message-assistant")
                await ask(page, FARE)
                await sounding(page)
                line.cut()
                await until(page, lambda: wire.of("extension.resumed"))
                halting.go.set()
                # While it is being said, and not when all of it is known.
                await expect(answer).to_contain_text("Dogs travel", timeout=PATIENCE)
                halting.end.set()
                await expect(answer).not_to_have_attribute("data-cut", "true")
                await until(page, lambda: wire.of("output_audio_buffer.stopped"))
        finally:
            await line.take_down()
    await model.close()


async def test_without_permission_for_the_microphone_a_call_says_so_and_a_typed_question_is_answered_aloud(
    model, library, view
):
    async with (
        answering(model, library, EngineCalling(model)) as address,
        page_calling(None, address, allowed=False, **view) as (page, crossed),
    ):
        await talk(page)
        await expect(page.get_by_test_id("trouble")).to_contain_text("The microphone is blocked", timeout=PATIENCE)
        await ask(page, FARE)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("£42", timeout=PATIENCE)
        await sounding(page)
        await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
    assert SOUND_AS_EVENTS not in "\n".join(crossed)
