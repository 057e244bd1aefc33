"""Another agent for a session that goes on: the output, the update, its acknowledgement, one response."""

from __future__ import annotations

import pytest

from agent.core.calls import CallResult
from agent.core.config import SessionConfig
from agent.core.frames import Frame
from agent.core.handover import Dial, Switch
from agent.core.recasting import ACKNOWLEDGED, LOOK, RENEWED
from tests.agent.core.conftest import IN_FORCE


def function(name):
    return {"type": "function", "name": name, "description": "", "parameters": {"type": "object"}}


def config(instructions, *tools, voice="alloy", **fields):
    session = {"type": "realtime", "instructions": instructions, "tools": [function(name) for name in tools]}
    session |= {"tool_choice": "auto", "audio": {"output": {"voice": voice}}} | fields
    return session


RECEPTION = config("You are the reception.", "transfer_to_billing", "hours")
BILLING = config("You know invoices.", "invoice")


class House:
    """A session of the reception's, in which the model has asked to be handed over."""

    def __init__(self, make_bench, *, first=RECEPTION, spoke=False, **options):
        self.bench = make_bench(session=first, **options).open()
        if spoke:
            self.bench.begins("r0")
            item = {"id": "m0", "type": "message", "role": "assistant", "content": []}
            self.bench.model("response.output_item.added", response_id="r0", output_index=0, item=item)
            self.bench.ends("r0")
        self.bench.begins("r1")
        self.bench.calls("r1", "c1", tool="transfer_to_billing")
        self.bench.ends("r1")
        self.bench.clear()

    def hand_over(self, session=BILLING, call_id="c1", **options):
        bench = self.bench
        wanted = SessionConfig(session, {"invoice": 3.0}, True, {"agent": {"name": "Billing"}}, **options)
        bench.take(bench.session.hand_over(call_id, CallResult("Billing takes over."), wanted, bench.now))

    def sent(self):
        return [frame.type for frame in self.bench.upstream]

    def accepted(self, **fields):
        self.bench.model("session.updated", session=IN_FORCE | fields)


@pytest.fixture
def house(make_bench):
    return House(make_bench)


def answers(bench, kind, **fields):
    """The successor sends an event."""
    bench.take(bench.session.receive_successor(Frame.of({"type": kind, **fields}), bench.now))


def updates(bench):
    return [frame.data for frame in bench.upstream if frame.type == "session.update"]


def test_the_output_goes_first_then_the_update_and_the_response_waits_for_its_acknowledgement(house):
    house.hand_over()
    assert house.sent() == ["conversation.item.create", "session.update"]
    assert house.bench.upstream[0].data["item"]["output"] == "Billing takes over."
    house.accepted()
    assert house.sent() == ["conversation.item.create", "session.update", "response.create"]
    house.accepted()
    assert house.sent().count("response.create") == 1


def test_the_update_says_what_has_changed_and_nothing_else(house):
    house.hand_over()
    update = updates(house.bench)[0]["session"]
    assert set(update) == {"type", "instructions", "tools"}
    assert update["instructions"] == "You know invoices."
    assert [tool["name"] for tool in update["tools"]] == ["invoice"]


def test_what_the_new_agent_leaves_out_is_as_if_nobody_had_set_it(make_bench):
    house = House(make_bench, first=RECEPTION | {"max_output_tokens": 50, "parallel_tool_calls": False})
    house.hand_over()
    update = updates(house.bench)[0]["session"]
    assert (update["max_output_tokens"], update["parallel_tool_calls"]) == ("inf", True)


def test_a_client_that_opted_in_learns_who_answers_now(house):
    house.hand_over()
    assert house.bench.seen("extension.agent")[0]["agent"] == {"name": "Billing"}
    assert house.bench.seen("extension.call.finished")[0]["status"] == "completed"


def test_a_stock_client_learns_nothing_of_it(make_bench):
    house = House(make_bench, extensions=False)
    bench = house.bench
    wanted = SessionConfig(BILLING)
    bench.take(bench.session.hand_over("c1", CallResult("x"), wanted, bench.now))
    assert bench.client == []


def test_a_service_that_never_acknowledges_holds_the_response_for_some_seconds_only(house):
    house.hand_over()
    house.bench.tick(ACKNOWLEDGED - 0.1)
    assert "response.create" not in house.sent()
    house.bench.tick(0.2)
    assert house.sent()[-1] == "response.create"


def test_a_call_that_was_given_up_meanwhile_switches_nothing(house):
    house.bench.tick(30)
    house.bench.clear()
    house.hand_over()
    assert house.sent() == []
    assert house.bench.session._state.config.session is RECEPTION


def test_the_new_agents_tools_have_their_own_time_limits(house):
    house.hand_over()
    house.accepted()
    house.bench.begins("r2")
    house.bench.calls("r2", "c2", tool="invoice")
    house.bench.tick(2.9)
    assert house.bench.cancelled == []
    house.bench.tick(0.2)
    assert house.bench.cancelled == ["c2"]


def test_open_calls_of_the_old_agent_still_end_and_the_new_one_waits_for_them(make_bench):
    house = House(make_bench)
    bench = house.bench
    bench.begins("r2")
    bench.calls("r2", "c2", tool="hours")
    bench.calls("r2", "c3", index=1, tool="transfer_to_billing")
    bench.ends("r2")
    bench.clear()
    house.hand_over(call_id="c3")
    house.accepted()
    assert "response.create" not in house.sent()
    bench.finish("c1", "given up")
    bench.finish("c2", "nine to five")
    outputs = [frame.data["item"]["output"] for frame in bench.upstream if frame.type == "conversation.item.create"]
    assert outputs == ["Billing takes over.", "given up", "nine to five"]
    assert house.sent().count("response.create") == 1


def test_a_client_cannot_take_a_name_that_was_the_old_agents(house):
    house.hand_over()
    house.accepted()
    house.bench.clear()
    tools = [{"type": "function", "name": name} for name in ("hours", "invoice", "mine")]
    house.bench.caller("session.update", session={"type": "realtime", "tools": tools})
    assert [tool["name"] for tool in updates(house.bench)[0]["session"]["tools"]] == ["invoice", "mine"]


def test_a_tool_of_the_clients_gives_way_to_one_of_the_new_agents(make_bench):
    house = House(make_bench)
    tools = [{"type": "function", "name": name} for name in ("invoice", "mine")]
    house.bench.caller("session.update", session={"type": "realtime", "tools": tools})
    house.bench.clear()
    house.hand_over()
    assert [tool["name"] for tool in updates(house.bench)[0]["session"]["tools"]] == ["invoice", "mine"]
    assert "description" in updates(house.bench)[0]["session"]["tools"][0]


def test_from_a_to_b_and_back_to_a(house):
    house.hand_over()
    house.accepted()
    bench = house.bench
    bench.begins("r2")
    bench.calls("r2", "c2", tool="transfer_to_reception")
    bench.ends("r2")
    bench.clear()
    house.hand_over(RECEPTION, "c2")
    house.accepted()
    assert updates(bench)[0]["session"]["instructions"] == "You are the reception."
    assert house.sent() == ["conversation.item.create", "session.update", "response.create"]


def test_voice_activity_may_answer_first_and_then_nothing_is_asked_for_twice(house):
    house.hand_over()
    house.bench.model("conversation.item.added", item={"type": "function_call_output", "call_id": "c1", "id": "o1"})
    house.bench.begins("r2")
    house.accepted()
    house.bench.ends("r2")
    assert "response.create" not in house.sent()


# ── the voice ──


def test_a_model_that_has_said_nothing_yet_takes_the_new_voice_at_once(house):
    house.hand_over(BILLING | {"audio": {"output": {"voice": "cedar"}}})
    assert updates(house.bench)[0]["session"]["audio"] == {"output": {"voice": "cedar"}}
    assert house.bench.lines == []


CEDAR = BILLING | {"audio": {"output": {"voice": "cedar"}}}


def test_a_model_that_has_spoken_gives_way_to_another_session_with_the_new_voice(make_bench):
    house = House(make_bench, spoke=True)
    bench = house.bench
    house.hand_over(CEDAR)
    assert "audio" not in updates(bench)[0]["session"]
    bench.tick(0)
    dial = next(line for line in bench.lines if isinstance(line, Dial))
    house.accepted()
    assert "response.create" not in house.sent(), "the old voice would answer"
    bench.take(bench.session.dialled(dial.attempt, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    assert bench.successor[-1].data["session"]["audio"]["output"]["voice"] == "cedar"
    answers(bench, "session.updated", session=IN_FORCE | {"id": "sess_2"})
    for frame in [*bench.successor]:
        if "item" in frame.data:
            answers(bench, "conversation.item.added", item=frame.data["item"], previous_item_id=None)
    assert any(isinstance(line, Switch) for line in bench.lines)
    assert house.sent().count("response.create") == 1
    assert bench.seen("extension.reconnected")[0]["reason"] == "handed_over"
    kinds = [frame.data["item"]["type"] for frame in bench.successor if "item" in frame.data]
    assert kinds[-2:] == ["function_call", "function_call_output"]


def test_where_no_other_session_can_be_had_the_old_voice_answers_after_some_seconds(make_bench):
    house = House(make_bench, spoke=True)
    house.hand_over(CEDAR)
    house.accepted()
    house.bench.tick(RENEWED - 0.1)
    assert "response.create" not in house.sent()
    house.bench.tick(0.2)
    assert house.sent()[-1] == "response.create"


def test_where_the_models_session_cannot_be_replaced_the_voice_stays_and_that_is_told(make_bench):
    house = House(make_bench, spoke=True)
    house.hand_over(CEDAR, renewable=False)
    assert house.bench.session.unfit
    house.accepted()
    house.bench.tick(1)
    assert house.sent()[-1] == "response.create"
    assert house.bench.lines == []


def test_a_service_that_refuses_the_voice_is_asked_without_it_and_replaced(house):
    house.hand_over(CEDAR)
    event_id = updates(house.bench)[0]["event_id"]
    error = {"code": "cannot_update_voice", "message": "no", "param": "session.voice", "event_id": event_id}
    house.bench.model("error", error=error)
    assert "voice" not in updates(house.bench)[1]["session"].get("audio", {}).get("output", {})
    house.bench.tick(0)
    assert any(isinstance(line, Dial) for line in house.bench.lines)
    assert house.bench.seen("error") == []


# ── what a service refuses ──


def refusal(house, param):
    event_id = updates(house.bench)[-1]["event_id"]
    error = {"code": "invalid_value", "message": "no such thing", "param": param, "event_id": event_id}
    house.bench.model("error", error=error)


def test_a_field_that_a_session_can_do_without_is_left_out(house):
    house.hand_over(BILLING | {"truncation": "disabled"})
    refusal(house, "session.truncation")
    assert "truncation" not in updates(house.bench)[-1]["session"]
    house.accepted()
    assert house.sent()[-1] == "response.create"


def test_a_change_that_is_refused_for_good_is_told_and_takes_another_session(house):
    house.hand_over()
    refusal(house, "session.tools[0].name")
    assert "no such thing" in house.bench.seen("error")[0]["error"]["message"]
    house.bench.tick(0)
    assert any(isinstance(line, Dial) for line in house.bench.lines)
    house.bench.tick(RENEWED)
    assert house.sent()[-1] == "response.create"


def test_a_service_that_finds_ever_more_to_refuse_is_not_asked_for_ever(make_bench):
    house = House(make_bench)
    house.hand_over()
    for _ in range(9):
        error = {"code": "cannot_update_voice", "message": "no", "event_id": updates(house.bench)[-1]["event_id"]}
        house.bench.model("error", error=error)
    assert len(updates(house.bench)) < 6


# ── while there is no upstream ──


def test_a_hand_off_while_the_model_is_away_is_told_to_its_successor(house):
    bench = house.bench
    bench.take(bench.session.upstream_closed(1006, "", bench.now))
    house.hand_over()
    assert updates(bench) == []
    bench.tick(0)
    dial = next(line for line in bench.lines if isinstance(line, Dial))
    bench.take(bench.session.dialled(dial.attempt, bench.now))
    answers(bench, "session.created", session={"id": "sess_2"})
    assert bench.successor[-1].data["session"]["instructions"] == "You know invoices."


# ── other tools ──


def retool(bench, *tools):
    wanted = SessionConfig(config("You are the reception.", *tools), {}, True, {"agent": {}})
    bench.take(bench.session.retool(wanted, bench.now))


def test_other_tools_are_told_to_the_model_when_it_is_quiet(make_bench):
    bench = make_bench(session=RECEPTION).open()
    bench.begins("r1")
    retool(bench, "hours", "rooms")
    bench.tick(3)
    assert updates(bench) == []
    bench.ends("r1")
    bench.tick(LOOK)
    assert [tool["name"] for tool in updates(bench)[0]["session"]["tools"]] == ["hours", "rooms"]
    assert set(updates(bench)[0]["session"]) == {"type", "tools"}
    bench.model("session.updated", session=IN_FORCE)
    assert bench.session.next_deadline() is None


def test_the_same_tools_are_not_told_again(make_bench):
    bench = make_bench(session=RECEPTION).open()
    retool(bench, "transfer_to_billing", "hours")
    bench.tick(5)
    assert updates(bench) == []


def test_tools_that_have_all_gone_are_told_as_an_empty_list(make_bench):
    bench = make_bench(session=RECEPTION).open()
    retool(bench)
    bench.tick(LOOK)
    assert updates(bench)[0]["session"]["tools"] == []


def test_other_tools_that_wait_go_along_with_a_hand_off(house):
    retool(house.bench, "transfer_to_billing", "rooms")
    house.hand_over(config("You are the reception.", "transfer_to_billing", "rooms"))
    assert [tool["name"] for tool in updates(house.bench)[0]["session"]["tools"]] == ["transfer_to_billing", "rooms"]
    house.accepted()
    house.bench.tick(5)
    assert len(updates(house.bench)) == 1


def test_other_tools_while_the_model_is_away_go_to_its_successor_alone(make_bench):
    bench = make_bench(session=RECEPTION).open()
    retool(bench, "hours", "rooms")
    bench.take(bench.session.upstream_closed(1006, "", bench.now))
    bench.tick(LOOK)
    assert updates(bench) == []


# ── servers whose tools the service calls ──


@pytest.mark.parametrize(("name", "approved"), [("look_up", True), ("delete_all", False)])
def test_a_service_that_asks_to_call_a_servers_tool_is_answered_by_the_operators_list(make_bench, name, approved):
    bench = make_bench(approved={"wiki": ("look_up",)}).open()
    bench.begins("r1")
    item = {"id": "a1", "type": "mcp_approval_request", "server_label": "wiki", "name": name, "arguments": "{}"}
    bench.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    answer = bench.upstream[-1].data["item"]
    assert (answer["type"], answer["approval_request_id"]) == ("mcp_approval_response", "a1")
    assert answer["approve"] is approved
    assert bool(answer["reason"]) is not approved
    assert bench.seen("extension.approval")[0]["approved"] is approved
    assert bench.seen("response.output_item.done") == []


def test_a_server_that_nobody_spoke_of_is_never_approved(make_bench):
    bench = make_bench(extensions=False).open()
    bench.begins("r1")
    item = {"id": "a1", "type": "mcp_approval_request", "server_label": "x", "name": "look_up", "arguments": "{}"}
    bench.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    assert bench.upstream[-1].data["item"]["approve"] is False
    assert [frame.type for frame in bench.client] == ["response.created"]
