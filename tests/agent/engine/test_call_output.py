"""Calls whose arguments come piece by piece."""

from __future__ import annotations

import pytest

from agent.engine.parts import Arguments, Call


def deltas(caller):
    return [e["delta"] for e in caller.events if e["type"] == "response.function_call_arguments.delta"]


@pytest.fixture
def open_call(caller):
    caller.asks("leave")
    caller.model_thinks(Call("search", '{"query": ', more=True), over=False)
    return caller


def test_arguments_are_sent_as_they_come_and_whole_in_the_end(open_call):
    assert deltas(open_call) == ['{"query": ']
    assert open_call.count("response.function_call_arguments.done") == 0
    open_call.model_thinks(Arguments('"leave"'), Arguments("}"))
    assert "".join(deltas(open_call)) == '{"query": "leave"}'
    done = open_call.last("response.function_call_arguments.done")
    assert (done["name"], done["arguments"]) == ("search", '{"query": "leave"}')
    item = open_call.last("response.done")["response"]["output"][0]
    assert (item["status"], item["arguments"]) == ("completed", '{"query": "leave"}')


@pytest.mark.parametrize("next_piece", [Call("other", "{}"), "And now I speak."])
def test_whatever_else_comes_ends_the_arguments(open_call, next_piece):
    open_call.model_thinks(Arguments("1}"), next_piece)
    open_call.voice_speaks()
    output = open_call.last("response.done")["response"]["output"]
    assert [item["status"] for item in output] == ["completed", "completed"]
    assert output[0]["arguments"] == '{"query": 1}'


def test_a_cancel_in_the_middle_gives_the_call_its_end_as_incomplete(open_call):
    events = open_call.sends("response.cancel")
    kinds = [event["type"] for event in events]
    assert kinds[0] == "response.function_call_arguments.done"
    assert events[-1]["response"]["output"][0]["status"] == "incomplete"


def test_arguments_beyond_the_limit_are_cut_and_end_the_response(caller):
    caller.configures(max_output_tokens=4)
    caller.asks("leave")
    caller.model_thinks(Call("search", "{" * 10, more=True), Arguments("x" * 10), Arguments("late"))
    response = caller.last("response.done")["response"]
    assert (response["status"], response["status_details"]["reason"]) == ("incomplete", "max_output_tokens")
    assert response["output"][0]["arguments"] == "{" * 10 + "x" * 6


def test_arguments_without_a_call_are_nobodys(caller):
    caller.asks("leave")
    caller.model_thinks(Arguments("{}"))
    assert caller.last("response.done")["response"]["output"] == []
