"""Rules of faults: what they may say, and what is said of those that make no sense."""

from __future__ import annotations

import dataclasses

import pytest

from agent.engine.faults import KINDS, Delay, Drop, Error, Expire, FaultError, Faults, Lose, Refuse, Reject


@pytest.mark.parametrize(
    ("make", "key", "message"),
    [
        (lambda: Drop(at=0), "at", "drop: at is 0: give a whole number from 1"),
        (lambda: Drop(at="3"), "at", "drop: at is '3': give a whole number"),
        (lambda: Drop(at=True), "at", "give a whole number"),
        (lambda: Drop(at=3, code=99), "code", "from 1000 to 4999"),
        (lambda: Drop(at=3, session=0), "session", "session is 0"),
        (lambda: Lose(times=0), "times", "times is 0"),
        (lambda: Delay(ms=-1), "ms", "ms is -1"),
        (lambda: Lose(event=""), "event", "event is empty"),
        (lambda: Refuse(status=200), "status", "from 400 to 599"),
        (lambda: Expire(after_s=0), "after_s", "after_s is 0"),
        (lambda: Expire(after_s="1"), "after_s", "give a number"),
        (lambda: Error(code=None), "code", "code is None: give text"),
        (Reject, "field", "give a path that begins with session., response. or item."),
        (lambda: Reject(field="voice"), "field", "'voice'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(make, key, message):
    with pytest.raises(FaultError) as refused:
        make()
    assert refused.value.key == key
    assert message in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_rules_are_frozen_and_told_apart_by_their_values(kind):
    options = {"field": "session.audio"} if kind == "reject" else {}
    rule = KINDS[kind](times=2, **options)
    assert rule == KINDS[kind](times=2, **options) != KINDS[kind](times=3, **options)
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.times = 5


def test_schedules_add_up_in_their_order():
    first, second = Drop(at=3), Lose(times=1)
    assert (Faults(first) + Faults(second)).rules == (first, second)


def test_a_random_schedule_is_decided_by_its_seed():
    assert Faults.random(7) == Faults.random(7) != Faults.random(8)
    assert len(Faults.random(7, count=5).rules) == 5


def test_random_schedules_hold_every_kind_and_always_come_to_an_end():
    rules = [rule for seed in range(300) for rule in Faults.random(seed).rules]
    assert {rule.kind for rule in rules} == set(KINDS)
    assert all(rule.session in {1, 2, 3} for rule in rules)
    # A rule without `times` may only be one that hurts nobody.
    assert {rule.kind for rule in rules if rule.times is None} == {"nameless"}
