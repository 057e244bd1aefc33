"""The page in a real browser whose microphone is a recording, on `vocative run`: ask, hear, see why, break in.

What a person sees is asserted, and what crossed the wire for it.
"""

from __future__ import annotations

import numpy as np
import pytest
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.e2e.browsing import (
    PATIENCE,
    RATE,
    VIEWS,
    Wire,
    ask,
    held,
    page_hearing,
    press,
    see_where_it_stands,
    spoken,
    talk,
    until,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STEPS = "How many steps does the lighthouse have?"
FARE = "How much is the Island Pass?"


def wired(wires: list[Wire]):
    """Has the wire of a page watched from its beginning."""

    async def before(page):
        wires.append(Wire(page))

    return before


@pytest.mark.parametrize("view", VIEWS)
async def test_a_spoken_question_is_answered_aloud_with_a_citation_that_opens_at_its_page(
    assistant, say, tmp_path, view
):
    recording, wires = spoken(say, tmp_path, (STEPS, 2)), []
    async with page_hearing(recording, assistant.http, before=wired(wires), **view) as page:
        await talk(page)
        await expect(page.get_by_test_id("message-user")).to_contain_text(
            "lighthouse", timeout=PATIENCE, ignore_case=True
        )
        await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await page.wait_for_function("Number(document.querySelector('[data-testid=level]').dataset.outputLevel) > 0.05")
        address = await see_where_it_stands(page, "142", "visitor-guide.pdf", 3)
        opened = await page.request.get(assistant.http + address)
        assert opened.ok
        assert opened.headers["content-type"] == "application/pdf"
    (wire,) = wires
    kinds = [event["type"] for event in wire.received]
    order = ["session.created", "extension.ready", "input_audio_buffer.speech_started", "extension.call.started"]
    order += ["extension.call.finished", "response.output_audio.delta", "extension.citations"]
    places = [kinds.index(kind) for kind in order]
    assert places == sorted(places)
    (call,) = wire.of("extension.call.started")
    assert (call["name"], "lighthouse" in call["arguments"].lower()) == ("search", True)
    (told,) = wire.of("extension.citations")
    answer = wire.text(told["item_id"])
    for each in told["citations"]:
        for support in each["supports"]:
            assert answer[support["from"] : support["to"]].strip() in answer
    assert told["citations"][0]["supports"], "the first source bears the answer out"
    assert {event["type"] for event in wire.sent} >= {"input_audio_buffer.append", "extension.playback"}


@pytest.mark.parametrize("view", VIEWS)
async def test_a_typed_question_is_answered_and_only_what_bears_it_out_is_shown_as_its_source(assistant, view):
    wires = []
    async with page_hearing(None, assistant.http, before=wired(wires), **view) as page:
        await ask(page, FARE)
        answer = page.get_by_test_id("message-assistant")
        await expect(answer).to_contain_text("£42", timeout=PATIENCE)
        await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
        (told,) = wires[0].of("extension.citations")
        bearing = [each for each in told["citations"] if each["supports"]]
        read = [each for each in told["citations"] if not each["supports"]]
        await expect(page.get_by_test_id("citation")).to_have_count(len(bearing))
        assert read, "the sample question finds more than it needs"
        await expect(page.get_by_test_id("read").first).to_be_hidden()
        await press(page.get_by_test_id("also-read").locator("summary"))
        await expect(page.get_by_test_id("read")).to_have_count(len(read))
        await press(page.get_by_test_id("read").first)
        await expect(page.get_by_test_id("source")).to_be_visible()
    (wire,) = wires
    (item,) = wire.asked("conversation.item.create")
    assert item["item"]["content"] == [{"type": "input_text", "text": FARE}]
    assert len(wire.asked("response.create")) == 1
    assert wire.asked("input_audio_buffer.append") == []


@pytest.mark.parametrize("view", VIEWS)
async def test_a_second_utterance_over_the_answer_stops_it(assistant, say, tmp_path, view):
    sentences = ("On which days are there no sailings at all?", 3), ("Stop, please. How much is the Island Pass?", 3)
    recording, wires = spoken(say, tmp_path, *sentences), []
    async with page_hearing(recording, assistant.http, before=wired(wires), **view) as page:
        await talk(page)
        first = page.get_by_test_id("message-assistant").first
        await expect(first).to_be_visible(timeout=PATIENCE)
        await expect(first).to_have_attribute("data-cut", "true", timeout=PATIENCE)
        # What is said over the loudspeaker passes the browser's echo cancellation, so its words are not asserted.
        await expect(page.get_by_test_id("message-user").nth(1)).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text(".", timeout=PATIENCE)
    (wire,) = wires
    stopped = next(each for each in wire.reports() if each.get("stopped"))
    (cut,) = wire.truncated(stopped["item_id"])
    assert abs(cut - stopped["played_ms"]) < 200
    assert [each["item_id"] for each in wire.of("extension.interrupted")] == [stopped["item_id"]]


@pytest.mark.parametrize("view", VIEWS)
async def test_a_question_is_asked_by_holding_a_key_or_the_hand_and_it_is_the_page_that_ends_the_turn(
    assistant, say, tmp_path, view
):
    question = say(STEPS)
    recording, wires = tmp_path / "question.wav", []
    write_wav(recording, np.concatenate([question, np.zeros(RATE * 20, np.int16)]))
    async with page_hearing(recording, assistant.http, before=wired(wires), **view) as page:
        async with held(page):
            # As long as the recording speaks: what was sent is what was said.
            pieces = len(question) / RATE / 0.04
            await until(page, lambda: len(wires[0].asked("input_audio_buffer.append")) > pieces)
        await expect(page.get_by_test_id("message-assistant").first).to_contain_text("142", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-user")).to_contain_text("lighthouse", ignore_case=True)
    (wire,) = wires
    turns = [each["session"]["audio"]["input"]["turn_detection"] for each in wire.asked("session.update")]
    assert turns == [None]
    kinds = [event["type"] for event in wire.sent if event["type"] != "extension.playback"]
    assert kinds[-2:] == ["input_audio_buffer.commit", "response.create"]


@pytest.mark.parametrize("view", VIEWS)
async def test_without_permission_for_the_microphone_the_page_says_so_and_a_typed_question_is_answered(assistant, view):
    wires = []
    async with page_hearing(None, assistant.http, allowed=False, before=wired(wires), **view) as page:
        await talk(page)
        await expect(page.get_by_test_id("trouble")).to_contain_text("The microphone is blocked", timeout=PATIENCE)
        await ask(page, FARE)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("£42", timeout=PATIENCE)
    assert wires[0].asked("input_audio_buffer.append") == []


async def test_a_french_page_says_that_the_engine_speaks_english_and_an_english_question_is_answered(
    assistant, say, tmp_path
):
    recording = tmp_path / "silence.wav"
    write_wav(recording, np.zeros(RATE, np.int16))
    async with page_hearing(recording, assistant.http + "?lang=fr") as page:
        await expect(page.get_by_test_id("lacking")).to_contain_text("anglais", timeout=PATIENCE)
        await page.get_by_test_id("text-input").fill(STEPS)
        await page.get_by_role("button", name="Envoyer").click()
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
