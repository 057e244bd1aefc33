"""The preview dialect, checked against the event types of the last SDK that spoke it."""

from __future__ import annotations

import json

import pytest

from agent.engine.parts import Call
from agent.engine.preview_face import PreviewFace
from tests.agent.engine.faced import Faced, check_preview


@pytest.fixture
def client(caller):
    return Faced(caller, PreviewFace(), check_preview)


def kinds(events):
    return [event["type"] for event in events]


def test_the_session_is_flat(client):
    session = client.events[0]["session"]
    assert session["modalities"] == ["text", "audio"]
    assert session["input_audio_format"] == session["output_audio_format"] == "pcm16"
    assert session["turn_detection"]["type"] == "server_vad"
    assert session["max_response_output_tokens"] == "inf"
    assert (session["voice"], session["temperature"], session["object"]) == ("alloy", 0.8, "realtime.session")
    assert not {"audio", "output_modalities", "type"} & set(session)


def test_an_update_is_understood_and_answered_in_its_own_words(client):
    given = {
        "modalities": ["text"],
        "voice": "verse",
        "input_audio_format": "g711_ulaw",
        "input_audio_transcription": {"model": "whisper-1"},
        "input_audio_noise_reduction": {"type": "near_field"},
        "turn_detection": {"type": "server_vad", "silence_duration_ms": 200},
        "max_response_output_tokens": 50,
        "temperature": 0.6,
        "tool_choice": "none",
    }
    updated = client.configures(**given)
    session = updated["session"]
    assert updated["type"] == "session.updated"
    assert {name: session[name] for name in given if name not in {"turn_detection", "input_audio_transcription"}} == {
        name: value for name, value in given.items() if name not in {"turn_detection", "input_audio_transcription"}
    }
    assert session["turn_detection"]["silence_duration_ms"] == 200
    assert client.caller.session._configuration.session["audio"]["input"]["format"] == {"type": "audio/pcmu"}


def test_a_spoken_answer_has_previews_names_throughout(client):
    client.asks("how much leave?")
    client.caller.model_thinks("Thirty days.")
    client.caller.voice_speaks(ms=200)
    client.looks()
    names = kinds(client.events)
    assert names.count("conversation.item.created") == 2
    assert {"response.audio.delta", "response.audio.done", "response.audio_transcript.done"} <= set(names)
    assert not any("output_audio" in name or name.endswith(("item.added", "item.done")) for name in names) or all(
        name.startswith("response.output_item") for name in names if name.endswith(("item.added", "item.done"))
    )
    response = client.events[-1]["response"]
    assert response["output"][0]["content"] == [{"type": "audio", "transcript": "Thirty days."}]
    assert (response["modalities"], response["voice"], response["output_audio_format"]) == (
        ["text", "audio"],
        "alloy",
        "pcm16",
    )
    assert response["usage"]["input_token_details"]["cached_tokens"] == 0


def test_a_written_answer_and_a_call_have_previews_names_too(client):
    client.configures(modalities=["text"], tools=[{"type": "function", "name": "search"}])
    client.asks("how much leave?")
    client.caller.model_thinks("One moment.", Call("search", "{}"))
    shown = client.looks()
    assert {"response.text.delta", "response.text.done"} <= set(kinds(shown))
    assert "name" not in next(each for each in shown if each["type"] == "response.function_call_arguments.done")
    assert shown[-1]["response"]["output"][0]["content"] == [{"type": "text", "text": "One moment."}]


def test_speech_is_heard_and_announced_in_preview(client):
    client.configures(input_audio_transcription={"model": "whisper-1"})
    client.caller.is_heard("." * 4 + "S" * 30 + "." * 30)
    client.caller.is_understood("how much leave?")
    names = kinds(client.looks())
    assert names[:4] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
    ]
    assert "conversation.item.input_audio_transcription.completed" in names


def test_overrides_of_a_response_are_understood(client):
    client.sends(
        "response.create",
        response={
            "modalities": ["text"],
            "instructions": "Be brief.",
            "conversation": "none",
            "metadata": {"topic": "leave"},
            "max_response_output_tokens": 9,
            "input": [{"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello."}]}],
        },
    )
    thought = client.caller.thoughts[-1].thought
    assert (thought.instructions, thought.max_output_tokens) == ("Be brief.", 9)
    assert thought.items[0]["content"] == [{"type": "output_text", "text": "Hello."}]
    response = client.events[-2]["response"]
    assert (response["metadata"], response["modalities"], response["conversation_id"]) == (
        {"topic": "leave"},
        ["text"],
        None,
    )


def test_an_assistants_earlier_words_are_taken_as_text(client):
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello."}]}
    created = client.sends("conversation.item.create", item=item)[0]
    assert created["item"]["content"] == [{"type": "text", "text": "Hello."}]
    assert created["item"]["object"] == "realtime.item"
    retrieved = client.sends("conversation.item.retrieve", item_id=created["item"]["id"])[0]
    assert retrieved["item"]["content"] == [{"type": "text", "text": "Hello."}]


@pytest.mark.parametrize("kind", ["output_text", "output_audio"])
def test_gas_names_for_what_an_assistant_said_are_not_known(client, kind):
    item = {"type": "message", "role": "assistant", "content": [{"type": kind, "text": "Hello."}]}
    [refused] = client.sends("conversation.item.create", item=item)
    assert (refused["error"]["code"], refused["error"]["param"]) == ("invalid_value", "item.content[0].type")
    [refused] = client.sends("response.create", response={"input": [item]})
    assert refused["error"]["param"] == "response.input[0].content[0].type"


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"type": "realtime"}, "unknown_parameter", "session.type"),
        ({"audio": {}}, "unknown_parameter", "session.audio"),
        ({"output_modalities": ["text"]}, "unknown_parameter", "session.output_modalities"),
        ({"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000}}, "unknown_parameter", None),
        ({"input_audio_format": "wav"}, "invalid_value", "session.input_audio_format"),
        ({"input_audio_format": {"type": "audio/pcm"}}, "invalid_type", "session.input_audio_format"),
        ({"modalities": ["audio"]}, "invalid_value", "session.modalities"),
        ({"modalities": 5}, "invalid_type", "session.modalities"),
        ({"voice": "nobody"}, "invalid_value", "session.voice"),
        ({"speed": 9}, "invalid_value", "session.speed"),
        ({"max_response_output_tokens": 0}, "invalid_value", "session.max_response_output_tokens"),
        (
            {"turn_detection": {"type": "server_vad", "threshold": 9}},
            "invalid_value",
            "session.turn_detection.threshold",
        ),
        ({"tools": [{"name": "x", "strict": True}]}, "unknown_parameter", "session.tools[0].strict"),
    ],
)
def test_what_preview_does_not_have_is_refused_by_its_preview_name(client, session, code, param):
    before = client.configures(instructions="Kept.")["session"]
    refused = client.sends("session.update", event_id="mine", session=session | {"temperature": 1.1})[-1]
    assert (refused["type"], refused["error"]["code"], refused["error"]["event_id"]) == ("error", code, "mine")
    assert refused["error"]["param"] == (param or "session.turn_detection.idle_timeout_ms")
    assert client.configures()["session"] == before


def test_the_text_of_an_error_names_the_field_as_the_client_knows_it(client):
    error = client.configures(speed=9)["error"]
    assert "'session.speed'" in error["message"]
    assert "audio.output" not in error["message"]


@pytest.mark.parametrize("message", ["{", "[]", "{}", '{"type": 5}', b"\0"])
def test_what_cannot_be_read_is_left_for_the_session_to_refuse(client, message):
    assert client.face.inward(message) is message


def test_a_session_that_is_no_object_is_refused_by_the_session(client):
    error = client.sends("session.update", session=3)[0]["error"]
    assert (error["code"], error["param"], error["event_id"]) == ("invalid_type", "session", None)


def test_audio_passes_without_being_read(client):
    message = json.dumps({"type": "input_audio_buffer.append", "audio": "AAAA"})
    assert client.face.inward(message) is message


def test_settings_of_an_update_that_was_refused_are_not_shown(client):
    client.configures(temperature=1.0, speed=9)
    assert client.configures(instructions="x")["session"]["temperature"] == 0.8
    assert client.configures(temperature=1.0)["session"]["temperature"] == 1.0


@pytest.mark.parametrize("broken", [{"event_id": 5}, {"event_id": "mine", "extra": 1}, {"extra": 1}])
def test_an_update_that_is_refused_for_what_is_around_it_leaves_nothing_behind_either(client, broken):
    error = client.sends("session.update", session={"temperature": 1.1}, **broken)[-1]["error"]
    assert error["event_id"] in {None, "mine"}
    assert client.configures(instructions="x")["session"]["temperature"] == 0.8


def test_items_of_an_answer_keep_one_order(client):
    client.asks("hello")
    client.caller.model_thinks("Hi.")
    client.caller.voice_speaks(ms=100)
    client.looks()
    created = [event for event in client.events if event["type"] == "conversation.item.created"]
    assert created[1]["previous_item_id"] == created[0]["item"]["id"]
