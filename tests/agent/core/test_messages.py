"""The frames that we write are those of the wire, and carry ids by which an error can be told to be ours."""

from __future__ import annotations

import json

import pytest

from agent.core import actions, messages
from agent.core.calls import Call, CallResult
from agent.core.firewall import Refused

CALL = Call("c1", "search", "r1", 0.0, 5.0)
FRAMES = [
    messages.session_update("e", {"type": "realtime"}),
    messages.function_output("e", "c1", "42"),
    messages.response_create("e"),
    messages.truncate("e", "m1", 0, 300),
    messages.failure("e", "it broke", "upstream_closed"),
    messages.refusal("e", Refused("no", "invalid_json")),
    messages.session_event("session.created", "e", {}),
    messages.ready("e", "s1", {"agent": {}}),
    messages.call_started("e", CALL, "{}"),
    messages.call_progress("e", CALL, "reading", None),
    messages.call_finished("e", CALL, "completed", 12, CallResult("42", for_client={"hits": 1})),
    messages.citations("e", "r1", "m1", [{"document": "a"}]),
    messages.interrupted("e", "m1", 0, 300),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.type)
def test_every_message_is_json_with_a_type_and_an_id(frame):
    data = json.loads(frame.text)
    assert (data["type"], data["event_id"]) == (frame.type, "e")


def test_the_models_copy_of_an_output_is_text_under_the_call_id():
    item = FRAMES[1].data["item"]
    assert item == {"type": "function_call_output", "call_id": "c1", "output": "42"}


def test_an_error_has_the_fields_of_the_wire():
    assert FRAMES[4].data["error"] == {
        "type": "server_error",
        "code": "upstream_closed",
        "message": "it broke",
        "param": None,
    }
    assert set(FRAMES[5].data["error"]) == {"type", "code", "message", "param", "event_id"}


def test_a_timeout_tells_the_model_which_tool_and_that_there_is_no_result():
    """Trap VoiceRAG 3: the model gets an error that it can read and the conversation goes on."""
    error = json.loads(messages.timeout_output("search", 2.5))["error"]
    assert error["code"] == "timeout"
    assert "'search' did not answer within 2.5 s" in error["message"]


def test_actions_are_values():
    assert actions.CancelCall("c1") == actions.CancelCall("c1")
    assert len({actions.StartCall("c1", "search", "{}"), actions.StartCall("c1", "search", "{}")}) == 1
