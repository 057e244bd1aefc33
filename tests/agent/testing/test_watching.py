"""When an exchange is over, and what belongs to it."""

from __future__ import annotations

import pytest

from agent.testing.exchange import Exchange
from agent.testing.watching import Watching


class Session:
    """Events as a session would send them."""

    def __init__(self):
        self.played, self.breaks = [], 0
        self.watching = Watching(lambda item_id, ms: self.played.append((item_id, ms)), self._broken)

    def _broken(self):
        self.breaks += 1

    def begins(self, words="hello", *, aloud=False):
        exchange = Exchange(words, aloud, lambda: "", lambda ms, more: exchange)
        self.watching.begin(exchange)
        return exchange

    def sends(self, kind, **fields):
        self.watching.receive({"type": kind, **fields})

    def creates(self, response_id):
        self.sends("response.created", response={"id": response_id})

    def ends(self, response_id, status="completed", **fields):
        self.sends("response.done", response={"id": response_id, "status": status, **fields})

    def says(self, item_id, text, ms=100):
        self.sends("response.output_audio.delta", item_id=item_id, delta="A" * (ms * 64))
        self.sends("response.output_audio_transcript.done", item_id=item_id, transcript=text)


@pytest.fixture
def session():
    return Session()


def test_an_answer_ends_an_exchange(session):
    exchange = session.begins()
    session.creates("r1")
    session.says("i1", "Good morning.")
    assert not session.watching.answered
    session.ends("r1")
    assert session.watching.answered
    assert (exchange.answer, exchange.audio_ms, session.played) == ("Good morning.", 100, [("i1", 100)])


def test_a_response_that_called_is_followed_by_another(session):
    exchange = session.begins()
    session.creates("r1")
    session.sends("extension.call.started", call_id="c1", response_id="r1", name="search", arguments="{}")
    session.ends("r1")
    assert not session.watching.answered
    finished = {"status": "completed", "duration_ms": 3, "result": None, "error": None}
    session.sends("extension.call.finished", call_id="c1", name="search", **finished)
    session.creates("r2")
    session.ends("r2")
    assert session.watching.answered
    assert str(exchange.calls[0]) == "search({}) → completed in 3 ms"


def test_the_end_of_an_earlier_response_does_not_end_a_later_exchange(session):
    session.begins("tell me all")
    session.creates("r1")
    session.begins("stop", aloud=True)
    session.ends("r1")
    assert not session.watching.answered
    session.sends("input_audio_buffer.committed", item_id="u1")
    session.creates("r2")
    session.ends("r2")
    assert session.watching.answered


def test_a_cancelled_response_is_followed_by_whatever_cancelled_it(session):
    session.begins()
    session.creates("r1")
    session.ends("r1", "cancelled")
    assert not session.watching.answered


def test_a_pause_within_the_words_makes_the_answer_begin_anew(session):
    exchange = session.begins(aloud=True)
    session.sends("input_audio_buffer.speech_started")
    session.sends("input_audio_buffer.speech_stopped")
    session.sends("input_audio_buffer.committed", item_id="u1")
    session.creates("r1")
    session.says("i1", "Pardon?")
    session.ends("r1")
    session.sends("input_audio_buffer.speech_started")
    assert (session.watching.answered, exchange.answer, session.breaks) == (False, "", 2)


def test_transcripts_are_put_together_in_the_order_of_speech(session):
    exchange = session.begins(aloud=True)
    for item_id in ("u1", "u2"):
        session.sends("input_audio_buffer.committed", item_id=item_id)
    kind = "conversation.item.input_audio_transcription"
    session.sends(f"{kind}.completed", item_id="u2", transcript="leave?")
    assert not session.watching.written_down
    session.sends(f"{kind}.completed", item_id="u1", transcript="How much")
    assert session.watching.written_down
    assert exchange.transcript == "How much leave?"
    session.sends(f"{kind}.failed", item_id="elsewhere", error={})


def test_a_cut_and_the_rest_of_an_answer_belong_to_the_exchange_that_was_broken_into(session):
    story = session.begins("tell me all")
    session.creates("r1")
    session.sends("response.output_audio.delta", item_id="i1", delta="A" * 64)
    later = session.begins("stop", aloud=True)
    session.sends("response.output_audio_transcript.done", item_id="i1", transcript="Once upon")
    session.sends("extension.interrupted", item_id="i1", played_ms=700)
    session.sends("extension.citations", item_id="i1", citations=[{"document": "a"}])
    assert (story.answer, story.interrupted_ms, len(story.citations)) == ("Once upon", 700, 1)
    assert (later.answer, later.interrupted_ms, later.citations) == ("", None, [])


def test_a_failed_response_ends_the_exchange_with_its_reason(session):
    exchange = session.begins()
    session.creates("r1")
    session.ends("r1", "failed", status_details={"error": {"code": "server_error", "message": "bad day"}})
    assert session.watching.answered
    assert exchange.errors == [{"code": "server_error", "message": "bad day"}]
    session.creates("r2")
    session.ends("r2", "failed")
    assert exchange.errors[1]["message"] == "no reason given"


def test_the_end_of_the_session_ends_everything(session):
    exchange = session.begins(aloud=True)
    session.watching.ended(1011, "bad day")
    assert session.watching.answered
    assert session.watching.written_down
    assert exchange.closed == (1011, "bad day")
    assert session.begins().closed == (1011, "bad day")


def test_sound_is_measured_in_the_format_of_the_session(session):
    session.sends("session.updated", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
    exchange = session.begins()
    session.sends("response.output_audio.delta", item_id="i1", delta="A" * 1068)
    assert exchange.audio_ms == 100


def test_arguments_that_are_no_json_are_shown_as_they_are(session):
    exchange = session.begins()
    session.sends("extension.call.started", call_id="c1", response_id="r1", name="search", arguments="{oops")
    assert exchange.calls[0].arguments == "{oops"


def test_errors_before_anything_was_said_are_kept_for_the_greeting(session):
    session.sends("error", error={"message": "no model"})
    assert session.watching.greeting_errors == [{"message": "no model"}]
    session.sends("rate_limits.updated")
