"""Shedding: it begins when all suffers, not at one long pause, and ends only when there is room to spare."""

from __future__ import annotations

import pytest

from agent.door.admissions import MOST_RETURNING, Admissions
from agent.door.limits import Limits
from agent.door.refusal import TurnedAway
from agent.door.shedding import LAG, MEMORY, READINGS, Shedding


def lagging(seconds, shedding=None, limit=0.2):
    shedding = shedding or Shedding(limit)
    for _ in range(READINGS):
        shedding.lagged(seconds)
    return shedding


@pytest.mark.parametrize(("seconds", "reason"), [(0.0, None), (0.19, None), (0.2, LAG), (5.0, LAG)])
def test_a_loop_that_is_late_all_the_time_lets_nobody_in(seconds, reason):
    assert lagging(seconds).reason == reason


def test_a_long_pause_alone_is_no_overload():
    shedding = lagging(0.001)
    shedding.lagged(30.0)
    assert shedding.reason is None


def test_nothing_is_decided_before_there_are_readings_enough():
    shedding = Shedding(0.2)
    for _ in range(READINGS - 1):
        shedding.lagged(1.0)
    assert shedding.reason is None


def test_without_a_limit_the_lag_does_not_count():
    assert lagging(10.0, limit=0.0).reason is None


def test_it_ends_only_well_below_the_mark_at_which_it_began():
    shedding = lagging(0.3)
    assert lagging(0.15, shedding).reason == LAG
    assert lagging(0.1, shedding).reason is None
    assert lagging(0.15, shedding).reason is None


def test_memory_has_two_marks_as_well():
    shedding = Shedding()
    shedding.used(99, 100)
    assert shedding.reason is None
    shedding.used(100, 100)
    assert shedding.reason == MEMORY
    shedding.used(91, 100)
    assert shedding.reason == MEMORY
    shedding.used(90, 100)
    assert shedding.reason is None


def test_one_reason_may_end_while_the_other_lasts():
    shedding = lagging(0.3)
    shedding.used(2, 1)
    assert shedding.reason == LAG
    assert lagging(0.0, shedding).reason == MEMORY
    shedding.used(0, 1)
    assert shedding.reason is None


def test_while_it_lasts_new_sessions_are_refused_and_lost_ones_may_come_back():
    admissions = Admissions(Limits(lag_s=0.2))
    admissions.enter(None)
    lagging(1.0, admissions.shedding)
    assert admissions.busy == LAG
    with pytest.raises(TurnedAway) as refused:
        admissions.enter(None)
    no = refused.value.refusal
    assert (no.status, no.close_code, no.code, no.retry_after) == (503, 1013, "server_busy", 5)
    admissions.enter(None, returning=True)
    assert admissions.count == 2


def test_whoever_comes_back_finds_a_place_in_a_full_house_and_in_one_that_is_about_to_close():
    admissions = Admissions(Limits(sessions=2))
    for _ in range(2):
        admissions.enter(None)
    for _ in range(MOST_RETURNING):
        admissions.enter(None, returning=True)
    with pytest.raises(TurnedAway, match="fully occupied"):
        admissions.enter(None, returning=True)
    draining = Admissions(Limits())
    draining.drain(0.0, 60.0)
    draining.enter(None, returning=True)
    assert draining.count == 1
