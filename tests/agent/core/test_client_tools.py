"""A client's own tools: beside ours, never in their place."""

from __future__ import annotations

import pytest

from agent.core.client_tools import MAX_TOOLS, ClientTools
from agent.core.firewall import Refused
from agent.core.frames import Frame

OURS = {"type": "function", "name": "search", "description": "the operator's", "parameters": {}}
THEIRS = {"type": "function", "name": "show", "description": "a card", "parameters": {"type": "object"}}


@pytest.fixture
def tools():
    return ClientTools([OURS], enabled=True)


def test_they_stand_after_ours_in_what_the_model_sees(tools):
    assert tools.merged() == [OURS]
    assert tools.offer([THEIRS])
    assert tools.merged() == [OURS, THEIRS]
    assert tools.offer([])
    assert tools.merged() == [OURS]


def test_one_with_the_name_of_ours_is_dropped(tools):
    assert not tools.offer([OURS | {"description": "mine"}])
    assert tools.merged() == [OURS]
    assert not tools.owns("search")


@pytest.mark.parametrize("kind", ["mcp", "web_search", 7])
def test_only_functions_can_be_offered(tools, kind):
    """A client must not have the model's service call addresses of its choice."""
    assert not tools.offer([{"type": kind, "name": "x", "server_url": "https://example.org"}])


def test_a_key_that_no_service_knows_is_left_out(tools):
    """Trap livekit#3489 (#3398): one unknown tool key rejects the whole update."""
    tools.offer([THEIRS | {"strict": True}, {"name": "bare"}])
    assert tools.merged()[1:] == [THEIRS, {"type": "function", "name": "bare"}]


@pytest.mark.parametrize("name", ["", "a b", "ä", "x" * 65, None, 7, "x\n", ["x"]])
def test_a_name_that_no_service_takes_is_refused_in_words(tools, name):
    tools.offer([THEIRS])
    with pytest.raises(Refused, match="64") as refused:
        tools.offer([THEIRS, {"type": "function", "name": name}])
    assert refused.value.param == "session.tools[1].name"
    assert tools.owns("show")


@pytest.mark.parametrize("odd", [None, {}, "x"])
def test_tools_are_a_list(tools, odd):
    with pytest.raises(Refused, match="list"):
        tools.offer(odd)


def test_more_tools_than_a_service_takes_are_refused(tools):
    with pytest.raises(Refused, match=str(MAX_TOOLS)):
        tools.offer([{"name": f"t{number}"} for number in range(MAX_TOOLS + 1)])


def test_the_client_sees_its_own_tools_once_it_has_offered_some(tools):
    assert tools.shown({"id": "s"}) == {"id": "s"}
    tools.offer([THEIRS, OURS])
    assert tools.shown({"id": "s"}) == {"id": "s", "tools": [THEIRS]}


def test_a_call_is_theirs_by_its_functions_name_and_then_by_its_id(tools):
    tools.offer([THEIRS])
    assert not tools.theirs({"type": "function_call", "call_id": "c0", "name": "search"})
    assert not tools.theirs({"type": "function_call_output", "call_id": "c1"})
    assert tools.theirs({"type": "function_call", "call_id": "c1", "name": "show"})
    tools.offer([])
    assert tools.theirs({"type": "function_call_output", "call_id": "c1"})
    assert not tools.theirs({"type": "function_call", "name": "show"})
    assert not tools.theirs({"type": "function_call", "call_id": ["c1"], "name": ["show"]})
    assert not tools.theirs({"type": "function_call", "call_id": "c2", "name": ["show"]})


@pytest.mark.parametrize(
    ("param", "told"), [("session.tools[1].name", "session.tools[0].name"), ("session.tools[0]", "session.tools")]
)
def test_an_error_about_a_tool_counts_the_clients_own_only(tools, param, told):
    frame = Frame.of({"type": "error", "error": {"message": f"Invalid '{param}'.", "param": param}})
    assert tools.told(frame).data["error"] == {"message": f"Invalid '{told}'.", "param": told}


def test_an_error_about_anything_else_is_the_identical_object(tools):
    frame = Frame.of({"type": "error", "error": {"message": "no", "param": None}})
    assert tools.told(frame) is frame


def test_a_call_of_ours_stays_ours_whatever_its_id():
    tools = ClientTools([{"type": "function", "name": "search"}], enabled=True)
    tools.offer([{"type": "function", "name": "theirs"}])
    assert tools.theirs({"type": "function_call", "name": "theirs", "call_id": "c1"})
    assert not tools.theirs({"type": "function_call", "name": "search", "call_id": "c1"})
