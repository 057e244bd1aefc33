"""Asking: one turn against a server that a test plays by hand."""

from __future__ import annotations

import asyncio
import base64
import json

import numpy as np
import pytest

from agent import asking
from agent.asking import ask_aloud, ask_text
from agent.errors import InputError, ModelError
from agent.transports.memory import joined
from agent.transports.stream import Stream

SPEECH = np.concatenate([np.zeros(2400, np.int16), np.full(4800, 9000, np.int16), np.zeros(2400, np.int16)])


class Playing:
    """The server's end of a session."""

    def __init__(self, end):
        self.end = end
        self.received: list[dict] = []

    async def says(self, kind, **fields):
        await self.end.send(json.dumps({"type": kind} | fields))

    async def gets(self, kind):
        while True:
            self.received.append(json.loads(await self.end.receive()))
            if self.received[-1]["type"] == kind:
                return self.received[-1]

    async def answers(self, text, *, response="r1", status="completed", audio=b"\1\0" * 240):
        delta = base64.b64encode(audio).decode()
        await self.says("response.output_audio.delta", response_id=response, delta=delta)
        await self.says("response.output_audio_transcript.done", response_id=response, transcript=text)
        await self.ends(response, status=status)

    async def ends(self, response="r1", *, status="completed", output=({"type": "message"},), **fields):
        await self.says("response.done", response={"id": response, "status": status, "output": [*output]} | fields)

    async def hears(self, item, transcript=None):
        await self.says("input_audio_buffer.speech_started", item_id=item)
        await self.says("input_audio_buffer.speech_stopped", item_id=item)
        await self.says("input_audio_buffer.committed", item_id=item)
        if transcript is not None:
            await self.writes(item, transcript)

    async def writes(self, item, transcript):
        await self.says(
            "conversation.item.input_audio_transcription.completed",
            item_id=item,
            content_index=0,
            transcript=transcript,
        )


@pytest.fixture
async def asked():
    """Asks a server that does as it is told; gives what came of it."""

    async def ask(question, behave):
        ours, theirs = map(Stream, joined())
        server = Playing(theirs)

        async def serve():
            await server.says("session.created", session={})
            await server.says("extension.ready", session_id="s")
            await behave(server)

        serving = asyncio.create_task(serve())
        try:
            async with asyncio.timeout(30):
                work = ask_text(ours, question) if isinstance(question, str) else ask_aloud(ours, question)
                return await work, server
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    return ask


async def test_a_typed_question_gets_the_answer_its_calls_and_its_citations(asked):
    async def behave(server):
        item = (await server.gets("conversation.item.create"))["item"]
        assert item["content"] == [{"type": "input_text", "text": "how much leave?"}]
        await server.gets("response.create")
        await server.says("extension.call.started", call_id="c", name="search", arguments='{"query": "leave"}')
        await server.ends("r0", output=())
        await server.says("extension.call.finished", call_id="c", name="search", status="completed", duration_ms=12)
        await server.says("extension.citations", citations=[{"document": "a.md", "page": None}])
        await server.answers("25 days.")

    turn, _ = await asked("how much leave?", behave)
    assert turn.transcript == "how much leave?"
    assert turn.answer == "25 days."
    assert turn.tool_calls == [{"name": "search", "arguments": {"query": "leave"}, "duration_ms": 12}]
    assert turn.citations == [{"document": "a.md", "page": None}]
    assert turn.audio == b"\1\0" * 240
    assert {"session_open", "speech_end_to_first_audio", "total"} <= set(turn.timings_ms)
    assert "audio" not in turn.as_json()


async def test_text_only_answers_and_arguments_that_are_no_json_are_taken_as_they_are(asked):
    async def behave(server):
        await server.gets("response.create")
        await server.says("extension.call.started", call_id="c", name="search", arguments='{"query":')
        await server.says("response.output_text.done", text="25")
        await server.says("response.output_text.done", text="days.")
        await server.ends(status="incomplete")

    turn, _ = await asked("how much leave?", behave)
    assert turn.answer == "25 days."
    assert turn.tool_calls[0]["arguments"] == '{"query":'
    assert turn.audio == b""


async def test_a_cancelled_response_is_not_the_answer(asked):
    async def behave(server):
        await server.gets("response.create")
        await server.ends("r0", status="cancelled")
        await server.answers("25 days.")

    assert (await asked("how much leave?", behave))[0].answer == "25 days."


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"error": {"message": "no quota is left"}}, "no quota is left"),
        ({"error": {"code": "rate_limit"}}, "rate_limit"),
        (None, "no reason given"),
    ],
)
async def test_a_response_that_failed_says_why(asked, details, said):
    async def behave(server):
        await server.gets("response.create")
        await server.ends(status="failed", output=(), status_details=details)

    with pytest.raises(ModelError, match=said):
        await asked("how much leave?", behave)


async def test_an_error_of_the_session_says_why(asked):
    async def behave(server):
        await server.says("error", error={"code": "upstream_unreachable", "message": "the model cannot be reached"})

    with pytest.raises(ModelError, match="the model cannot be reached"):
        await asked("how much leave?", behave)


async def test_a_session_that_ends_before_the_answer_says_why(asked):
    async def behave(server):
        await server.gets("response.create")
        await server.end.close(1011, "the model closed the connection")

    with pytest.raises(ModelError, match="before there was an answer: the model closed the connection"):
        await asked("how much leave?", behave)


async def test_a_session_that_ends_in_mid_speech_says_why(asked):
    async def behave(server):
        await server.gets("input_audio_buffer.append")
        await server.end.close(1011, "the model closed the connection")

    with pytest.raises(ModelError, match="the model closed the connection"):
        await asked(SPEECH, behave)


async def test_a_session_that_ends_before_the_question_is_sent_says_why():
    class Closing:
        def __init__(self, end):
            self._end = end

        async def receive(self):
            return await self._end.receive()

        async def send(self, text):
            await self._end.close(1001, "the server is stopping")
            await self._end.send(text)

    ours, theirs = map(Stream, joined())
    await theirs.send(json.dumps({"type": "extension.ready"}))
    with pytest.raises(ModelError, match="the server is stopping"):
        await ask_text(Closing(ours), "how much leave?")


async def test_a_model_that_says_nothing_is_given_up(asked, monkeypatch):
    monkeypatch.setattr(asking, "PATIENCE", 0.2)

    async def behave(server):
        await server.gets("response.create")

    with pytest.raises(ModelError, match=r"said nothing for 0\.2 s"):
        await asked("how much leave?", behave)


async def test_a_spoken_question_is_sent_at_the_pace_of_speech_and_silence_goes_on_after_it(asked):
    async def behave(server):
        await server.gets("input_audio_buffer.append")
        await server.hears("i1")
        for _ in range(len(SPEECH) // 960 + 3):
            await server.gets("input_audio_buffer.append")
        await server.writes("i1", "how much leave?")
        await server.answers("25 days.")

    turn, server = await asked(SPEECH, behave)
    assert turn.transcript == "how much leave?"
    assert turn.answer == "25 days."
    sent = b"".join(base64.b64decode(event["audio"]) for event in server.received)
    assert sent.startswith(SPEECH.astype("<i2").tobytes())
    assert not any(sent[SPEECH.nbytes :])
    assert "speech_end_to_transcript" in turn.timings_ms


async def test_what_was_answered_to_half_a_question_is_not_the_answer(asked):
    async def behave(server):
        await server.hears("i1", "how much")
        await server.answers("How much of what?", audio=b"\2\0" * 100)
        await server.hears("i2", "leave?")
        for _ in range(len(SPEECH) // 960 + 1):
            await server.gets("input_audio_buffer.append")
        await server.answers("25 days.")

    turn, _ = await asked(SPEECH, behave)
    assert turn.transcript == "how much leave?"
    assert turn.answer == "25 days."
    assert turn.audio == b"\1\0" * 240


async def test_a_recording_without_speech_is_told_from_a_model_that_is_silent(asked, monkeypatch):
    monkeypatch.setattr(asking, "LISTEN_AFTER", 0.3)

    async def behave(server):
        await server.gets("nothing")

    with pytest.raises(InputError, match="no speech was heard"):
        await asked(np.zeros(2400, np.int16), behave)


async def test_an_answer_does_not_wait_for_ever_for_a_transcript(asked, monkeypatch):
    monkeypatch.setattr(asking, "TRANSCRIPT_TIME", 0.2)

    async def behave(server):
        await server.hears("i1")
        for _ in range(len(SPEECH) // 960 + 1):
            await server.gets("input_audio_buffer.append")
        await server.answers("25 days.")

    turn, _ = await asked(SPEECH, behave)
    assert turn.answer == "25 days."
    assert turn.transcript == ""


async def test_a_transcription_that_failed_is_not_waited_for(asked):
    async def behave(server):
        await server.hears("i1")
        await server.says("conversation.item.input_audio_transcription.failed", item_id="i1", error={})
        for _ in range(len(SPEECH) // 960 + 1):
            await server.gets("input_audio_buffer.append")
        await server.answers("25 days.")

    assert (await asked(SPEECH, behave))[0].answer == "25 days."


async def test_a_long_recording_is_handed_over_at_once_as_one_turn(asked, monkeypatch):
    monkeypatch.setattr(asking, "PACED_SECONDS", 0)

    async def behave(server):
        await server.gets("response.create")
        await server.says("input_audio_buffer.committed", item_id="i1")
        await server.writes("i1", "how much leave?")
        await server.answers("25 days.")

    turn, server = await asked(np.tile(SPEECH, 10), behave)
    kinds = [event["type"] for event in server.received]
    appends = kinds.count("input_audio_buffer.append")
    assert kinds == [
        "session.update",
        *["input_audio_buffer.append"] * appends,
        "input_audio_buffer.commit",
        "response.create",
    ]
    assert server.received[0]["session"]["audio"]["input"]["turn_detection"] is None
    sent = b"".join(base64.b64decode(event["audio"]) for event in server.received[1 : appends + 1])
    assert sent == np.tile(SPEECH, 10).astype("<i2").tobytes()
    assert turn.answer == "25 days."


@pytest.mark.parametrize(
    ("speech", "end"),
    [
        (SPEECH, 7200),
        (np.zeros(4800, np.int16), 4800),
        (np.zeros(0, np.int16), 0),
        (np.full(100, 9000, np.int16), 100),
    ],
    ids=["speech", "silence", "nothing", "less than a window"],
)
def test_the_end_of_the_words_is_found(speech, end):
    assert asking._last_voiced(speech) == end


async def test_a_sentence_beside_the_conversation_is_not_the_answer(asked):
    async def behave(server):
        await server.gets("response.create")
        await server.says("response.created", response={"id": "a1", "conversation_id": None})
        delta = base64.b64encode(b"\2\0" * 240).decode()
        await server.says("response.output_audio.delta", response_id="a1", delta=delta)
        await server.says("response.output_audio_transcript.done", response_id="a1", transcript="One moment.")
        await server.ends("a1")
        await server.says("response.created", response={"id": "r1", "conversation_id": "conv"})
        await server.answers("25 days.")

    turn, _ = await asked("how much leave?", behave)
    assert turn.answer == "25 days."
    assert turn.audio == b"\1\0" * 240


async def test_what_needs_approval_is_denied_at_once_where_nobody_can_be_asked(asked):
    async def behave(server):
        await server.gets("response.create")
        await server.says("extension.tool.approval_requested", call_id="c1", name="pay", arguments="{}")
        decided = await server.gets("extension.tool.approval")
        assert (decided["call_id"], decided["decision"]) == ("c1", "deny")
        assert "nobody can approve" in decided["reason"]
        await server.answers("It was not approved.")

    turn, _ = await asked("pay", behave)
    assert turn.answer == "It was not approved."
