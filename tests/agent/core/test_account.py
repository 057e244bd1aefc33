"""The sums of one session."""

from __future__ import annotations

import pytest

from agent.core.account import Account
from agent.core.rates import Rate
from agent.core.usage import Usage

RATE = Rate(text_in=1.0, text_out=2.0, minute=6.0)


def test_responses_and_transcriptions_are_summed_apart_and_cost_together():
    account = Account()
    assert account.respond(Usage(text_in=1_000_000), "m", RATE) == (1.0, True)
    assert account.respond(Usage(text_out=1_000_000), "m", RATE) == (2.0, True)
    assert account.transcribe(Usage(seconds=10), "t", RATE) == (1.0, True)
    assert account.responses == Usage(text_in=1_000_000, text_out=1_000_000)
    assert account.transcriptions == Usage(seconds=10)
    assert (account.count, account.cost) == (2, pytest.approx(4.0))


def test_with_a_part_that_has_no_price_no_sum_is_told_but_what_has_one_is_known():
    account = Account()
    account.respond(Usage(text_in=1_000_000), "m", RATE)
    assert account.respond(Usage(text_in=5), "new", None) == (0.0, False)
    account.respond(Usage(text_in=5), "new", None)
    assert account.respond(Usage(audio_out=5), "m", RATE) == (0.0, False)
    assert (account.cost, account.priced, account.unpriced) == (None, 1.0, ["new", "m"])
    assert account.responses == Usage(text_in=1_000_010, audio_out=5)
