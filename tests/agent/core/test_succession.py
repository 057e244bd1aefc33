"""Stages and times of a successor."""

from __future__ import annotations

import pytest

from agent.core.backoff import Backoff
from agent.core.handover import Dial, DropSuccessor, GiveUp
from agent.core.succession import Policy, Reason, Stage, Succession

POLICY = Policy(Backoff(attempts=3, first=1.0))


@pytest.fixture
def succession():
    return Succession(POLICY, lambda: 1.0)


def make_ready(succession, now):
    for stage in (Stage.GREETING, Stage.CONFIGURING, Stage.SEEDING, Stage.READY):
        succession.reached(stage, now)


def test_a_lost_connection_is_dialled_again_at_once(succession):
    assert succession.want(Reason.LOST, 10.0) == [Dial(1)]
    assert succession.bereft
    assert succession.next_deadline() == 25.0


def test_attempts_that_fail_are_repeated_after_ever_longer_pauses_and_then_given_up_in_words(succession):
    succession.want(Reason.LOST, 0.0)
    assert succession.failed("HTTP 503", 1.0) == [DropSuccessor("HTTP 503")]
    assert succession.next_deadline() == 2.0
    assert succession.handle_timer(1.5) == []
    assert succession.handle_timer(2.0) == [Dial(2)]
    succession.failed("HTTP 503", 3.0)
    assert succession.next_deadline() == 5.0
    assert succession.handle_timer(5.0) == [Dial(3)]
    drop, end = succession.failed("HTTP 503", 6.0)
    assert isinstance(drop, DropSuccessor)
    assert end == GiveUp("the connection to the model was lost and could not be renewed after 3 attempts: HTTP 503")
    assert succession.next_deadline() is None
    assert succession.want(Reason.LOST, 7.0) == succession.failed("late", 8.0) == succession.handle_timer(9.0) == []


def test_a_refusal_that_will_not_change_is_not_repeated(succession):
    succession.want(Reason.LOST, 0.0)
    assert "after 1 attempt: HTTP 401" in succession.failed("HTTP 401", 1.0, final=True)[-1].reason


def test_while_the_old_session_lives_no_failure_ends_it(succession):
    succession.want(Reason.EXPIRING, 0.0)
    now = 0.0
    for _ in range(10):
        assert not any(isinstance(step, GiveUp) for step in succession.failed("HTTP 401", now, final=True))
        now = succession.next_deadline()
        succession.handle_timer(now)
    assert succession.want(Reason.LOST, now) == []
    assert succession.bereft


def test_a_loss_does_not_wait_for_the_pause_of_a_rotation(succession):
    succession.want(Reason.EXPIRING, 0.0)
    succession.failed("HTTP 503", 1.0)
    assert succession.want(Reason.LOST, 1.1) == [Dial(1)]


def test_what_is_already_under_way_is_not_begun_twice(succession):
    succession.want(Reason.LOST, 0.0)
    assert succession.want(Reason.EXPIRED, 1.0) == succession.want(Reason.POISONED, 1.0) == []
    assert succession.reason is Reason.EXPIRED


@pytest.mark.parametrize("stage", [Stage.DIALLING, Stage.GREETING, Stage.CONFIGURING])
def test_a_service_that_does_not_go_on_is_left_after_the_opening_time(succession, stage):
    succession.want(Reason.LOST, 0.0)
    if stage is not Stage.DIALLING:
        succession.reached(stage, 3.0)
    assert succession.next_deadline() == POLICY.opening
    (drop,) = succession.handle_timer(POLICY.opening)
    assert drop.reason == f"the model did not start a session within 15 s: {stage.value}"


def test_acknowledgements_that_do_not_come_are_taken_as_given_after_a_while(succession):
    succession.want(Reason.LOST, 0.0)
    succession.reached(Stage.SEEDING, 1.0)
    assert succession.handle_timer(5.9) == []
    assert succession.stage is Stage.SEEDING
    assert succession.handle_timer(6.0) == []
    assert succession.stage is Stage.READY


def test_a_rotation_waits_for_a_quiet_moment_or_the_hard_margin(succession):
    succession.expires(1000.0 + 1800, 1000.0)
    succession.expires(1000.0 + 1800, 2400.0)
    assert succession.next_deadline() == 2500.0, "told again later, the margin stays what it was"
    assert succession.handle_timer(2499.0) == []
    assert succession.handle_timer(2500.0) == [Dial(1)]
    assert not succession.may_switch(2501.0, quiet=True)
    make_ready(succession, 2501.0)
    assert not succession.may_switch(2600.0, quiet=False)
    assert succession.may_switch(2600.0, quiet=True)
    assert succession.may_switch(2770.0, quiet=False)
    succession.look_again(2600.0)
    assert succession.next_deadline() == 2600.25
    assert succession.handle_timer(2600.25) == []


def test_a_service_that_does_not_tell_its_end_is_not_rotated(succession):
    assert succession.next_deadline() is None
    assert succession.handle_timer(1e9) == []


def test_after_a_loss_nothing_is_waited_for(succession):
    succession.want(Reason.LOST, 0.0)
    make_ready(succession, 1.0)
    assert succession.may_switch(1.0, quiet=False)


def test_a_poisoned_session_is_left_soon_even_if_it_is_never_quiet(succession):
    succession.want(Reason.POISONED, 0.0)
    make_ready(succession, 1.0)
    assert not succession.may_switch(5.9, quiet=False)
    assert succession.may_switch(6.0, quiet=False)


def test_a_new_upstream_that_is_lost_at_once_continues_the_attempts(succession):
    for attempt in (1, 2, 3):
        steps = succession.want(Reason.LOST, 10.0) or succession.handle_timer(succession.next_deadline())
        assert steps == [Dial(attempt)]
        make_ready(succession, 10.0)
        succession.switched(10.0)
    assert "each new one was lost at once" in succession.want(Reason.LOST, 11.0)[0].reason


def test_one_that_has_answered_or_lasted_begins_anew(succession):
    succession.want(Reason.LOST, 0.0)
    succession.switched(1.0)
    succession.proven()
    assert succession.want(Reason.LOST, 2.0) == [Dial(1)]
    succession.switched(3.0)
    assert succession.want(Reason.LOST, 33.0) == [Dial(1)]
