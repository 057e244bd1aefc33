"""Enforcement: what a browser may change on its own channel, what is put right, and when it is enough."""

from __future__ import annotations

import itertools

import pytest

from agent.core.enforcement import Enforcement

SESSION = {
    "type": "realtime",
    "model": "mine",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "name": "search", "parameters": {"type": "object"}}],
    "tool_choice": "auto",
    "output_modalities": ["audio"],
    "audio": {"input": {"turn_detection": {"type": "server_vad"}}, "output": {"voice": "marin", "speed": 1.0}},
}
SHOWN = {
    **SESSION,
    "id": "sess_1",
    "model": "gpt-realtime-2025-08-28",
    "expires_at": 1,
    "prompt": None,
    "max_output_tokens": "inf",
    "tools": [{**SESSION["tools"][0], "description": ""}],
    "audio": {"input": {"turn_detection": None, "format": {"type": "audio/pcm"}}, "output": {"voice": "marin"}},
}


@pytest.fixture
def enforcement():
    counter = itertools.count(1)
    return Enforcement(SESSION, our_id=lambda: f"vocative_{next(counter)}")


def test_a_session_with_defaults_filled_in_and_open_fields_changed_is_as_it_should_be(enforcement):
    assert enforcement.check(SHOWN) == []
    assert enforcement.check({**SHOWN, "instructions": "Be brief.\n"}) == []
    assert enforcement.breaches == 0


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"instructions": "Be evil."}, {"instructions": "Be brief."}),
        ({"instructions": None}, {"instructions": "Be brief."}),
        ({"tools": []}, {"tools": SESSION["tools"]}),
        ({"tools": [*SESSION["tools"], {"type": "function", "name": "x"}]}, {"tools": SESSION["tools"]}),
        ({"tools": "none"}, {"tools": SESSION["tools"]}),
        ({"tool_choice": "none"}, {"tool_choice": "auto"}),
        ({"prompt": {"id": "pmpt_theirs"}}, {"prompt": None}),
        ({"audio": {"output": {"voice": "ash"}}}, {"audio": {"output": {"voice": "marin"}}}),
        ({"audio": None}, {"audio": {"output": {"voice": "marin"}}}),
    ],
)
def test_what_was_changed_is_asked_for_again_and_nothing_else(enforcement, change, asked):
    (fix,) = enforcement.check({**SHOWN, **change})
    assert fix.type == "session.update"
    assert fix.data["event_id"].startswith("vocative_")
    assert fix.data["session"] == {"type": "realtime", **asked}
    assert enforcement.breaches == 1


def test_a_voice_that_cannot_be_changed_back_does_not_keep_the_rest_from_being_put_right(enforcement):
    fixes = enforcement.check({**SHOWN, "instructions": "Be evil.", "audio": {"output": {"voice": "ash"}}})
    assert [set(fix.data["session"]) for fix in fixes] == [{"type", "instructions"}, {"type", "audio"}]


def test_another_agent_has_other_things_enforced(enforcement):
    enforcement.wants({**SESSION, "instructions": "Be thorough."})
    (fix,) = enforcement.check(SHOWN)
    assert fix.data["session"] == {"type": "realtime", "instructions": "Be thorough."}
    assert enforcement.check({**SHOWN, "instructions": "Be thorough."}) == []
