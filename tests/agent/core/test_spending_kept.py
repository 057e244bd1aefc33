"""What a session has spent, and what it has told its caller of that, goes with it to another process."""

from __future__ import annotations

import pytest

from agent.core.actions import POLICY
from agent.core.usage import Usage
from tests.agent.core.spendthrift import FAREWELL, WARNING, cents, over, said, says_it, spends, states, terms
from tests.agent.core.test_renewal import taken_over


@pytest.fixture
def funded(make_bench):
    return lambda **options: make_bench(terms=terms(**options)).open()


@pytest.fixture
def goes_on(elsewhere):
    """Makes a session go on elsewhere, under terms, with a model."""

    def go(bench, **options):
        other = elsewhere(bench, terms=terms(**options))
        taken_over(other)
        return other

    return go


def test_the_sums_go_on_and_a_part_without_a_price_is_not_forgotten(make_bench, goes_on):
    bench = make_bench(terms=terms(session=9.0)).open()
    spends(bench, 30)
    words = {"usage": {"type": "duration", "seconds": 10}, "transcript": "well?"}
    bench.model("conversation.item.input_audio_transcription.completed", item_id="u1", content_index=0, **words)
    bench.begins("r2")
    bench.ends("r2", usage={"input_tokens": 7, "input_token_details": {"image_tokens": 7}})
    other = goes_on(bench, session=9.0)
    spends(other, 12, "r3")
    account = other.session.account
    assert account.responses == Usage(text_in=42, image_in=7)
    assert account.transcriptions == Usage(seconds=10.0)
    assert (account.count, account.priced, account.cost) == (3, pytest.approx(0.42 + 1.0), None)
    assert len(account.unpriced) == 1
    assert other.seen("extension.usage")[-1]["responses"]["text_in"] == 42


def test_who_was_warned_is_not_warned_again_and_the_end_comes_where_it_would_have_come(funded, goes_on):
    bench = funded()
    spends(bench, 80)
    bench.tick(0)
    says_it(bench, cost=1)
    other = goes_on(bench)
    other.tick(30)
    assert (said(other), states(other)) == ([], [])
    spends(other, 18, "r2")
    other.tick(30)
    assert said(other) == []
    spends(other, 1, "r3")
    other.tick(0)
    assert said(other) == [FAREWELL]


def test_a_warning_that_nobody_had_time_to_say_is_said_there_and_shown_once(funded, goes_on):
    bench = funded()
    bench.begins("r1")
    bench.speaks("r1", ms=3000)
    bench.ends("r1", usage=cents(80))
    bench.tick(1)
    assert (said(bench), states(bench)) == ([], [("session", "warning")])
    other = goes_on(bench)
    other.tick(3)
    assert (said(other), states(other)) == ([WARNING], [])


def test_last_words_that_were_broken_off_are_said_anew_and_then_the_session_ends(funded, goes_on):
    bench = funded()
    spends(bench, 100)
    bench.tick(0)
    assert said(bench) == [FAREWELL]
    other = goes_on(bench)
    other.tick(1)
    assert (said(other)[-1], over(other)) == (FAREWELL, [])
    says_it(other)
    other.tick(30)
    assert over(other) == [(POLICY, "the budget of this conversation is spent")]


@pytest.mark.parametrize(("spent", "words"), [(80, WARNING), (100, FAREWELL)])
def test_nothing_is_said_before_there_is_a_model_again(funded, elsewhere, spent, words):
    bench = funded()
    spends(bench, spent)
    other = elsewhere(bench, terms=terms())
    other.tick(5)
    assert (said(other), over(other)) == ([], [])
    taken_over(other)
    assert (said(other), over(other)) == ([words], [])


def test_beyond_the_last_mark_it_ends_there_without_a_model(funded, elsewhere):
    bench = funded()
    spends(bench, 120)
    other = elsewhere(bench, terms=terms())
    other.tick(0)
    assert over(other) == [(POLICY, "the budget of this conversation is spent")]


def test_the_terms_are_those_of_the_process_where_it_goes_on(funded, goes_on):
    bench = funded(user=1.0)
    spends(bench, 90)
    bench.tick(0)
    other = goes_on(bench, user=1.0, before=(0.95, 0.95))
    other.tick(0)
    assert said(other) == []
    spends(other, 6, "r2")
    other.tick(0)
    assert said(other) == [FAREWELL]
    assert other.session.account.reached == ""


def test_what_is_spent_and_told_is_to_be_written_soon(funded):
    bench = funded()
    spends(bench, 80)
    settled = bench.session.keeping.changes
    bench.tick(0)
    warned = bench.session.keeping.changes
    assert warned > settled
    says_it(bench, cost=1)  # beside the conversation, which does not grow by it
    assert bench.session.keeping.changes > warned


def test_the_language_of_the_callers_words_goes_with_them(make_bench, goes_on):
    bench = make_bench(terms=terms(translate=True)).open()
    words = {"usage": {"type": "tokens"}, "transcript": "wie viel Urlaub habe ich?"}
    bench.model("conversation.item.input_audio_transcription.completed", item_id="u1", content_index=0, **words)
    other = goes_on(bench, translate=True)
    spends(other, 80)
    other.tick(0)
    assert "wie viel Urlaub" in str(other.asides[-1])
