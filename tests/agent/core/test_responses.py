"""One owner of `response.create`: every race in which two could be sent, none, or one too early."""

from __future__ import annotations

import pytest

from agent.core.frames import Frame
from agent.core.responses import (
    AWAITED_RESPONSE,
    LONGEST_HOLD,
    LONGEST_SPEECH,
    REQUEST_LOST,
    RETRY_AFTER_REFUSAL,
    Responses,
)

OURS = Frame.of({"type": "response.create", "event_id": "vocative_1"})
LATER = Frame.of({"type": "response.create", "event_id": "vocative_2"})
THEIRS = Frame.of({"type": "response.create", "event_id": "theirs", "response": {"metadata": {"a": "b"}}})


@pytest.fixture
def responses():
    return Responses()


def test_a_request_goes_out_at_once_when_nobody_speaks(responses):
    assert responses.want(OURS, 0) == [OURS]
    assert responses.requested
    assert not responses.wanted


def test_two_requests_are_never_in_flight_together(responses):
    """Trap openai-agents-python PR#3405: parallel tools race response.create."""
    responses.want(OURS, 0)
    assert responses.want(LATER, 1) == []
    assert responses.wanted


def test_a_request_waits_for_the_end_of_the_active_response(responses):
    """Trap VoiceRAG 6: response.create is sent blindly."""
    responses.created("r1")
    assert responses.want(OURS, 0) == []
    assert responses.done("r1", 1) == [OURS]


def test_a_request_waits_while_the_user_speaks_and_goes_when_no_response_follows(responses):
    responses.speech_started(0)
    assert responses.want(OURS, 0) == []
    assert responses.speech_stopped(1, response_follows=False) == [OURS]


def test_a_held_request_is_satisfied_by_the_response_that_voice_activity_creates(responses):
    responses.speech_started(0)
    responses.want(OURS, 0)
    assert responses.speech_stopped(1, response_follows=True) == []
    responses.created("r1")
    assert responses.done("r1", 2) == []


def test_a_voice_response_that_never_comes_is_not_awaited_for_ever(responses):
    responses.speech_started(0)
    responses.want(OURS, 0)
    responses.speech_stopped(1, response_follows=True)
    assert responses.next_deadline() == 1 + AWAITED_RESPONSE
    assert responses.overdue(1 + AWAITED_RESPONSE) == [OURS]


def test_a_response_that_began_before_an_output_stood_in_the_conversation_does_not_satisfy(responses):
    """The call's output crossed the voice response on the wire: the model answered without it."""
    responses.item_placed(None)
    responses.speech_started(0)
    responses.output_sent("c1")
    responses.want(OURS, 0)
    responses.speech_stopped(0, response_follows=True)
    responses.created("voice")
    responses.item_placed("c1")
    assert responses.done("voice", 1) == [OURS]


def test_a_response_that_began_after_the_output_was_placed_satisfies(responses):
    responses.output_sent("c0")  # before the service showed that it announces items: not waited for
    responses.item_placed(None)
    responses.speech_started(0)
    responses.output_sent("c1")
    responses.want(OURS, 0)
    responses.item_placed("c1")
    responses.created("voice")
    assert responses.done("voice", 1) == []


def test_a_request_that_voice_activity_overtook_stays_in_flight_until_refused(responses):
    """Trap livekit/agents#2064 and PR#3405: refused with an event id, after the other response was seen to begin."""
    responses.item_placed(None)
    responses.output_sent("c1")
    responses.want(OURS, 0)
    responses.created("voice")
    responses.item_placed("c1")
    assert responses.in_flight("vocative_1")
    responses.refused(0.1)
    assert responses.done("voice", 1) == [OURS]


def test_a_request_that_was_overtaken_and_not_refused_is_still_on_its_way(responses):
    responses.item_placed(None)
    responses.output_sent("c1")
    responses.want(OURS, 0)
    responses.created("voice")
    responses.item_placed("c1")
    assert responses.want(LATER, 0.5) == []
    assert responses.done("voice", 1) == []
    responses.created("answer")
    assert responses.done("answer", 2) == [LATER]


def test_a_service_that_never_announces_outputs_is_not_asked_twice(responses):
    """Trap livekit/agents#6411: answered twice."""
    responses.item_placed(None)
    responses.output_sent("c1")
    responses.want(OURS, 0)
    responses.created("answer")
    assert responses.done("answer", 1) == []
    assert not responses.requested
    assert responses.next_deadline() is None


def test_what_was_wanted_after_our_request_had_gone_is_asked_for_again(responses):
    responses.want(OURS, 0)
    responses.want(LATER, 0)
    responses.created("r1")
    assert responses.done("r1", 1) == [LATER]


@pytest.mark.parametrize(("first", "second", "kept"), [(OURS, THEIRS, THEIRS), (THEIRS, OURS, THEIRS)])
def test_the_clients_request_wins_over_a_bare_one(responses, first, second, kept):
    responses.created("r1")
    for request in (first, second):
        responses.want(request, 0, override=request is THEIRS)
    assert responses.done("r1", 1) == [kept]


@pytest.mark.parametrize(("flying", "held", "kept"), [(THEIRS, OURS, THEIRS), (OURS, THEIRS, THEIRS)])
def test_a_refused_request_and_a_held_one_become_one_with_the_clients_overrides(responses, flying, held, kept):
    responses.want(flying, 0)
    responses.want(held, 0)
    responses.refused(0)
    assert responses.overdue(RETRY_AFTER_REFUSAL) == [kept]
    responses.created("r1")
    assert responses.done("r1", 9) == []


def test_a_refusal_where_no_response_is_known_is_tried_again_soon(responses):
    responses.want(OURS, 0)
    responses.refused(0)
    assert responses.next_deadline() == RETRY_AFTER_REFUSAL
    assert responses.overdue(RETRY_AFTER_REFUSAL) == [OURS]


def test_the_end_of_a_response_that_we_never_saw_begin_releases_a_refused_request(responses):
    responses.want(OURS, 0)
    responses.refused(0)
    assert responses.done("unseen", 0.5) == [OURS]


def test_the_end_of_a_response_that_we_never_saw_begin_answers_the_request_in_flight(responses):
    """A lost response.created must not make the model answer twice."""
    responses.want(OURS, 0)
    assert responses.done("r1", 1) == []
    assert not responses.requested
    assert responses.next_deadline() is None


def test_a_second_response_done_of_the_same_response_changes_nothing(responses):
    responses.created("r1")
    responses.want(OURS, 0)
    assert responses.done("r1", 1) == [OURS]
    assert responses.done("r1", 1) == []
    assert responses.requested


def test_a_late_end_of_an_earlier_response_does_not_end_the_active_one(responses):
    responses.created("r1")
    responses.created("r2")
    responses.want(OURS, 0)
    assert responses.done("r1", 1) == []
    assert responses.active_id == "r2"


def test_a_lost_request_of_ours_is_repeated_once_and_not_for_ever(responses):
    responses.want(OURS, 0)
    assert responses.overdue(REQUEST_LOST) == [OURS]
    assert responses.overdue(2 * REQUEST_LOST) == []
    assert responses.next_deadline() is None
    assert responses.want(LATER, 30) == [LATER]


def test_a_lost_request_of_the_clients_is_the_clients_to_repeat(responses):
    responses.want(THEIRS, 0, override=True)
    assert responses.overdue(REQUEST_LOST) == []
    assert responses.want(OURS, 11) == [OURS]


def test_a_lost_response_done_does_not_hold_the_next_request_for_ever(responses):
    responses.created("r1")
    responses.want(OURS, 0)
    assert responses.overdue(LONGEST_HOLD - 1) == []
    assert responses.overdue(LONGEST_HOLD) == [OURS]
    assert responses.active_id == "r1"  # it may be slow, and then a barge-in must still find it


def test_asking_too_early_after_a_long_response_is_a_delay(responses):
    responses.created("r1")
    responses.want(OURS, 0)
    responses.overdue(LONGEST_HOLD)
    responses.refused(LONGEST_HOLD)
    assert responses.done("r1", 30) == [OURS]


def test_a_rejected_request_frees_the_way_for_the_next(responses):
    responses.want(THEIRS, 0, override=True)
    responses.want(OURS, 0)
    assert responses.rejected(1) == [OURS]


def test_a_rejected_request_does_not_forget_that_a_voice_response_is_awaited(responses):
    responses.want(THEIRS, 0, override=True)
    responses.want(OURS, 0)
    responses.speech_started(0)
    responses.speech_stopped(0, response_follows=True)
    assert responses.rejected(1) == []
    assert responses.next_deadline() == AWAITED_RESPONSE


def test_a_user_who_never_stops_does_not_hold_a_request_for_ever(responses):
    responses.speech_started(0)
    responses.want(OURS, 0)
    sent = [responses.overdue(float(second)) for second in range(int(LONGEST_SPEECH) + 1)]
    assert sent[-1] == [OURS]
    assert not any(sent[:-1])


def test_a_repeated_speech_stopped_does_not_prolong_the_wait(responses):
    responses.speech_started(0)
    responses.speech_stopped(0, response_follows=True)
    responses.speech_stopped(1.5, response_follows=True)
    assert responses.next_deadline() == AWAITED_RESPONSE


def test_a_withdrawn_request_is_not_sent(responses):
    responses.created("r1")
    responses.want(OURS, 0)
    assert responses.withdraw() is OURS
    assert responses.withdraw() is None
    assert responses.done("r1", 1) == []
