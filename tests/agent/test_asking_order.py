"""What was asked stands in the order in which it was said, whenever its transcripts come."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

from agent.asking import RATE, ask_aloud
from agent.transports.memory import joined
from agent.transports.stream import Stream

ANSWER = {"type": "response.output_audio_transcript.done", "transcript": "Yes."}
DONE = {"type": "response.done", "response": {"status": "completed", "output": [{"type": "message"}]}}
WORDS = {"u1": "are you", "u2": "open today?"}


@pytest.fixture
async def asked():
    """Asks aloud of a model that says what a test has it say."""
    client, model = (Stream(end, 1024) for end in joined(1024))
    asking = asyncio.create_task(ask_aloud(client, np.zeros(RATE // 100, np.int16)))

    async def say(*events):
        await model.send(json.dumps({"type": "extension.ready"}))
        await model.receive()  # the question, which is one chunk long
        for event in events:
            await model.send(json.dumps(event))
        async with asyncio.timeout(10):
            return await asking

    yield say
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


def committed(item):
    return {"type": "input_audio_buffer.committed", "item_id": item}


def transcribed(item):
    kind = "conversation.item.input_audio_transcription.completed"
    return {"type": kind, "item_id": item, "transcript": WORDS[item]}


async def test_a_transcript_that_comes_late_stands_where_it_was_said(asked):
    """Trap pipecat#1788: the user's transcript arrives after the reply: order by item."""
    turn = await asked(committed("u1"), committed("u2"), transcribed("u2"), ANSWER, DONE, transcribed("u1"))
    assert turn.transcript == "are you open today?"


async def test_a_transcript_that_comes_after_the_answer_is_waited_for(asked):
    """Trap livekit PR#6579: the user's transcript arrives after the reply."""
    turn = await asked(committed("u2"), ANSWER, DONE, transcribed("u2"))
    assert (turn.transcript, turn.answer) == ("open today?", "Yes.")
