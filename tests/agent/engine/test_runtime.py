"""The engine with small but real parts, in one process."""

from __future__ import annotations

import asyncio
import base64
import sys
import time

import numpy as np
import pytest

from agent.engine.formats import PCM
from agent.engine.hear import load_ears
from agent.engine.parts import Call, ReasonerError
from agent.engine.protocol import EngineSession
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.wire_audio import to_hearing
from agent.transports.base import TransportClosed
from agent.transports.memory import pair


async def test_a_written_question_is_answered_aloud(new_engine, dialogue):
    caller = dialogue(new_engine().connect())
    await caller.ask("hello")
    done = await caller.until("response.done")
    assert done["response"]["status"] == "completed"
    assert done["response"]["output"][0]["content"][0]["transcript"] == "You said hello."
    assert len(caller.audio()) == len("You said hello.") * 50 * 48


async def test_a_spoken_turn_is_heard_transcribed_and_answered(new_engine, dialogue):
    caller = dialogue(new_engine().connect())
    transcription = {"audio": {"input": {"transcription": {"model": "any"}}}}
    await caller.send("session.update", session={"type": "realtime", **transcription})
    await caller.sound(0, 500)
    await caller.sound(800, 1000)
    await caller.sound(0, 800)
    done = await caller.until("response.done")
    assert done["response"]["output"][0]["content"][0]["transcript"] == "You said leave."
    started = next(each for each in caller.events if each["type"] == "input_audio_buffer.speech_started")
    assert started["audio_start_ms"] == pytest.approx(500 - 300, abs=64)
    heard = next(each for each in caller.events if each["type"].endswith("transcription.completed"))
    assert heard["transcript"] == "leave"


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
async def test_telephone_codes_are_spoken_at_one_byte_a_sample(new_engine, dialogue, kind):
    caller = dialogue(new_engine().connect())
    audio = {"output": {"format": {"type": kind}}}
    await caller.send("session.update", session={"type": "realtime", "audio": audio})
    await caller.ask("hello")
    await caller.until("response.done")
    assert len(caller.audio()) == len("You said hello.") * 50 * 8


async def test_speech_over_an_answer_stops_it_and_all_its_work(new_engine, dialogue, reasoner, voice):
    reasoner.answer = lambda said: (
        ["A very long sentence indeed, said slowly. " * 30, 30.0] if said != "stop" else ["Yes."]
    )
    voice.slow_s = 0.02
    caller = dialogue(new_engine(paced=True).connect())
    await caller.ask("hello")
    await caller.until("response.output_audio.delta")
    await caller.sound(600, 400)
    done = await caller.until("response.done")
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    assert reasoner.abandoned == 1
    await asyncio.sleep(0.1)
    spoken = voice.pieces
    await caller.sound(0, 700)
    done = await caller.until("response.done")
    assert done["response"]["output"][0]["content"][0]["transcript"] == "Yes."
    assert voice.pieces == spoken + 1


async def test_a_cancel_while_thinking_stops_the_thinking(new_engine, dialogue, reasoner):
    reasoner.answer = lambda said: [60.0]
    caller = dialogue(new_engine().connect())
    await caller.ask("hello")
    await caller.until("response.created")
    await caller.send("response.cancel")
    done = await caller.until("response.done")
    assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    await asyncio.sleep(0.01)
    assert reasoner.abandoned == 1


@pytest.mark.parametrize(
    ("fault", "message"), [(ReasonerError("out of order"), "out of order"), (ValueError("secret"), "server's log")]
)
async def test_a_reasoner_that_fails_fails_the_response_and_not_the_session(
    new_engine, dialogue, reasoner, fault, message
):
    reasoner.answer = lambda said: [fault] if said == "hello" else ["Fine."]
    caller = dialogue(new_engine().connect())
    await caller.ask("hello")
    done = await caller.until("response.done")
    assert done["response"]["status"] == "failed"
    assert message in done["response"]["status_details"]["error"]["message"]
    await caller.ask("leave")
    assert (await caller.until("response.done"))["response"]["status"] == "completed"


async def test_a_voice_that_fails_fails_the_response_and_not_the_session(new_engine, dialogue, voice):
    voice.fail = True
    caller = dialogue(new_engine().connect())
    await caller.ask("hello")
    done = await caller.until("response.done")
    assert done["response"]["status_details"]["error"]["code"] == "speech_synthesis_failed"
    voice.fail = False
    await caller.ask("hello")
    assert (await caller.until("response.done"))["response"]["status"] == "completed"


async def test_ears_that_fail_fail_the_response_and_not_the_session(new_engine, dialogue, ears):
    ears.fail = True
    caller = dialogue(new_engine().connect())
    await caller.sound(400, 600)
    await caller.sound(0, 800)
    done = await caller.until("response.done")
    assert done["response"]["status_details"]["error"]["code"] == "input_audio_transcription_failed"
    await caller.ask("hello")
    assert (await caller.until("response.done"))["response"]["status"] == "completed"


async def test_paced_speech_takes_as_long_as_it_sounds(new_engine, dialogue):
    caller = dialogue(new_engine(paced=True).connect())
    await caller.ask("hi")
    await caller.until("response.output_audio.delta")
    began = time.monotonic()
    await caller.until("response.done")
    # "You said hi." is 600 ms of tone; the last delta leaves when the one before it has been heard.
    assert 0.45 < time.monotonic() - began < 1.2


async def test_calls_reach_the_client_with_their_arguments(new_engine, dialogue, reasoner):
    reasoner.answer = lambda said: ["One moment.", Call("search", '{"query": "leave"}'), Call("today", "{}")]
    caller = dialogue(new_engine().connect())
    await caller.ask("hello")
    output = (await caller.until("response.done"))["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call", "function_call"]


async def test_a_client_that_goes_away_in_mid_sentence_leaves_no_task_behind(
    new_engine, dialogue, reasoner, voice, eventually
):
    reasoner.answer = lambda said: ["A long sentence that takes its time. " * 50, 30.0]
    voice.slow_s = 0.01
    before = asyncio.all_tasks()
    client = new_engine(paced=True).connect()
    caller = dialogue(client)
    await caller.ask("hello")
    await caller.until("response.output_audio.delta")
    client.close()
    await eventually(lambda: not asyncio.all_tasks() - before)
    assert reasoner.abandoned == 1


async def test_a_client_that_does_not_read_makes_the_engine_wait(new_engine, dialogue, reasoner, voice):
    reasoner.answer = lambda said: ["A long sentence that is never read by anyone at all. " * 400]
    client, server = pair(capacity=8)
    engine = new_engine()
    serving = asyncio.create_task(engine.serve(server))
    await dialogue(client).ask("hello")
    await asyncio.sleep(0.5)
    spoken = voice.pieces
    await asyncio.sleep(0.3)
    assert voice.pieces == spoken < 100
    client.close()
    await asyncio.wait_for(serving, 2)


async def test_a_session_at_its_cap_is_closed_with_1001(new_engine, dialogue):
    caller = dialogue(new_engine(session_cap_s=0.2).connect())
    error = await caller.until("error")
    assert error["error"]["code"] == "session_expired"
    with pytest.raises(TransportClosed) as closed:
        await caller.until("nothing more")
    assert (closed.value.code, closed.value.reason) == (1001, "session_expired")


async def test_minutes_of_sound_in_one_message_are_heard_in_a_thread(new_engine, dialogue):
    caller = dialogue(new_engine().connect())
    await caller.sound(0, 60_000, step_ms=60_000)
    await caller.sound(400, 1000, step_ms=1000)
    await caller.sound(0, 1000, step_ms=1000)
    started = await caller.until("input_audio_buffer.speech_started")
    assert started["audio_start_ms"] == pytest.approx(59_700, abs=64)


async def test_what_was_said_is_transcribed_in_the_silence_and_not_again(new_engine, dialogue, ears, eventually):
    caller = dialogue(new_engine().connect())
    await caller.sound(400, 600)
    await caller.sound(0, 400)
    await eventually(lambda: ears.transcribed)
    await caller.sound(0, 400)
    await caller.until("response.done")
    assert ears.transcribed == 1


async def test_warming_shortens_the_interpreters_switch_interval(new_engine):
    before = sys.getswitchinterval()
    try:
        await new_engine().warm()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)


async def test_a_long_answer_that_waits_for_its_reader_can_still_be_interrupted(
    new_engine, dialogue, reasoner, eventually
):
    reasoner.answer = lambda said: ["A long sentence that is never read by anyone at all. " * 400, 30.0]
    client, server = pair(capacity=8)
    serving = asyncio.create_task(new_engine().serve(server))
    caller = dialogue(client)
    await caller.ask("hello")
    await asyncio.sleep(0.3)
    await caller.send("response.cancel")
    await eventually(lambda: reasoner.abandoned)
    assert (await caller.until("response.done"))["response"]["status"] == "cancelled"
    client.close()
    await asyncio.wait_for(serving, 2)


async def test_ears_that_fail_to_listen_say_so_and_the_session_goes_on(new_engine, dialogue, ears, monkeypatch):
    caller = dialogue(new_engine().connect())
    monkeypatch.setattr(type(ears), "probability", lambda *_: 1 / 0)
    await caller.sound(400, 200)
    assert (await caller.until("error"))["error"]["code"] == "voice_activity_failed"
    await caller.ask("hello")
    assert (await caller.until("response.done"))["response"]["status"] == "completed"


async def test_closing_the_engine_ends_its_sessions(new_engine, dialogue):
    engine = new_engine()
    caller = dialogue(engine.connect(model="mine"))
    assert (await caller.until("session.created"))["session"]["model"] == "mine"
    await engine.close()
    with pytest.raises(TransportClosed):
        await caller.until("nothing more")


async def test_closing_the_engine_gives_back_what_its_reasoner_holds(new_engine, reasoner):
    await new_engine().close()
    assert reasoner.closed


@pytest.mark.slow
async def test_real_speech_in_and_out_with_the_packaged_models(dialogue, reasoner):
    ears, voice = load_ears(), load_voice()
    engine = Engine(ears, voice, reasoner)
    reasoner.answer = lambda said: ["The office is open from nine to five."] if "office" in said else [said]
    question = np.concatenate(list(voice.speak("When is the office open?")))
    caller = dialogue(engine.connect())
    silence = np.zeros(24_000, np.int16)
    for chunk in np.array_split(np.concatenate((silence, question, silence)), 100):
        await caller.send("input_audio_buffer.append", audio=base64.b64encode(chunk.astype("<i2").tobytes()).decode())
    done = await caller.until("response.done", within_s=60)
    assert done["response"]["output"][0]["content"][0]["transcript"] == "The office is open from nine to five."
    heard = ears.transcribe(to_hearing(caller.audio(), PCM)).lower()
    assert "office is open" in heard
    await engine.close()


async def test_a_defect_of_ours_closes_the_session_with_1011_and_not_the_process(
    new_engine, dialogue, monkeypatch, caplog
):
    engine = new_engine()
    caller, other = dialogue(engine.connect()), dialogue(engine.connect())
    await caller.until("session.created")
    with monkeypatch.context() as defect:
        defect.setattr(EngineSession, "receive", lambda *_: 1 / 0)
        await caller.send("input_audio_buffer.clear")
        with pytest.raises(TransportClosed) as closed:
            await caller.until("nothing more")
    assert closed.value.code == 1011
    assert "broke down" in caplog.text
    await other.ask("hello")
    assert (await other.until("response.done"))["response"]["status"] == "completed"
