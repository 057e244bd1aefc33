"""The model's frames in the client's names: identical where they can be, retyped where that does, else laid out."""

from __future__ import annotations

import json

import pytest

from agent.core.dialect import GA, PREVIEW, VOICE_LIVE
from agent.core.frames import Frame, MalformedFrame
from agent.core.translate import Translation

PLACE = {"response_id": "r1", "item_id": "m1", "output_index": 0, "content_index": 0}
USER = {"id": "u1", "object": "realtime.item", "type": "message", "role": "user", "status": "completed", "content": []}
ASKING = {"id": "m1", "object": "realtime.item", "type": "message", "role": "assistant", "status": "in_progress"}
PARTS = [{"type": "audio", "transcript": "hello"}]
SAID = ASKING | {"status": "completed", "content": PARTS}
GA_SAID = SAID | {"content": [{"type": "output_audio", "transcript": "hello"}]}
CALL = {"id": "fc1", "object": "realtime.item", "type": "function_call", "name": "theirs", "call_id": "c1"}


@pytest.fixture
def to_ga():
    return Translation(PREVIEW, GA)


@pytest.fixture
def to_preview():
    return Translation(GA, PREVIEW)


def frame(kind, dialect="preview", **fields):
    return Frame(json.dumps({"event_id": "e1", "type": kind} | fields), dialect)


def shown(translation, given):
    return [(each.type, each.data) for each in translation.frames(given)]


@pytest.mark.parametrize(
    "kind",
    [
        "input_audio_buffer.speech_started",
        "response.content_part.added",
        "response.function_call_arguments.delta",
        "rate_limits.updated",
        "conversation.item.truncated",
        "extension.ready",
    ],
)
def test_what_is_the_same_in_both_is_the_identical_object(to_ga, to_preview, kind):
    given = frame(kind, **PLACE)
    assert to_ga.frames(given) == to_preview.frames(given) == (given,)
    assert to_ga.frames(given)[0] is given


@pytest.mark.parametrize(("preview", "ga"), sorted(PREVIEW.events.items())[1:])
def test_of_a_delta_only_the_type_is_replaced_and_nothing_is_parsed(to_ga, to_preview, preview, ga):
    text = f'{{"type":"{preview}", "event_id":"e",  "delta":"AA\\/A", broken'
    [there] = to_ga.frames(Frame(text, "preview"))
    assert (there.text, there.type, there.dialect) == (text.replace(preview, ga), ga, "ga")
    assert to_preview.frames(there)[0].text == text


def test_a_delta_of_which_the_type_does_not_stand_first_is_translated_all_the_same(to_ga):
    given = Frame('{"delta":"AAAA","type":"response.audio.delta"}', "preview")
    assert shown(to_ga, given) == [
        ("response.output_audio.delta", {"delta": "AAAA", "type": "response.output_audio.delta"})
    ]


def test_an_item_that_is_created_whole_is_added_and_done_for_ga(to_ga):
    """Trap VoiceRAG 5: conversation.item.created where a GA service sends .added and .done."""
    added, done = shown(to_ga, frame("conversation.item.created", item=USER, previous_item_id="x"))
    assert added == ("conversation.item.added", frame("conversation.item.added", item=USER, previous_item_id="x").data)
    assert done[0] == "conversation.item.done"
    assert (done[1]["item"], done[1]["previous_item_id"], done[1]["event_id"]) == (USER, "x", "e1_u1")


def test_an_item_that_grows_is_done_for_ga_when_its_output_is(to_ga):
    growing = frame("conversation.item.created", item=ASKING | {"content": []}, previous_item_id="u1")
    assert [kind for kind, _ in shown(to_ga, growing)] == ["conversation.item.added"]
    done, output = shown(to_ga, frame("response.output_item.done", response_id="r1", output_index=0, item=SAID))
    assert (done[0], done[1]["item"], done[1]["previous_item_id"]) == ("conversation.item.done", GA_SAID, "u1")
    assert (output[0], output[1]["item"]) == ("response.output_item.done", GA_SAID)
    assert len(shown(to_ga, frame("response.output_item.done", response_id="r1", output_index=0, item=SAID))) == 1


def test_an_item_whose_output_is_never_done_is_done_for_ga_when_the_response_is(to_ga):
    to_ga.frames(frame("conversation.item.created", item=ASKING | {"content": []}, previous_item_id="u1"))
    kinds = [kind for kind, _ in shown(to_ga, frame("response.done", response={"id": "r1", "output": [SAID]}))]
    assert kinds == ["conversation.item.done", "response.done"]


def test_an_item_of_an_out_of_band_response_stands_in_no_conversation(to_ga):
    given = frame("response.output_item.done", response_id="aside", output_index=0, item=SAID)
    assert [kind for kind, _ in shown(to_ga, given)] == ["response.output_item.done"]


def test_for_preview_an_item_is_created_once(to_preview):
    added = frame("conversation.item.added", "ga", item={"id": "m1", **GA_SAID}, previous_item_id=None)
    [(kind, event)] = shown(to_preview, added)
    assert (kind, event["item"]) == ("conversation.item.created", SAID)
    assert shown(to_preview, frame("conversation.item.done", "ga", item=GA_SAID)) == []


def test_a_function_is_named_for_ga_and_not_for_preview(to_ga, to_preview):
    item = {"response_id": "r1", "output_index": 0, "item": CALL | {"status": "in_progress"}}
    to_ga.frames(frame("response.output_item.added", **item))
    done = {"response_id": "r1", "item_id": "fc1", "output_index": 0, "call_id": "c1", "arguments": "{}"}
    given = frame("response.function_call_arguments.done", **done)
    [(_, event)] = shown(to_ga, given)
    assert event["name"] == "theirs"
    assert "name" not in shown(to_preview, Frame.of(event))[0][1]
    assert shown(Translation(GA, VOICE_LIVE), Frame.of(event))[0][1]["name"] == "theirs"


def test_a_function_that_was_never_announced_has_no_name_and_the_event_is_whole(to_ga):
    assert shown(to_ga, frame("response.function_call_arguments.done", call_id="c"))[0][1]["name"] == ""


def test_a_transcript_tells_what_it_used_which_preview_does_not(to_ga):
    kind = "conversation.item.input_audio_transcription.completed"
    given = {"item_id": "u1", "content_index": 0, "transcript": "hi"}
    assert shown(to_ga, frame(kind, **given))[0][1]["usage"] == {"type": "duration", "seconds": 0.0}
    told = frame(kind, **given, usage={"type": "duration", "seconds": 3})
    assert to_ga.frames(told)[0] is told


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("session.input_audio_format", "session.audio.input.format"),
        ("session.modalities", "session.output_modalities"),
        ("response.voice", "response.audio.output.voice"),
        ("session.tools[0].name", "session.tools[0].name"),
    ],
)
def test_an_error_names_the_field_as_the_client_does(to_ga, to_preview, param, expected):
    given = frame("error", error={"message": "no", "param": param})
    [(_, event)] = shown(to_ga, given)
    assert event["error"]["param"] == expected
    assert shown(to_preview, Frame.of(event))[0][1]["error"]["param"] == param


@pytest.mark.parametrize("param", [None, "item_id", 7])
def test_an_error_about_no_such_field_is_the_identical_object(to_ga, param):
    given = frame("error", error={"message": "no", "param": param})
    assert to_ga.frames(given)[0] is given


def test_an_item_that_was_retrieved_is_translated(to_ga):
    assert shown(to_ga, frame("conversation.item.retrieved", item=SAID))[0][1]["item"] == GA_SAID


def test_voice_lives_own_events_and_settings_stay_with_voice_live():
    """A library of another dialect would stumble over events that it does not know."""
    for target in (GA, PREVIEW):
        translation = Translation(VOICE_LIVE, target)
        for kind in VOICE_LIVE.own_events:
            assert translation.frames(frame(kind)) == ()
    session = {"voice": {"type": "azure-standard", "name": "Ava"}, "avatar": {}, "turn_detection": None}
    given = frame("session.updated", session=session)
    assert shown(Translation(VOICE_LIVE, PREVIEW), given)[0][1]["session"] == {"voice": "Ava", "turn_detection": None}


@pytest.mark.parametrize("source", [GA, PREVIEW])
def test_what_voice_live_does_not_have_is_not_sent_to_its_clients(source):
    assert {"rate_limits.updated", "conversation.created"} <= VOICE_LIVE.lacks
    for kind in VOICE_LIVE.lacks:
        assert Translation(source, VOICE_LIVE).frames(frame(kind, source.name)) == ()
        assert Translation(source, PREVIEW if source is GA else GA).frames(frame(kind, source.name)) != ()


@pytest.mark.parametrize("kind", ["conversation.item.input_audio_transcription.segment", "something.new"])
def test_what_preview_has_no_name_for_is_left_out(to_preview, kind):
    assert to_preview.frames(frame(kind, "ga")) == ()


@pytest.mark.parametrize("kind", ["session.created", "response.done", "conversation.item.created", "error"])
def test_an_event_without_its_object_cannot_be_translated(to_ga, kind):
    with pytest.raises(MalformedFrame):
        to_ga.frames(frame(kind))


def test_items_that_are_never_done_are_not_remembered_for_ever(to_ga):
    for number in range(2000):
        item = ASKING | {"id": f"m{number}", "content": []}
        to_ga.frames(frame("conversation.item.created", item=item))
    assert len(to_ga._unfinished) < 300
