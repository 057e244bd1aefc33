"""Calls of an agent that has taken over: its own time limits, and no answers of the one before."""

from __future__ import annotations

import pytest

from agent.core.rules import CallRules
from tests.agent.core.test_recasting import House, config


def test_what_the_new_agent_calls_after_an_approval_has_its_own_time_limit_too(make_bench):
    house = House(make_bench)
    house.hand_over()
    house.accepted()
    bench = house.bench
    bench.begins("r2")
    bench.calls("r2", "c2", tool="invoice")
    bench.asks("c2")
    bench.decides("c2")
    assert bench.approved == ["c2"]
    bench.tick(2.9)
    assert bench.cancelled == []
    bench.tick(0.2)
    assert bench.cancelled == ["c2"]
    assert "within 3 s" in bench.outputs["c2"]


@pytest.mark.parametrize("running", [False, True])
def test_what_the_old_agents_tool_answered_is_no_answer_of_the_new_agents_tool_of_that_name(make_bench, running):
    """Each has a search of its own, say; and who hands over twice in one turn means it twice."""
    rules = {name: CallRules(idempotent=True) for name in ("hours", "transfer_to_billing")}
    house = House(make_bench, rules=rules)
    bench = house.bench
    bench.begins("r2")
    bench.calls("r2", "c2", tool="hours")
    bench.ends("r2")
    if not running:
        bench.finish("c2", "the reception is closed")
    bench.clear()
    house.hand_over(config("You know invoices.", "hours", "transfer_to_billing"), rules=rules)
    house.accepted()
    bench.begins("r3")
    bench.calls("r3", "c3", tool="hours")
    bench.calls("r3", "c4", tool="transfer_to_billing", index=1)
    assert [call.call_id for call in bench.started] == ["c3", "c4"]
    bench.finish("c3", "billing is open")
    assert bench.outputs["c3"] == "billing is open"
