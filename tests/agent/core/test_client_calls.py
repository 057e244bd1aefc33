"""Calls of a client's own tools, through the session: shown to it, answered by it, and never mixed up with ours."""

from __future__ import annotations

import itertools

import pytest

from agent.core.toolwork import CLIENT_ASKS, DEFAULT_TIMEOUT

OUTPUT = {"type": "function_call_output", "call_id": "theirs", "output": "from the client"}


@pytest.fixture
def make(make_bench, enforced):
    def bench(*, extensions=False, **faces):
        bench = make_bench(extensions=extensions, session=enforced, **faces).open()
        bench.offers("show")
        return bench

    return bench


@pytest.fixture
def bench(make):
    return make()


def mixed(bench, *, ends=True):
    """A response with a call of ours and one of the client's."""
    bench.begins("r1")
    bench.calls("r1", "ours")
    bench.calls("r1", "theirs", index=1, tool="show")
    if ends:
        bench.ends("r1")


def alone(bench):
    """A response with a call of the client's only."""
    bench.begins("r1")
    bench.calls("r1", "theirs", tool="show")
    bench.ends("r1")


def test_the_model_sees_our_tools_and_then_the_clients(bench, enforced):
    [update] = bench.sent("session.update")
    names = [tool["name"] for tool in update["session"]["tools"]]
    assert names == ["search", "show"]
    bench.model("session.updated", session={"id": "s", "instructions": "secret", "tools": update["session"]["tools"]})
    session = bench.seen("session.updated")[0]["session"]
    assert [tool["name"] for tool in session["tools"]] == ["show"]
    assert "instructions" not in session


def test_tools_that_change_nothing_are_not_sent_again(bench):
    bench.clear()
    bench.offers("show", "search")
    assert bench.upstream == []
    assert [tool["name"] for tool in bench.seen("session.updated")[0]["session"]["tools"]] == ["show"]


def test_its_calls_are_shown_as_they_came_and_its_outputs_and_requests_pass(bench):
    bench.clear()
    alone(bench)
    bench.model("response.function_call_arguments.done", response_id="r1", call_id="theirs", arguments="{}")
    kinds = [frame.type for frame in bench.client]
    assert kinds.count("response.output_item.added") == kinds.count("response.output_item.done") == 1
    assert kinds.count("conversation.item.added") == kinds.count("response.function_call_arguments.done") == 1
    assert bench.started == []
    bench.answers("theirs")
    bench.caller("response.create", event_id="mine")
    assert [frame.type for frame in bench.upstream] == ["conversation.item.create", "response.create"]
    assert bench.creates[0]["event_id"] == "mine"
    bench.placed("theirs")
    assert bench.seen("conversation.item.added")[-1]["item"]["type"] == "function_call_output"


def test_what_it_does_not_answer_or_ask_is_not_asked_for_it(bench):
    """As with a service that it talks to directly: some tools only show something."""
    alone(bench)
    bench.answers("theirs")
    bench.tick(60)
    assert bench.creates == []


def test_it_may_take_its_time_where_nobody_waits(bench):
    alone(bench)
    bench.tick(300)
    assert bench.outputs == {}
    bench.caller("response.create", event_id="meanwhile")
    bench.begins("r2")
    bench.ends("r2")
    bench.answers("theirs")
    assert bench.outputs == {"theirs": "from the client"}


def test_a_client_answers_as_soon_as_it_has_the_arguments(bench):
    """So did the recorded ones: before the item is done."""
    bench.begins("r1")
    item = {"id": "fc", "type": "function_call", "status": "in_progress", "call_id": "theirs", "name": "show"}
    bench.model("response.output_item.added", response_id="r1", output_index=0, item=item)
    bench.answers("theirs")
    assert bench.outputs == {"theirs": "from the client"}
    bench.model("response.output_item.done", response_id="r1", output_index=0, item=item | {"status": "completed"})
    bench.answers("theirs")
    assert bench.seen("error")[0]["error"]["code"] == "invalid_call_id"


@pytest.mark.parametrize("call_id", ["ours", "unknown", None, ["theirs"]])
def test_an_output_that_is_not_its_own_to_give_is_refused(bench, call_id):
    """Tool spoofing: the model would take the client's word for our tool's."""
    mixed(bench)
    bench.clear()
    bench.caller("conversation.item.create", item=OUTPUT | {"call_id": call_id}, event_id="e1")
    error = bench.seen("error")[0]["error"]
    assert (error["code"], error["param"], error["event_id"]) == ("invalid_call_id", "item.call_id", "e1")
    assert bench.upstream == []


def test_an_output_is_a_text(bench):
    alone(bench)
    bench.caller("conversation.item.create", item=OUTPUT | {"output": {"a": 1}})
    assert bench.seen("error")[0]["error"]["param"] == "item.output"
    assert bench.outputs == {}


def test_calls_of_ours_are_never_shown_and_theirs_have_the_places_of_a_whole_conversation(bench):
    bench.clear()
    bench.begins("r1")
    bench.model("conversation.item.added", item={"id": "m0", "type": "message", "role": "user"}, previous_item_id=None)
    call = {"id": "fc_theirs", "type": "function_call", "status": "completed", "call_id": "theirs", "name": "show"}
    hidden = {"id": "fc_ours", "type": "function_call", "status": "completed", "call_id": "ours", "name": "search"}
    bench.model("response.output_item.added", response_id="r1", output_index=0, item=hidden)
    bench.model("conversation.item.added", item=hidden, previous_item_id="m0")
    bench.model("response.output_item.added", response_id="r1", output_index=1, item=call)
    bench.model("conversation.item.added", item=call, previous_item_id="fc_ours")
    done = {"response_id": "r1", "output_index": 1, "item_id": "fc_theirs", "call_id": "theirs", "arguments": "{}"}
    bench.model("response.function_call_arguments.done", **done)
    bench.model("response.function_call_arguments.done", **done | {"output_index": 0, "call_id": "ours"})
    bench.ends("r1", hidden, call)
    assert [event["item"]["id"] for event in bench.seen("response.output_item.added")] == ["fc_theirs"]
    assert [event["output_index"] for event in bench.seen("response.output_item.added")] == [0]
    assert [event["output_index"] for event in bench.seen("response.function_call_arguments.done")] == [0]
    assert [event["previous_item_id"] for event in bench.seen("conversation.item.added")] == [None, "m0"]
    assert [item["id"] for item in bench.seen("response.done")[0]["response"]["output"]] == ["fc_theirs"]
    assert not [frame for frame in bench.client if "search" in frame.text or "ours" in frame.text]


@pytest.mark.parametrize("order", [*itertools.permutations(("ours", "theirs", "end"))])
def test_after_calls_of_both_there_is_one_request_the_clients_when_all_outputs_are_there(make, order):
    bench = make()
    mixed(bench, ends=False)
    for step in order:
        if step == "ours":
            bench.finish("ours")
        elif step == "theirs":
            bench.answers("theirs")
            bench.caller("response.create", event_id="mine") if order[-1] != "theirs" else None
        else:
            bench.ends("r1")
    if order[-1] == "theirs":
        bench.caller("response.create", event_id="mine")
    assert bench.outputs == {"ours": "42", "theirs": "from the client"}
    assert [frame.type for frame in bench.upstream][-1] == "response.create"
    bench.begins("r2")
    bench.ends("r2")
    bench.tick(60)
    assert [create["event_id"] for create in bench.creates] == ["mine"]


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_where_the_client_gives_its_output_and_does_not_ask_we_do(bench, first):
    mixed(bench)
    bench.finish("ours") if first == "ours" else bench.answers("theirs")
    bench.answers("theirs") if first == "ours" else bench.finish("ours")
    assert bench.creates == []
    bench.tick(CLIENT_ASKS)
    assert len(bench.creates) == 1
    bench.begins("r2")
    bench.ends("r2")
    bench.tick(60)
    assert len(bench.creates) == 1


def test_a_client_that_never_answers_does_not_wedge_the_session(bench):
    mixed(bench)
    bench.finish("ours")
    bench.caller("response.create", event_id="mine")
    assert bench.creates == []
    bench.tick(DEFAULT_TIMEOUT)
    assert "timeout" in bench.outputs["theirs"]
    assert [create["event_id"] for create in bench.creates] == ["mine"]
    bench.answers("theirs")
    assert bench.seen("error")[0]["error"]["code"] == "invalid_call_id"
    assert bench.cancelled == []


def test_a_call_of_the_clients_that_was_cut_short_is_not_waited_for(bench):
    bench.begins("r1")
    bench.calls("r1", "ours")
    bench.calls("r1", "theirs", index=1, tool="show", status="incomplete")
    bench.finish("ours")
    bench.ends("r1", status="cancelled")
    assert len(bench.creates) == 1
    bench.answers("theirs")
    assert bench.outputs == {"ours": "42"}


def test_a_call_of_the_clients_that_is_cut_short_last_releases_what_waited_for_it(bench):
    bench.begins("r1")
    bench.calls("r1", "ours")
    item = {"id": "fc", "type": "function_call", "status": "in_progress", "call_id": "theirs", "name": "show"}
    bench.model("response.output_item.added", response_id="r1", output_index=1, item=item)
    bench.finish("ours")
    bench.model("response.output_item.done", response_id="r1", output_index=1, item=item | {"status": "incomplete"})
    bench.ends("r1", status="incomplete")
    assert len(bench.creates) == 1


def test_a_function_that_nobody_has_is_ours_to_answer(bench):
    bench.begins("r1")
    bench.calls("r1", "c1", tool="made_up")
    assert [call.name for call in bench.started] == ["made_up"]
    assert not bench.seen("response.output_item.done")


def test_a_client_that_opted_in_is_told_about_our_calls_only(make):
    bench = make(extensions=True)
    mixed(bench)
    bench.finish("ours")
    bench.answers("theirs")
    assert [event["call_id"] for event in bench.seen("extension.call.started")] == ["ours"]
    assert [event["call_id"] for event in bench.seen("extension.call.finished")] == ["ours"]


@pytest.mark.parametrize("field", [{"tools": []}, {"tool_choice": "none"}])
def test_a_response_cannot_be_asked_for_with_other_tools(bench, field):
    bench.caller("response.create", response=field | {"metadata": {"a": "b"}})
    assert bench.creates[0]["response"] == {"metadata": {"a": "b"}}


def test_where_clients_may_have_no_tools_theirs_are_dropped_and_their_outputs_refused(make):
    bench = make(client_tools=False)
    assert bench.sent("session.update") == []
    assert "tools" not in bench.seen("session.updated")[0]["session"]
    alone(bench)
    assert [call.call_id for call in bench.started] == ["theirs"]
    bench.answers("theirs")
    assert bench.seen("error")[0]["error"]["code"] == "item_not_allowed"


@pytest.mark.parametrize("profile", ["azure", "azure-preview", "voice-live"])
@pytest.mark.parametrize("client", ["ga", "preview", "voice-live"])
def test_the_round_is_the_same_in_all_dialects(make_bench, enforced, profile, client):
    bench = make_bench(extensions=False, session=enforced, profile=profile, client=client).open()
    marked = {"type": "realtime"} if client == "ga" else {}
    bench.caller("session.update", session=marked | {"tools": [{"type": "function", "name": "show"}]})
    assert bench.session.client_dialect.name == client
    mixed(bench)
    bench.finish("ours")
    bench.answers("theirs")
    bench.caller("response.create")
    assert bench.outputs == {"ours": "42", "theirs": "from the client"}
    assert len(bench.creates) == 1
    done = bench.seen("response.output_item.done")
    assert [(event["item"]["name"], event["output_index"]) for event in done] == [("show", 0)]
