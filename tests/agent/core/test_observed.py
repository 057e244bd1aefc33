"""Observed sessions: what is told of a talk, and that nothing of the talk is changed by it."""

from __future__ import annotations

import json
from functools import partial

import pytest

from agent.core.facts import (
    AudioPassed,
    BargedIn,
    CallBegan,
    CallEnded,
    Met,
    Reconnected,
    ResponseEnded,
    Said,
    SessionEnded,
    Stage,
    Transcribed,
    TurnBegan,
    TurnEnded,
    Underran,
)
from agent.core.frames import Frame
from agent.core.handover import Dial, Switch
from agent.core.observed import ObservedSession
from agent.core.rules import CallRules
from tests.agent.core.conftest import Bench, call_item

SAID = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "leave?"}]}


class Watched(Bench):
    """A session that is watched, and all that was told of it."""

    def __init__(self, *, content=False, **options):
        self.facts = []
        super().__init__(make=partial(ObservedSession, tell=self.facts.append, content=content), **options)

    def told(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def turn(self):
        """The only turn that is over."""
        (turn,) = self.told(TurnEnded)
        return turn

    def asks(self, *, until=1.0, at=2.0):
        """The user asks aloud, from one second to another."""
        self.now = until
        self.user()
        self.now = at
        self.user(stops=True)
        self.model("input_audio_buffer.committed", item_id="u2")

    def transcribes(self, item_id="u2", text="leave?", **usage):
        kind = "conversation.item.input_audio_transcription.completed"
        self.model(kind, item_id=item_id, transcript=text, usage=usage)

    def plays(self, ms, item="m1", **fields):
        return self.caller("extension.playback", item_id=item, played_ms=ms, **fields)

    def answers_aloud(self, response="r1", *, at=2.5, ms=1000, item="m1", plays=True):
        """The model answers, and the user hears it out."""
        self.now = at
        self.begins(response)
        self.now = at + 0.5
        self.speaks(response, item, ms)
        self.now = at + 0.6
        self.ends(response)
        if plays:
            self.now = at + 0.5 + ms / 1000
            self.plays(ms, item)


@pytest.fixture
def bench():
    return Watched().open()


def spans(turn):
    return {stage.name: (stage.began, stage.ended) for stage in turn.stages}


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


def test_what_a_response_cost_is_told_with_it(bench):
    bench.begins("r1")
    bench.ends("r1", usage={"input_tokens": 10, "output_tokens": 4, "output_token_details": {"audio_tokens": 3}})
    (response,) = bench.told(ResponseEnded)
    assert (response.usage.text_in, response.usage.text_out, response.usage.audio_out) == (10, 1, 3)
    assert not response.spoken


def test_a_response_that_we_ask_for_begins_when_it_is_asked_for(bench):
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1", call_item("c1"))
    bench.now = 1.0
    bench.finish("c1")
    bench.now = 1.4
    bench.begins("r2")
    bench.ends("r2")
    assert bench.told(ResponseEnded)[-1].began == 1.0


def test_a_sentence_beside_the_conversation_is_no_turn(bench):
    bench.begins("r1", conversation_id=None)
    bench.audio("r1")
    bench.ends("r1", conversation_id=None)
    assert bench.told(TurnBegan) == []
    assert bench.told(ResponseEnded)[0].spoken


@pytest.mark.parametrize(
    ("fields", "outcome", "error"),
    [
        ({}, "ok", None),
        ({"ok": False, "error": "exception"}, "error", "exception"),
        ({"ok": False, "error": "timeout"}, "timeout", "timeout"),
        ({"ok": False, "error": "rate_limited"}, "refused", "rate_limited"),
    ],
)
def test_the_outcome_of_a_call_is_what_its_tool_returned(bench, fields, outcome, error):
    bench.begins("r1")
    bench.now = 1.0
    bench.calls("r1", "c1")
    bench.now = 1.5
    bench.finish("c1", speculated=True, **fields)
    assert bench.told(CallBegan) == [CallBegan("c1", "search", 1.0)]
    assert bench.told(CallEnded) == [CallEnded("c1", "search", 1.0, 1.5, outcome, error, speculated=True)]


def test_a_call_that_takes_too_long_ran_out_of_time_and_its_late_result_is_not_told():
    bench = Watched(timeouts={"search": 2.0}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.tick(3.0)
    bench.finish("c1")
    (call,) = bench.told(CallEnded)
    assert (call.outcome, call.error, call.ended) == ("timeout", "timeout", 2.0)


def test_a_call_that_the_caller_breaks_off_was_cancelled():
    bench = Watched(rules={"search": CallRules(cancels=True)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.user()
    (call,) = bench.told(CallEnded)
    assert (call.outcome, call.error) == ("cancelled", None)


@pytest.mark.parametrize("decides", [True, False])
def test_a_call_that_the_user_does_not_approve_was_refused(decides):
    bench = Watched(rules={"search": CallRules(approval_time=5.0)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    Bench.asks(bench, "c1")
    if decides:
        bench.decides("c1", "deny")
    bench.tick(10.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["refused"]


def test_a_call_that_was_approved_and_then_takes_too_long_was_not_refused():
    bench = Watched(timeouts={"search": 2.0}, rules={"search": CallRules(approval_time=5.0)}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    Bench.asks(bench, "c1")
    bench.decides("c1")
    bench.tick(10.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["timeout"]


def test_two_calls_at_once_are_two_stages_and_the_model_waits_for_the_last(bench):
    bench.asks()
    bench.begins("r1")
    bench.now = 2.5
    bench.calls("r1", "c1", "c2")
    bench.ends("r1", call_item("c1"), call_item("c2"))
    bench.now = 3.0
    bench.finish("c1")
    bench.now = 4.0
    bench.finish("c2")
    bench.answers_aloud("r2", at=4.0)
    stages = [(each.name, each.began, each.ended) for each in bench.turn.stages]
    assert stages[2:5] == [("tool", 2.5, 3.0), ("tool", 2.5, 4.0), ("model", 4.0, 4.5)]


def test_sound_is_counted_from_the_counters_that_count_it_anyway(bench):
    for _ in range(10):
        bench.caller(Frame('{"type":"input_audio_buffer.append","audio":"' + "A" * 6400 + '"}'))
    bench.answers_aloud(ms=2000)
    assert bench.told(AudioPassed) == [AudioPassed(1.0, 2.0)]
    bench.answers_aloud("r2", at=9.0, ms=500, item="m2")
    assert bench.told(AudioPassed)[-1] == AudioPassed(0.0, 0.5)


def test_gaps_that_the_client_reports_are_told_once(bench):
    bench.answers_aloud(plays=False)
    for count in (1, 1, 3):
        bench.plays(100, underruns=count)
    assert [fact.count for fact in bench.told(Underran)] == [1, 2]


def test_a_model_that_was_lost_takes_its_response_with_it_and_the_turn_goes_on_with_the_next(bench):
    bench.asks()
    bench.now = 2.5
    bench.begins("r1")
    bench.now = 3.0
    actions = bench.take(bench.session.upstream_closed(1006, "", bench.now))
    assert Dial(1) in actions
    (response,) = bench.told(ResponseEnded)
    assert (response.status, response.error) == ("failed", "connection_lost")
    assert bench.told(TurnEnded) == []
    bench.take(bench.session.dialled(1, 3.1))
    succeeds(bench)
    assert bench.told(Reconnected) == [Reconnected("model", "ok", "lost")]
    bench.answers_aloud("r9", at=4.0)
    assert bench.turn.outcome == "completed"
    assert bench.turn.latency == pytest.approx(2.5)


def succeeds(bench):
    """The successor greets, takes what it is given, and takes over."""
    bench.now = 3.5
    said = {"id": "sess_2", "type": "realtime", "audio": {"output": {"voice": "alloy"}}}
    for kind in ("session.created", "session.updated"):
        bench.take(bench.session.receive_successor(Frame(json.dumps({"type": kind, "session": said})), bench.now))
    seen = 0
    while Switch() not in bench.lines and seen < len(bench.successor):
        frame, seen = bench.successor[seen], seen + 1
        if frame.type == "conversation.item.create":
            added = {"type": "conversation.item.added", "item": frame.data["item"], "previous_item_id": None}
            bench.take(bench.session.receive_successor(Frame(json.dumps(added)), bench.now))
    assert Switch() in bench.lines


def test_a_session_whose_model_cannot_be_had_again_failed_and_so_did_the_reconnect(bench):
    bench.take(bench.session.upstream_closed(1006, "", 1.0))
    bench.take(bench.session.dial_failed(1, "no such deployment", 1.5, final=True))
    assert bench.told(Reconnected) == [Reconnected("model", "failed", "lost")]
    (ended,) = bench.told(SessionEnded)
    assert (ended.failed, ended.code, ended.ended) == (True, 1011, 1.5)
    bench.session.over(2.0)
    assert len(bench.told(SessionEnded)) == 1


def test_a_successor_that_closes_is_no_reconnect(bench):
    bench.take(bench.session.upstream_closed(1006, "", 1.0))
    bench.take(bench.session.dialled(1, 1.1))
    bench.take(bench.session.successor_closed(1006, "", 1.2))
    assert bench.told(Reconnected) == []


def test_a_client_that_comes_back_is_a_reconnect(bench):
    bench.take(bench.session.client_lost(1.0))
    bench.take(bench.session.client_back({}, 0, complete=True, now=2.0))
    assert bench.told(Reconnected) == [Reconnected("client", "ok", "lost")]
    bench.session.client_closed()
    bench.session.over(3.0)
    assert bench.told(SessionEnded) == [SessionEnded(3.0, failed=False, code=1000, reason="")]


def test_a_client_that_stays_away_is_a_reconnect_that_failed(bench):
    bench.take(bench.session.client_lost(1.0))
    bench.session.client_closed()
    bench.session.over(3.0)
    assert bench.told(Reconnected) == [Reconnected("client", "failed", "lost")]


def test_a_session_that_ends_ends_its_turn_and_its_calls(bench):
    bench.asks()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.session.client_closed()
    bench.session.over(5.0)
    assert [call.outcome for call in bench.told(CallEnded)] == ["cancelled"]
    assert bench.turn.outcome == "interrupted"
    assert isinstance(bench.facts[-1], SessionEnded)


def test_a_session_that_ends_after_an_answer_that_was_not_heard_out_ends_a_turn_that_was_answered(bench):
    bench.asks()
    bench.answers_aloud(plays=False)
    bench.session.over(9.0)
    assert bench.turn.outcome == "completed"


def test_a_session_that_ends_while_the_user_speaks_ends_a_turn_without_answer(bench):
    bench.now = 1.0
    bench.user()
    bench.session.over(2.0)
    assert bench.turn.outcome == "unanswered"


def test_a_bug_of_ours_is_a_session_that_failed(bench):
    bench.session.broken()
    bench.session.over(2.0)
    assert bench.told(SessionEnded) == [SessionEnded(2.0, failed=True, code=1011, reason="internal_error")]


def test_what_comes_after_the_end_tells_nothing(bench):
    bench.session.over(2.0)
    bench.user()
    assert isinstance(bench.facts[-1], SessionEnded)


def test_the_models_name_and_its_transcribers_are_told_once():
    bench = Watched()
    session = {"id": "s", "model": "gpt-realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
    bench.model("session.created", session=session)
    bench.model("session.updated", session=session)
    assert bench.told(Met) == [Met("gpt-realtime", "whisper-1")]


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


def test_words_are_told_only_to_who_asked_for_them(bench):
    told = Watched(content=True).open()
    message = {"id": "m1", "type": "message", "content": [{"type": "output_audio", "transcript": "Thirty days."}]}
    for each in (bench, told):
        each.asks()
        each.transcribes(text="How much leave?")
        each.begins("r1")
        each.ends("r1", message)
    assert bench.told(Said) == []
    assert told.told(Said) == [Said("user", "How much leave?"), Said("assistant", "Thirty days.")]
    assert "leave" not in repr(bench.facts).lower()


def test_frames_that_cannot_be_read_pass_and_tell_nothing(bench):
    before = list(bench.facts)
    for text in ("no json", "[]", '{"type":"response.done"}', '{"type":5}'):
        bench.session.receive_upstream(Frame(text), 1.0)
        bench.session.receive_client(Frame(text), 1.0)
    assert bench.facts == before


def test_an_agent_that_takes_over_ends_the_call_that_asked_for_it(bench):
    from agent.core.calls import CallResult
    from agent.core.session import SessionConfig

    bench.begins("r1")
    bench.calls("r1", "c1")
    config = SessionConfig({"type": "realtime", "instructions": "y"}, {}, extensions=True, ready={"agent": {}})
    bench.take(bench.session.hand_over("c1", CallResult("handed over"), config, 1.0))
    assert [call.outcome for call in bench.told(CallEnded)] == ["ok"]


def test_a_watched_session_decides_what_a_plain_one_does():
    plain, watched = Bench().open(), Watched().open()
    for bench in (plain, watched):
        bench.begins("r1")
        bench.calls("r1", "c1")
        bench.ends("r1", call_item("c1"))
        bench.finish("c1")
        bench.begins("r2")
        bench.speaks("r2")
        bench.user()
        bench.tick(5.0)
    assert [frame.text for frame in watched.client] == [frame.text for frame in plain.client]
    assert [frame.text for frame in watched.upstream] == [frame.text for frame in plain.upstream]
