"""How far a session's budgets have come, and which is the nearest to its end."""

from __future__ import annotations

import pytest

from agent.core.budget import Limits, Purse, Scope, Stage


@pytest.mark.parametrize(
    ("spent", "stage"),
    [(0.0, 0), (0.79, 0), (0.8, 1), (0.99, 1), (1.0, 2), (1.19, 2), (1.2, 3), (50.0, 3)],
)
def test_a_budget_passes_its_marks_one_after_the_other(spent, stage):
    purse = Purse(Limits(session=1.0))
    purse.spend(spent)
    assert purse.standing() == (Stage(stage), Scope.SESSION)


def test_a_share_that_falls_short_by_the_rounding_of_a_sum_has_reached_its_mark():
    purse = Purse(Limits(session=0.4))
    for _ in range(32):
        purse.spend(0.01)
    assert purse.standing()[0] is Stage.WARN


def test_without_a_limit_nothing_is_ever_too_much():
    purse = Purse(Limits())
    purse.spend(1e9)
    assert purse.standing()[0] is Stage.WITHIN
    assert not Limits().any


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_has_its_own_limit(scope):
    limits = Limits(**{scope.value: 1.0})
    purse = Purse(limits)
    purse.spend(1.0)
    assert purse.standing() == (Stage.REACHED, scope)
    assert limits.any


def test_what_was_spent_before_counts_for_user_and_day_but_not_for_the_session():
    purse = Purse(Limits(session=1.0, user=1.0, day=2.0), user=0.9, day=1.0)
    assert purse.standing() == (Stage.WARN, Scope.USER)
    purse.spend(0.1)
    assert purse.standing() == (Stage.REACHED, Scope.USER)


def test_what_the_ledger_says_takes_the_place_of_what_was_reckoned():
    purse = Purse(Limits(user=1.0, day=10.0))
    purse.spend(0.5)
    purse.learn(user=0.5, day=12.0)
    assert purse.standing() == (Stage.EXCEEDED, Scope.DAY)
    purse.learn(user=0.0, day=0.0)  # a new day
    assert purse.standing()[0] is Stage.WITHIN


def test_a_warning_can_be_turned_off():
    purse = Purse(Limits(session=1.0, warn_at=1.0))
    purse.spend(0.99)
    assert purse.standing()[0] is Stage.WITHIN
    purse.spend(0.01)
    assert purse.standing()[0] is Stage.REACHED
