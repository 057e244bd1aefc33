"""Recorded sessions of real services, replayed through the core."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.core.frames import Frame
from agent.core.session import Phase

CASSETTES = Path(__file__).parents[2] / "data" / "cassettes"
ROUNDS = ["azure_voice_live_ws__tool_call_round", "openai_ws__tool_call_round"]
ALL = sorted(path.stem for path in CASSETTES.glob("*.jsonl"))


def frames(name):
    """(direction, event) of each frame."""
    lines = (CASSETTES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [(entry["direction"], entry["data"]) for entry in map(json.loads, lines)]


def is_ours(event, seen_output):
    """Whether the recorded client did what the relay does for its clients."""
    tool_output = event["type"] == "conversation.item.create" and event["item"]["type"] == "function_call_output"
    return event["type"] == "session.update" or tool_output or (event["type"] == "response.create" and seen_output)


@pytest.fixture
def replay(make_bench):
    def run(name):
        bench = make_bench()
        outputs = [e["item"]["output"] for _, e in frames(name) if e.get("item", {}).get("output")]
        for direction, event in frames(name):
            bench.now += 0.01
            if direction == "received":
                bench.model(Frame(json.dumps(event)))
            elif not is_ours(event, bench.outputs):
                bench.caller(Frame(json.dumps(event)))
            for call in [*bench.started]:
                if call.call_id not in bench.outputs:
                    bench.finish(call.call_id, outputs[0])
        return bench

    return run


@pytest.mark.parametrize("name", ALL)
def test_a_recorded_session_runs_to_its_end_and_leaves_nothing_waiting(replay, name):
    bench = replay(name)
    assert bench.session.phase is Phase.OPEN
    assert bench.session.next_deadline() is None
    assert bench.seen("response.done")
    assert not bench.seen("error")


@pytest.mark.parametrize("name", ROUNDS)
def test_a_recorded_tool_round_gives_one_output_and_one_further_response(replay, name):
    """Traps VoiceRAG 5, sequencer: GA and preview services; one reply."""
    bench = replay(name)
    assert len(bench.started) == len(bench.outputs) == 1
    assert [("event_id" in create) for create in bench.creates] == [False, True]  # the client's, then ours


@pytest.mark.parametrize("name", ALL)
def test_a_client_sees_a_recorded_conversation_without_prompt_tools_and_calls(replay, name):
    """Traps VoiceRAG 7, openai-realtime-api-beta#115."""
    shown = "".join(frame.text for frame in replay(name).client if not frame.type.startswith("extension."))
    for secret in ('"instructions"', '"tools"', "function_call", "get_weather"):
        assert secret not in shown


@pytest.mark.parametrize("name", ALL)
def test_what_is_shown_follows_only_what_is_shown(replay, name):
    known = {None}
    for frame in replay(name).client:
        item = frame.data.get("item")
        if item is not None and frame.type.startswith("conversation.item."):
            assert frame.data.get("previous_item_id") in known
            known.add(item["id"])


def test_recorded_audio_passes_as_it_came(replay):
    name = "openai_ws__audio_in_server_vad_turn"
    received = [e["delta"] for _, e in frames(name) if e["type"] == "response.output_audio.delta"]
    appended = [e["audio"] for _, e in frames(name) if e["type"] == "input_audio_buffer.append"]
    bench = replay(name)
    assert [event["delta"] for event in bench.seen("response.output_audio.delta")] == received
    assert [event["audio"] for event in bench.sent("input_audio_buffer.append")] == appended
