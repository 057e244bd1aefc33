"""Turns as an observer tells of them: their stages, and what became of them."""

from __future__ import annotations

import pytest

from agent.core.facts import (
    BargedIn,
    ResponseEnded,
    Stage,
    Transcribed,
    TurnBegan,
    TurnEnded,
)
from tests.agent.core.conftest import call_item
from tests.agent.core.watching import Watched, spans

SAID = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "leave?"}]}


@pytest.fixture
def bench():
    return Watched().open()


def test_the_stages_of_a_spoken_turn_follow_one_another_and_are_the_whole_of_it(bench):
    bench.asks()
    bench.now = 2.2
    bench.transcribes()
    bench.now = 2.3
    bench.begins("r1")
    bench.now = 2.6
    bench.calls("r1", "c1")
    bench.ends("r1", call_item("c1"))
    bench.now = 3.0
    bench.finish("c1", citations=[{"id": "p1"}])
    bench.answers_aloud("r2", at=3.1, ms=4000)
    assert bench.turn == TurnEnded(
        number=1,
        kind="spoken",
        began=1.0,
        ended=7.6,
        outcome="completed",
        stages=(
            Stage("speech", 1.0, 2.0),
            Stage("transcript", 2.0, 2.2),
            Stage("model", 2.2, 2.6),
            Stage("retrieval", 2.6, 3.0, "c1"),
            Stage("model", 3.0, 3.6),
            Stage("first_audio", 3.6, 3.6),
            Stage("heard", 3.6, 3.6),
            Stage("playback", 3.6, 7.6),
        ),
        latency=pytest.approx(1.6),
        reported=True,
    )


def test_a_transcript_that_comes_beside_the_answer_does_not_delay_the_model_in_the_account(bench):
    bench.asks()
    bench.now = 2.1
    bench.begins("r1")
    bench.now = 2.4
    bench.transcribes()
    bench.answers_aloud(at=2.5)
    stages = spans(bench.turn)
    assert stages["transcript"] == (2.0, 2.4)
    assert stages["model"] == (2.0, 3.0)


def test_a_transcript_of_another_item_is_none_of_this_turn(bench):
    bench.asks()
    bench.transcribes("u9")
    bench.answers_aloud()
    assert "transcript" not in spans(bench.turn)
    assert len(bench.told(Transcribed)) == 1


def test_what_the_client_reports_tells_when_it_began_to_hear(bench):
    bench.asks()
    bench.now = 2.5
    bench.begins("r1")
    bench.speaks("r1", ms=1000)
    bench.ends("r1")
    bench.now = 3.0
    bench.plays(200)
    bench.now = 3.8
    bench.plays(1000)
    stages = spans(bench.turn)
    assert stages["heard"] == (2.5, pytest.approx(2.8))
    assert stages["playback"] == (pytest.approx(2.8), 3.8)


def test_a_report_of_another_item_or_of_nothing_tells_nothing(bench):
    bench.asks()
    bench.answers_aloud(plays=False)
    bench.plays(1000, "m9")
    bench.plays(0)
    assert bench.told(TurnEnded) == []


def test_a_report_that_is_refused_tells_nothing(bench):
    bench.asks()
    bench.answers_aloud(plays=False)
    bench.plays(-1)
    assert bench.seen("error")
    assert bench.told(TurnEnded) == []


def test_speech_during_an_answer_is_a_barge_in_and_ends_that_turn_there(bench):
    bench.asks()
    bench.answers_aloud(ms=5000, plays=False)
    bench.now = 3.2
    bench.plays(200)
    bench.now = 4.0
    bench.user()
    assert bench.told(BargedIn) == [BargedIn()]
    assert (bench.turn.outcome, bench.turn.ended) == ("interrupted", 4.0)
    assert spans(bench.turn)["playback"][1] == 4.0
    assert bench.told(TurnBegan)[-1] == TurnBegan(2, "spoken", 4.0)


def test_speech_after_an_answer_that_was_heard_out_is_no_barge_in(bench):
    bench.asks()
    bench.answers_aloud()
    bench.asks(until=9.0, at=10.0)
    assert bench.told(BargedIn) == []
    assert bench.turn.outcome == "completed"


def test_a_client_that_never_reports_ends_its_turns_with_what_was_sent():
    bench = Watched(extensions=False).open()
    bench.asks()
    bench.answers_aloud(plays=False)
    bench.asks(until=20.0, at=21.0)
    assert (bench.turn.outcome, bench.turn.ended, bench.turn.reported) == ("completed", 3.1, False)
    assert bench.told(BargedIn) == []


def test_a_client_that_has_not_reported_yet_breaks_in_all_the_same(bench):
    bench.asks()
    bench.answers_aloud(ms=5000, plays=False)
    bench.now = 3.15
    bench.user()
    assert (bench.turn.outcome, bench.turn.ended) == ("interrupted", 3.15)
    assert bench.told(BargedIn) == [BargedIn()]


def test_an_answer_that_the_user_stopped_was_interrupted_and_nobody_barged_in(bench):
    bench.asks()
    bench.answers_aloud(ms=5000, plays=False)
    bench.plays(300, stopped=True)
    assert bench.turn.outcome == "interrupted"
    bench.asks(until=9.0, at=10.0)
    assert bench.told(BargedIn) == []


def test_a_user_who_goes_on_before_there_was_any_answer_was_not_answered(bench):
    bench.asks()
    bench.asks(until=2.4, at=3.0)
    assert bench.turn.outcome == "unanswered"
    assert spans(bench.turn) == {"speech": (1.0, 2.0), "model": (2.0, 2.4)}


def test_speech_that_is_told_twice_is_one_turn(bench):
    bench.user()
    bench.user()
    assert len(bench.told(TurnBegan)) == 1


def test_a_turn_that_was_cleared_was_not_answered(bench):
    bench.now = 1.0
    bench.user()
    bench.now = 1.5
    bench.model("input_audio_buffer.cleared")
    assert bench.turn.outcome == "unanswered"


def test_what_is_written_is_a_turn_without_speech_or_transcript(bench):
    bench.now = 1.0
    bench.caller("conversation.item.create", item=SAID)
    bench.caller("response.create")
    bench.answers_aloud()
    assert bench.turn.kind == "typed"
    assert set(spans(bench.turn)) == {"model", "first_audio", "heard", "playback"}
    assert bench.turn.latency == pytest.approx(2.0)


def test_an_item_that_the_firewall_refuses_begins_no_turn(bench):
    bench.caller("conversation.item.create", item=SAID | {"role": "system"})
    bench.caller("conversation.item.create", item=SAID | {"type": "nonsense"})
    assert bench.told(TurnBegan) == []


def test_speech_whose_end_the_client_tells_is_a_turn_that_begins_there(bench):
    bench.now = 3.0
    bench.model("input_audio_buffer.committed", item_id="u7")
    bench.answers_aloud()
    assert (bench.turn.kind, bench.turn.began) == ("held", 3.0)


def test_speech_that_is_committed_before_its_end_was_told_is_over(bench):
    bench.now = 1.0
    bench.user()
    bench.now = 2.0
    bench.model("input_audio_buffer.committed", item_id="u2")
    bench.user(stops=True)
    bench.answers_aloud()
    assert spans(bench.turn)["speech"] == (1.0, 2.0)


def test_a_response_that_nobody_asked_for_is_a_turn_without_latency(bench):
    bench.answers_aloud()
    assert bench.turn.kind == "unprompted"
    assert bench.turn.latency is None


def test_an_answer_in_writing_is_over_with_its_response(bench):
    bench.now = 1.0
    bench.caller("conversation.item.create", item=SAID)
    bench.now = 2.0
    bench.begins("r1")
    message = {"id": "m1", "type": "message", "role": "assistant", "content": []}
    bench.now = 2.5
    bench.model("response.output_item.added", response_id="r1", output_index=0, item=message)
    bench.now = 3.0
    bench.ends("r1", message)
    assert bench.turn.outcome == "completed"
    assert [(each.name, each.began, each.ended) for each in bench.turn.stages] == [
        ("model", 1.0, 2.5),
        ("model", 2.5, 3.0),
    ]


def test_a_response_that_fails_makes_a_turn_that_failed(bench):
    bench.asks()
    bench.now = 2.5
    bench.begins("r1")
    bench.now = 3.0
    bench.ends("r1", status="failed", status_details={"error": {"code": "server_error"}})
    assert bench.turn.outcome == "failed"
    (response,) = bench.told(ResponseEnded)
    assert (response.status, response.error, response.began, response.ended) == ("failed", "server_error", 2.5, 3.0)


def test_a_sentence_beside_the_conversation_is_no_turn(bench):
    bench.begins("r1", conversation_id=None)
    bench.audio("r1")
    bench.ends("r1", conversation_id=None)
    assert bench.told(TurnBegan) == []
    assert bench.told(ResponseEnded)[0].spoken


def test_a_call_over_webrtc_tells_its_sound_by_the_models_buffer(bench):
    bench.asks()
    bench.now = 2.5
    bench.begins("r1")
    bench.now = 3.0
    bench.model("output_audio_buffer.started", response_id="r1")
    bench.ends("r1")
    assert bench.told(TurnEnded) == []
    bench.now = 6.0
    bench.model("output_audio_buffer.stopped", response_id="r1")
    bench.model("output_audio_buffer.stopped", response_id="r1")
    assert (bench.turn.outcome, bench.turn.ended) == ("completed", 6.0)
    assert spans(bench.turn)["playback"] == (3.0, 6.0)
