"""When something is looked up ahead, through the session: on what words, how often, and when no more."""

from __future__ import annotations

import json

import pytest

from agent.core.actions import Speculate
from agent.core.frames import Frame
from agent.core.speculating import BETWEEN, COMPLETED, DELTA, LONGEST, MOST, MOST_MISSES, REST


@pytest.fixture
def ahead(make_bench):
    """A session whose search tool may be run ahead."""
    return make_bench(speculative=frozenset({"search"})).open()


def starts(bench, item="u1"):
    bench.model("input_audio_buffer.speech_started", item_id=item, audio_start_ms=0)


def hears(bench, delta, item="u1"):
    return bench.model(DELTA, item_id=item, content_index=0, delta=delta)


def commits(bench, item="u1"):
    bench.model("input_audio_buffer.committed", item_id=item, previous_item_id=None)


def knows(bench, transcript, item="u1"):
    return bench.model(COMPLETED, item_id=item, content_index=0, transcript=transcript)


def says(bench, text, item="u1"):
    """A whole turn, understood at its last pause."""
    starts(bench, item)
    hears(bench, text, item)
    commits(bench, item)
    knows(bench, f"{text}?", item)


def test_it_begins_while_the_user_still_speaks(ahead):
    starts(ahead)
    hears(ahead, "How much leave")
    assert ahead.ahead == ["How much leave"]


def test_what_the_client_sees_is_the_same_frame_with_it_or_without(ahead, bench):
    frame = Frame(json.dumps({"type": DELTA, "item_id": "u1", "content_index": 0, "delta": "How much leave"}))
    for each in (ahead, bench):
        starts(each)
        each.service(frame)
        assert each.client[-1] is frame


def test_without_tools_that_may_be_run_ahead_nothing_is(bench):
    says(bench, "How much leave do I get")
    assert bench.ahead == []


def test_pieces_add_up_and_later_ones_wait_their_turn(ahead):
    starts(ahead)
    for piece in ("How much", " leave", " do I", " get"):
        hears(ahead, piece)
    assert ahead.ahead == ["How much"]
    ahead.tick(BETWEEN)
    assert ahead.ahead == ["How much", "How much leave do I get"]


def test_a_timer_that_rings_for_something_else_begins_nothing(ahead):
    ahead.take(ahead.session.handle_timer(0.1))
    starts(ahead)
    hears(ahead, "How much leave")
    hears(ahead, " do I get")
    ahead.take(ahead.session.handle_timer(BETWEEN / 2))
    assert ahead.ahead == ["How much leave"]


def test_a_piece_after_a_while_need_not_wait(ahead):
    starts(ahead)
    hears(ahead, "How much leave")
    ahead.tick(BETWEEN)
    hears(ahead, " do I get")
    assert ahead.ahead == ["How much leave", "How much leave do I get"]


def test_one_word_is_not_worth_a_search(ahead):
    starts(ahead)
    hears(ahead, "How")
    assert ahead.ahead == []


@pytest.mark.parametrize("more", ["?", "...", " ", "  \n"])
def test_a_closing_mark_says_nothing_new(ahead, more):
    starts(ahead)
    hears(ahead, "How much leave")
    ahead.tick(1)
    hears(ahead, more)
    ahead.tick(1)
    assert ahead.ahead == ["How much leave"]


def test_a_whole_transcript_that_says_no_more_begins_nothing(ahead):
    says(ahead, "How much leave do I get")
    assert ahead.ahead == ["How much leave do I get"]


def test_a_whole_transcript_that_says_more_takes_the_place_of_the_part(ahead):
    starts(ahead)
    hears(ahead, "How much leave")
    commits(ahead)
    knows(ahead, "How much leave do I get?")
    assert ahead.ahead == ["How much leave", "How much leave do I get?"]


def test_a_service_that_transcribes_after_the_turn_costs_one_search(ahead):
    starts(ahead)
    commits(ahead)
    for piece in ("How much", " leave", " do I get?"):
        hears(ahead, piece)
        ahead.tick(BETWEEN)
    assert ahead.ahead == []
    knows(ahead, "How much leave do I get?")
    assert ahead.ahead == ["How much leave do I get?"]


def test_what_waited_is_given_up_when_the_turn_ends(ahead):
    starts(ahead)
    hears(ahead, "How much leave")
    hears(ahead, " do I")
    commits(ahead)
    ahead.tick(1)
    assert ahead.ahead == ["How much leave"]


def test_a_turn_begins_only_so_many_and_keeps_the_last_for_the_whole(ahead):
    starts(ahead)
    for number in range(10):
        hears(ahead, f"and then {number} ")
        ahead.tick(BETWEEN)
    assert len(ahead.ahead) == MOST - 1
    commits(ahead)
    knows(ahead, "Something else entirely")
    assert len(ahead.ahead) == MOST
    knows(ahead, "And something else again")
    assert len(ahead.ahead) == MOST


def test_a_speech_is_no_query(ahead):
    starts(ahead)
    for _ in range(5):
        hears(ahead, "word " * (LONGEST // 5))
        ahead.tick(BETWEEN)
    commits(ahead)
    knows(ahead, "word " * LONGEST)
    assert len(ahead.ahead) <= 1


@pytest.mark.parametrize("answer", ["call", "message", "end"])
def test_nothing_begins_once_the_model_has_called_or_answered(ahead, answer):
    starts(ahead)
    commits(ahead)
    ahead.begins("r1")
    if answer == "call":
        ahead.calls("r1", "c1")
    elif answer == "message":
        ahead.speaks("r1")
    else:
        ahead.ends("r1", status="failed")
    knows(ahead, "How much leave do I get?")
    assert ahead.ahead == []


def test_the_end_of_an_answer_that_was_broken_into_is_not_the_answer_to_this_turn(ahead):
    ahead.begins("r1")
    starts(ahead)
    ahead.ends("r1", status="cancelled")
    hears(ahead, "How much leave")
    assert ahead.ahead == ["How much leave"]


def test_the_next_turn_drops_what_was_found_for_the_last_one(ahead):
    says(ahead, "How much leave do I get")
    starts(ahead, "u2")
    assert ahead.ahead == ["How much leave do I get", None]
    starts(ahead, "u3")
    assert len(ahead.ahead) == 2


def test_the_late_transcript_of_a_turn_before_begins_nothing(ahead):
    starts(ahead)
    commits(ahead)
    starts(ahead, "u2")
    hears(ahead, "How much leave")
    knows(ahead, "How much leave do I get?")
    assert ahead.ahead == []


def test_a_turn_that_the_client_commits_itself_begins_with_its_transcript(ahead):
    for number in (1, 2):
        commits(ahead, f"u{number}")
        knows(ahead, f"Question number {number}", f"u{number}")
    assert ahead.ahead == ["Question number 1", None, "Question number 2"]


def test_a_service_that_names_no_item_when_speech_starts_is_understood_all_the_same(ahead):
    ahead.model("input_audio_buffer.speech_started")
    hears(ahead, "How much leave")
    assert ahead.ahead == ["How much leave"]


def turn(bench, number, **result):
    """A turn whose search is asked for and ends so."""
    says(bench, f"How much leave in year {number}", f"u{number}")
    bench.begins(f"r{number}")
    bench.calls(f"r{number}", f"c{number}")
    bench.finish(f"c{number}", **result)
    bench.ends(f"r{number}")


def begun(bench):
    return sum(text is not None for text in bench.ahead)


def test_a_model_that_asks_in_words_of_its_own_is_left_alone_for_some_turns(ahead):
    for number in range(MOST_MISSES + REST - 1):
        turn(ahead, number)
    assert begun(ahead) == MOST_MISSES
    for number in range(100, 100 + MOST_MISSES + 1):
        turn(ahead, number)
    assert begun(ahead) == 2 * MOST_MISSES


@pytest.mark.parametrize("other", [{"speculated": True}, {"ok": False, "error": "tool_error"}])
def test_one_that_agrees_now_and_then_or_fails_is_not(ahead, other):
    for number in range(30):
        turn(ahead, number, **(other if other.get("ok") is False or number % MOST_MISSES == 0 else {}))
    assert begun(ahead) == 30


def test_calls_of_other_tools_tell_nothing_of_how_it_asks(ahead):
    for number in range(30):
        says(ahead, f"How much leave in year {number}", f"u{number}")
        ahead.begins(f"r{number}")
        ahead.calls(f"r{number}", f"c{number}", tool="weather")
        ahead.finish(f"c{number}")
        ahead.ends(f"r{number}")
    assert begun(ahead) == 30


def test_the_client_is_told_of_a_result_that_was_there_before_it_was_asked_for(ahead):
    turn(ahead, 1, speculated=True)
    turn(ahead, 2)
    told = ahead.seen("extension.call.finished")
    assert [each.get("speculated") for each in told] == [True, None]


def test_it_is_an_action_with_the_words_and_nothing_of_the_model_or_the_client(ahead):
    starts(ahead)
    (action,) = [each for each in hears(ahead, " How much leave ") if isinstance(each, Speculate)]
    assert action == Speculate("How much leave")
