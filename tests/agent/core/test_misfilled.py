"""Recorded sessions in which one field after the other holds what it should not: the call goes on all the same."""

from __future__ import annotations

import json
from functools import partial
from itertools import chain

import pytest

from agent.core.budget import Terms
from agent.core.frames import Frame
from agent.core.observed import ObservedSession
from agent.core.rates import PRICES, Rate, Tariff
from tests.agent.core.recordings import ALL, frames, profile_of, session_of

# What nobody means, and every JSON decoder lets in.
ODD = (None, [], {"a": None}, "x", -1, 10**400, 1e308, float("nan"), float("inf"))
DEAR = Terms(Tariff({"*": Rate(**dict.fromkeys(PRICES, 1e-300))}))


def misfilled(value):
    """Every way in which one field of an event, however deep, is filled with something odd."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        for odd in chain(ODD, misfilled(inner)):
            others = value.copy()
            others[key] = odd
            yield others


def received(name):
    """A recording's events of the service; of several of one type in a row, the first."""
    before = None
    for direction, event in frames(name):
        if direction == "received" and event["type"] != before:
            before = event["type"]
            yield event


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("client", ["ga", "preview"])
def test_a_field_that_a_service_fills_with_nonsense_does_not_end_the_session(make_bench, name, client):
    events = [*received(name)]
    make = partial(ObservedSession, tell=lambda _fact: None, content=True)
    for place, event in enumerate(events):
        bench = make_bench(profile=profile_of(name), client=client, make=make, terms=DEAR, session=session_of(name))
        for earlier in events[:place]:
            bench.service(Frame(json.dumps(earlier)))
        for odd in misfilled({key: value for key, value in event.items() if key != "type"}):
            bench.service(Frame(json.dumps(odd | {"type": event["type"]})))
            bench.session.next_deadline()
        assert bench.hangups == []
