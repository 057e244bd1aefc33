"""What a model's tokens and minutes cost, and under which name its price is found."""

from __future__ import annotations

import pytest

from agent.core.rates import ANY, FREE, KINDS, Rate, Tariff
from agent.core.usage import Usage

RATE = Rate(1, 2, 3, 4, 5, 6, 7, 8, minute=9)


@pytest.mark.parametrize(("kind", "price"), [*zip(KINDS, range(1, 9), strict=True)])
def test_a_million_tokens_of_a_kind_cost_what_stands_there(kind, price):
    assert RATE.cost(Usage(**{kind: 1_000_000})) == (price, True)


def test_sound_that_is_billed_by_its_length_costs_by_the_minute():
    assert RATE.cost(Usage(seconds=90)) == (13.5, True)


def test_a_response_costs_the_sum_of_its_kinds():
    cost, whole = RATE.cost(Usage(text_in=1000, cached_audio_in=2000, audio_out=500))
    assert (cost, whole) == (pytest.approx(0.015), True)


@pytest.mark.parametrize("used", [Usage(text_in=10, audio_out=1), Usage(text_in=10, seconds=1)])
def test_what_has_no_price_is_left_out_of_the_sum_and_that_is_told(used):
    assert Rate(text_in=1.0).cost(used) == (pytest.approx(0.00001), False)


def test_a_price_is_found_for_a_snapshot_and_for_a_kind_of_deployment_but_not_for_another_model():
    tariff = Tariff({"gpt-realtime": RATE})
    for name in ("gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-global-standard"):
        assert tariff.rate([name]) is RATE
    for name in ("gpt-realtime-mini", "gpt-realtime-2.1", "", "GPT"):
        assert tariff.rate([name]) is None


def test_the_operators_list_goes_before_ours_whatever_name_it_knows_the_model_by():
    ours, theirs = Rate(text_in=1.0), Rate(text_in=2.0)
    assert Tariff({"mine": theirs}, {"gpt-realtime": ours}).rate(["gpt-realtime", "mine"]) is theirs
    assert Tariff({ANY: theirs}, {"gpt-realtime": ours}).rate(["gpt-realtime"]) is theirs
    assert Tariff({"other": theirs}, {"gpt-realtime": ours, ANY: FREE}).rate(["gpt-realtime"]) is ours
    assert Tariff({"other": theirs}, {ANY: FREE}).rate([""]) is FREE
