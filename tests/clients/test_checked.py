"""The check of events by a library's types: it finds what does not fit, and what we let pass is what services send."""

from __future__ import annotations

import json

import pytest
from openai.types.realtime import RealtimeServerEvent

from tests.clients.install import HERE, ROOT
from tests.clients.test_clients import SENT_BY_SERVICES

CASSETTES = sorted((ROOT / "tests" / "data" / "cassettes").glob("*.jsonl"))
PLACE = {"event_id": "e", "response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}


@pytest.fixture
def checked(monkeypatch):
    # As the clients import it, in whose environments there is no package `tests`.
    monkeypatch.syspath_prepend(str(HERE))
    import checked

    return checked


@pytest.fixture
def faults(checked):
    kinds = checked.by_type(RealtimeServerEvent)
    return lambda **event: list(checked.faults(kinds, json.dumps(event)))


def recorded(kind):
    for path in CASSETTES:
        for line in path.read_text("utf-8").splitlines():
            data = json.loads(line).get("data") or {}
            if data.get("type") == kind:
                yield data


def has(event, path):
    for name in path.split("."):
        if not isinstance(event, dict) or name not in event:
            return False
        event = event[name]
    return True


def test_an_event_that_the_library_knows_is_well(faults):
    assert faults(type="response.output_audio.delta", delta="AAAA", **PLACE) == []


def test_an_event_of_another_dialect_or_of_ours_is_of_an_unknown_type(faults):
    assert faults(type="response.audio.delta", delta="AAAA", **PLACE) == ["unknown type"]
    assert faults(type="extension.ready", event_id="e") == ["unknown type"]


def test_a_field_that_is_missing_or_of_another_kind_is_told_by_its_path(faults):
    assert faults(type="response.output_audio.delta", **PLACE) == ["invalid delta"]
    assert faults(type="rate_limits.updated", event_id="e", rate_limits=[{"limit": "many"}]) == [
        "invalid rate_limits.0.limit"
    ]


def test_a_field_that_the_library_lacks_is_told_at_any_depth(faults):
    part = {"type": "audio", "transcript": "hello", "secret": 1}
    assert faults(type="response.content_part.done", part=part, extra=2, **PLACE) == [
        "unknown extra",
        "unknown part.secret",
    ]


@pytest.mark.parametrize("allowed", sorted(SENT_BY_SERVICES))
def test_each_field_that_we_let_pass_is_in_a_recorded_session_of_a_service(allowed):
    path = allowed.removeprefix("unknown ")
    kind = "session.updated" if path.startswith("session.") else "response.done"
    assert any(has(event, path) for event in recorded(kind))
