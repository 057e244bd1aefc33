"""A session counts what it costs, warns when its budget is nearly spent, and ends politely; through the session."""

from __future__ import annotations

import pytest

from agent.core.actions import POLICY
from agent.core.aside import ASIDE_LOST
from agent.core.spending import A_LETTER, BEHIND, LONGEST_WAIT
from agent.core.state import Phase
from tests.agent.core.spendthrift import FAREWELL, WARNING, cents, over, said, says_it, spends, states, terms


@pytest.fixture
def funded(make_bench):
    """Makes an open session with terms of its spending."""

    def make(*, bench=None, **options):
        return make_bench(terms=terms(**options), **bench or {}).open()

    return make


SPENT = [(POLICY, "the budget of this conversation is spent")]


# ── the warning ──


def test_nobody_is_warned_before_the_mark(funded):
    bench = funded()
    spends(bench, 79)
    bench.tick(30)
    assert states(bench) == said(bench) == []


def test_at_the_mark_the_caller_is_warned_once_by_voice_and_by_event(funded):
    bench = funded()
    spends(bench, 80)
    bench.tick(0)
    assert said(bench) == [WARNING]
    says_it(bench, cost=1)
    spends(bench, 5, "r2")
    bench.tick(30)
    assert (said(bench), states(bench)) == ([WARNING], [("session", "warning")])
    assert over(bench) == []


def test_the_warning_waits_until_what_is_being_said_was_heard(funded):
    bench = funded()
    bench.begins("r1")
    bench.speaks("r1", ms=3000)
    bench.ends("r1", usage=cents(80))
    bench.tick(2.5)
    assert (said(bench), states(bench)) == ([], [("session", "warning")])
    bench.tick(1)
    assert said(bench) == [WARNING]


def test_the_warning_is_not_spoken_into_the_callers_words_and_stops_when_they_speak(funded):
    bench = funded()
    bench.begins("r1")
    bench.user()
    bench.ends("r1", usage=cents(80))
    bench.tick(5)
    assert said(bench) == []
    bench.model("input_audio_buffer.cleared")
    bench.tick(1)
    assert said(bench) == [WARNING]
    bench.aside_begins("a1")
    bench.user()
    assert [event["response_id"] for event in bench.sent("response.cancel")] == ["a1"]


def test_a_caller_who_never_falls_silent_is_warned_no_more_once_the_budget_is_spent(funded):
    bench = funded()
    bench.user()
    spends(bench, 80)
    bench.tick(1)
    spends(bench, 20, "r2")
    bench.model("input_audio_buffer.cleared")
    bench.tick(1)
    assert said(bench) == [FAREWELL]


def test_a_warning_that_spends_the_rest_is_heard_before_the_last_words(funded):
    bench = funded()
    spends(bench, 80)
    bench.tick(0)
    says_it(bench, ms=3000, cost=25)
    bench.tick(2.5)
    assert said(bench) == [WARNING]
    bench.tick(1)
    assert said(bench) == [WARNING, FAREWELL]


# ── the end ──


def test_a_spent_budget_is_said_and_heard_before_the_session_ends(funded):
    bench = funded()
    spends(bench, 100)
    bench.tick(0)
    assert said(bench) == [FAREWELL]
    says_it(bench, ms=2000, cost=15)
    bench.tick(2 + BEHIND - 0.1)
    assert over(bench) == []
    bench.tick(0.2)
    assert over(bench) == SPENT
    assert states(bench) == [("session", "reached")]
    assert [event["error"]["code"] for event in bench.seen("error")] == ["budget_reached"]
    assert bench.session.phase is Phase.CLOSED
    assert bench.session.account.reached == "session"


def test_a_tool_that_runs_is_waited_for_and_its_output_told_before_the_end(funded):
    """Nothing is lost: the answer that the caller has paid for is given."""
    bench = funded()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", usage=cents(100))
    bench.tick(19)
    assert (said(bench), over(bench)) == ([], [])
    bench.finish("c1", "thirty days")
    assert bench.outputs == {"c1": "thirty days"}
    assert len(bench.creates) == 1
    bench.begins("r2")
    bench.speaks("r2", ms=1000)
    bench.ends("r2", usage=cents(10))
    bench.tick(2)
    assert said(bench) == [FAREWELL]


def test_a_tool_without_a_time_limit_holds_the_end_for_as_long_as_it_runs(funded):
    bench = funded(bench={"timeouts": {"search": None}})
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", usage=cents(100))
    bench.tick(LONGEST_WAIT * 3)
    assert over(bench) == []
    bench.finish("c1")
    assert "c1" in bench.outputs


def test_beyond_the_last_mark_the_session_ends_at_once_and_a_running_tool_is_stopped(funded):
    bench = funded()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", usage=cents(120))
    bench.tick(0)
    assert (over(bench), bench.cancelled, said(bench)) == (SPENT, ["c1"], [])


def test_beyond_the_last_mark_what_was_paid_for_is_still_heard_but_nothing_new_begins(funded):
    bench = funded()
    bench.begins("r1")
    bench.speaks("r1", ms=3000)
    bench.ends("r1", usage=cents(120))
    bench.tick(2)
    assert over(bench) == []
    bench.user()
    bench.tick(0.3)
    assert over(bench) == SPENT


def test_last_words_that_are_dearer_than_the_last_mark_are_heard_all_the_same(funded):
    bench = funded()
    spends(bench, 100)
    bench.tick(0)
    says_it(bench, ms=2000, cost=50)
    bench.tick(1.5)
    assert over(bench) == []
    bench.tick(2)
    assert over(bench) == SPENT


def test_a_caller_who_speaks_into_the_last_words_is_answered_before_the_end(funded):
    bench = funded()
    spends(bench, 100)
    bench.tick(0)
    bench.aside_begins("a1")
    bench.user()
    bench.ends("a1", conversation_id=None, status="cancelled")
    bench.user(stops=True)
    bench.begins("r2")
    bench.tick(5)
    assert over(bench) == []
    bench.speaks("r2", ms=1000)
    bench.ends("r2", usage=cents(5))
    bench.tick(0.5)
    assert over(bench) == []
    bench.tick(2)
    assert over(bench) == SPENT


@pytest.mark.parametrize("happens", ["lost", "refused"])
def test_last_words_that_the_service_does_not_say_do_not_keep_the_session_open(funded, happens):
    bench = funded()
    spends(bench, 100)
    bench.tick(0)
    if happens == "refused":
        bench.error("invalid_value", bench.asides[0]["event_id"])
    bench.tick(ASIDE_LOST + len(FAREWELL) * A_LETTER + BEHIND + 0.5)
    assert over(bench) == SPENT


def test_a_room_that_never_falls_silent_is_left_after_a_while(funded):
    bench = funded()
    bench.user()
    spends(bench, 100)
    bench.tick(LONGEST_WAIT - 1)
    assert over(bench) == []
    bench.tick(2)
    assert over(bench) == SPENT


def test_a_stock_client_is_told_by_voice_by_an_error_and_by_the_close(funded):
    bench = funded(bench={"extensions": False})
    spends(bench, 100)
    bench.tick(0)
    says_it(bench)
    bench.tick(5)
    assert not [frame for frame in bench.client if frame.type.startswith("extension.")]
    assert bench.seen("error")[0]["error"]["message"] == SPENT[0][1]
    assert over(bench) == SPENT


# ── user and day ──


@pytest.mark.parametrize(
    ("limits", "scope", "words"),
    [
        ({"user": 1.0, "day": 99.0}, "user", "your budget for today is spent"),
        ({"day": 1.0}, "day", "the assistant's budget for today is spent"),
    ],
)
def test_what_was_spent_before_the_session_counts_for_user_and_day(funded, limits, scope, words):
    bench = funded(before=(0.9, 0.9), **limits)
    spends(bench, 10)
    bench.tick(0)
    says_it(bench)
    bench.tick(5)
    assert states(bench) == [(scope, "reached")]
    assert over(bench) == [(POLICY, words)]


def test_what_others_spend_meanwhile_ends_the_session_too(funded):
    bench = funded(day=1.0)
    spends(bench, 1)
    bench.session.learn(user=0.01, day=1.05, now=bench.now)
    bench.tick(0)
    assert said(bench) == [FAREWELL]


def test_a_new_day_that_begins_before_the_last_words_saves_the_session(funded):
    bench = funded(day=1.0)
    bench.user()
    spends(bench, 100)
    bench.tick(1)
    bench.session.learn(user=0.0, day=0.01, now=bench.now)
    bench.tick(LONGEST_WAIT * 2)
    bench.model("input_audio_buffer.cleared")
    bench.tick(1)
    assert said(bench) == over(bench) == []


# ── in whose language ──


def test_where_the_model_speaks_any_language_the_sentences_are_said_in_the_callers(funded):
    bench = funded(translate=True)
    spoken = {"item_id": "u1", "transcript": 'Wie viel "Urlaub" habe ich?'}
    bench.model("conversation.item.input_audio_transcription.completed", **spoken)
    spends(bench, 80)
    bench.tick(0)
    [asked] = bench.asides
    told = asked["response"]["instructions"]
    assert '"Wie viel \\"Urlaub\\" habe ich?"' in told
    assert told.endswith(WARNING)


def test_before_the_caller_has_said_anything_the_sentence_stands_as_it_is(funded):
    bench = funded(translate=True)
    spends(bench, 80)
    bench.tick(0)
    assert said(bench) == [WARNING]
