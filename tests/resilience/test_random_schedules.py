"""Whatever fails, and whenever: the conversation is whole at the end, and every tool has run once."""

from __future__ import annotations

import pytest

from tests.resilience.service import Nature
from tests.resilience.verdict import complaints
from tests.resilience.world import World

SCHEDULES, AT_ONCE = 300, 25


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_over_random_faults_nothing_is_lost_doubled_reordered_or_stuck(first):
    for seed in range(first, first + AT_ONCE):
        assert complaints(World(seed).run()) == [], f"seed {seed}"


def test_the_schedules_hold_many_successions_of_every_kind():
    reasons = set()
    switches = 0
    for seed in range(40):
        shell = World(seed).run().shell
        switches += shell.switches
        reasons |= {event["reason"] for event in shell.seen if event["type"] == "extension.reconnected"}
    assert switches > 40
    assert reasons >= {"lost", "expiring", "poisoned"}


def test_a_session_that_expires_again_and_again_is_left_each_time_before_it_ends():
    world = World(1, [Nature(expires=15.0) for _ in range(20)], dial_failures=0.0).run()
    assert complaints(world) == []
    gaps = [event["gap_ms"] for event in world.shell.seen if event["type"] == "extension.reconnected"]
    assert len(gaps) >= 2
    assert set(gaps) == {0}


def test_without_faults_nothing_is_ever_dialled():
    world = World(2, []).run()
    assert complaints(world) == []
    assert len(world.services) == 1


def test_a_service_that_is_gone_for_good_is_given_up_in_words():
    world = World(3, [Nature(dies=5.0)], dial_failures=1.0).run()
    assert "could not be renewed after 12 attempts: HTTP 503" in world.shell.given_up
