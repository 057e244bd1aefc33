"""Recorded sessions of real services, replayed through the core, for clients of every dialect."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from agent.core.frames import Frame
from agent.core.state import Phase
from tests.agent.core.judges import judge
from tests.agent.core.recordings import (
    ALL,
    GA_ONES,
    ROUNDS,
    frames,
    in_words_of,
    profile_of,
    received,
    reworded,
    sent,
    session_of,
)

CLIENTS = ["ga", "preview", "voice-live"]
HIDDEN = {"session.created", "session.updated"}


@dataclass
class Replay:
    """A recording played through a session: the bench, and the frames that went into it."""

    bench: object
    given: list[Frame] = field(default_factory=list)


def is_ours(event, outputs):
    """Whether the recorded client did what the relay does for its clients."""
    tool_output = event["type"] == "conversation.item.create" and event["item"]["type"] == "function_call_output"
    return event["type"] == "session.update" or tool_output or (event["type"] == "response.create" and outputs)


@pytest.fixture
def replay(make_bench):
    def run(name, client="ga", *, profile=None, script=None):
        bench = make_bench(profile=profile or profile_of(name), client=client, session=session_of(name))
        result = Replay(bench)
        outputs = [event["item"]["output"] for _, event in frames(name) if event.get("item", {}).get("output")]
        for direction, event in script or frames(name):
            bench.now += 0.01
            if direction == "received":
                result.given.append(Frame(json.dumps(event)))
                bench.service(result.given[-1])
            elif not is_ours(event, bench.outputs):
                bench.caller(Frame(json.dumps(in_words_of(event, client))))
            for call in [*bench.started]:
                if call.call_id not in bench.outputs:
                    bench.finish(call.call_id, outputs[0])
        return result

    return run


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_a_recorded_session_runs_to_its_end_and_leaves_nothing_waiting(replay, name, client):
    bench = replay(name, client).bench
    assert bench.session.phase is Phase.OPEN
    # What is left is that the service will end the session: its next one is dialled before that.
    assert (bench.session.next_deadline() or bench.now + 60) >= bench.now + 60
    assert bench.seen("response.done")
    assert not bench.seen("error")
    assert bench.session.rejected == ()


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_every_event_of_a_recorded_session_is_one_that_the_clients_library_knows(replay, name, client):
    shown = replay(name, client).bench.client
    assert {frame.type for frame in shown if frame.type.startswith("session.")} == {"session.created"}
    for frame in shown:
        judge(frame.data, client)


@pytest.mark.parametrize("name", ALL)
def test_a_service_is_sent_the_configuration_that_the_recorded_client_sent_it(replay, name):
    """Traps livekit#3489, pipecat PR#4762: one field that a service does not know rejects the whole update."""
    [update] = replay(name).bench.sent("session.update")
    assert update["session"] == sent(name, "session.update")[0]["session"]


@pytest.mark.parametrize("name", ALL)
def test_a_service_is_sent_what_the_recorded_client_sent_it_and_nothing_else(replay, name):
    """Traps VoiceRAG 5, sequencer: GA and preview services; one output, one further response."""
    bench = replay(name).bench
    mine = [(frame.type, frame.data.get("item")) for frame in bench.upstream]
    recorded = [(event["type"], event.get("item")) for direction, event in frames(name) if direction == "sent"]
    assert mine == recorded
    assert len(bench.started) == len(bench.outputs) == (name in ROUNDS)


@pytest.mark.parametrize("name", ALL)
def test_a_client_that_speaks_as_the_service_gets_its_frames_as_they_came(replay, name):
    played = replay(name, "voice-live" if profile_of(name) == "voice-live" else "ga")
    shown = [frame for frame in played.bench.client if frame.type not in HIDDEN and "extension" not in frame.type]
    passed = [frame for frame in played.given if frame.type not in HIDDEN and not hides_anything(frame.data)]
    assert [frame for frame in shown if any(frame is each for each in played.given)] == passed
    changed = [frame for frame in shown if not any(frame is each for each in played.given)]
    assert bool(changed) == (name in ROUNDS)  # neighbours of hidden items, and the output of what called them


def hides_anything(event):
    """Whether an event tells of a call, or stands beside one."""
    return "function_call" in json.dumps(event) or event.get("previous_item_id") in CALLS


CALLS = {
    event["item"]["id"]
    for name in ALL
    for event in received(name)
    if event.get("item", {}).get("type", "").startswith("function_call")
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_a_client_sees_a_recorded_conversation_without_prompt_tools_and_calls(replay, name, client):
    """Traps VoiceRAG 7, openai-realtime-api-beta#115."""
    shown = [frame for frame in replay(name, client).bench.client if not frame.type.startswith("extension.")]
    for secret in ('"instructions"', '"tools"', "function_call", "get_weather", "tool_choice"):
        assert secret not in "".join(frame.text for frame in shown)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_what_is_shown_follows_only_what_is_shown(replay, name, client):
    known = {None}
    for frame in replay(name, client).bench.client:
        item = frame.data.get("item")
        if item is not None and frame.type.startswith("conversation.item."):
            assert frame.data.get("previous_item_id") in known
            known.add(item["id"])


@pytest.mark.parametrize("client", CLIENTS)
def test_recorded_audio_passes_as_it_came(replay, client):
    name = "openai_ws__audio_in_server_vad_turn"
    bench = replay(name, client).bench
    kind = "response.output_audio.delta" if client == "ga" else "response.audio.delta"
    recorded = [event["delta"] for event in received(name, "response.output_audio.delta")]
    assert [event["delta"] for event in bench.seen(kind)] == recorded
    appended = [event["audio"] for event in sent(name, "input_audio_buffer.append")]
    assert [event["audio"] for event in bench.sent("input_audio_buffer.append")] == appended


@pytest.mark.parametrize("dialect", ["azure-preview", "voice-live"])
@pytest.mark.parametrize("name", GA_ONES)
def test_a_ga_client_sees_the_same_when_the_recorded_service_speaks_in_previews_names(replay, name, dialect):
    """There and back: nothing that matters to a client is lost on a service of the other dialect."""
    names = "preview" if dialect == "azure-preview" else "voice-live"
    direct = replay(name).bench.client
    around = replay(name, profile=dialect, script=[*reworded(name, names)]).bench.client
    assert [frame.type for frame in around] == [frame.type for frame in direct]
    for there, here in zip(around, direct, strict=True):
        judge(there.data, "ga")
        assert essence(there.data) == essence(here.data)


def essence(event):
    """An event without ids of its own and without what preview does not tell."""
    lost = {"event_id", "previous_item_id" if event["type"].endswith("item.done") else "", "session"}
    return json.loads(json.dumps(event | dict.fromkeys(lost)), object_hook=_known)


def _known(fields):
    return {name: value for name, value in fields.items() if name != "object" and value is not None}


@pytest.mark.parametrize("name", ROUNDS)
def test_in_a_recorded_tool_round_the_tool_may_be_the_clients_own(make_bench, name):
    """The client that was recorded, unchanged, on the server: it offers its tool, is given the call, and goes on."""
    client = "voice-live" if profile_of(name) == "voice-live" else "ga"
    enforced = {field: value for field, value in session_of(name).items() if field != "tools"}
    bench = make_bench(extensions=False, profile=profile_of(name), client=client, session=enforced)
    passed, early = [], []
    for direction, event in frames(name):
        bench.now += 0.01
        frame = Frame(json.dumps(event))
        if direction == "received":
            bench.service(frame)
            passed.append(frame)
        elif bench.session.phase is not Phase.OPEN:
            early.append(frame)  # a client's frames wait in its socket until the model has taken our configuration
            continue
        while early and bench.session.phase is Phase.OPEN:
            bench.caller(early.pop(0))
        if direction == "sent":
            bench.caller(frame)
    assert bench.started == []
    shown = [frame for frame in bench.client if frame.type not in HIDDEN]
    expected = [frame for frame in passed if frame.type not in HIDDEN]
    assert len(shown) == len(expected)
    assert all(mine is theirs for mine, theirs in zip(shown, expected, strict=True))
    tools = sent(name, "session.update")[0]["session"]["tools"]
    assert bench.sent("session.update")[-1]["session"]["tools"] == tools
    kinds = [frame.type for frame in bench.upstream if frame.type != "session.update"]
    assert kinds == [event["type"] for way, event in frames(name) if way == "sent"][1:]
