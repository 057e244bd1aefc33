"""One spoken turn, from a WAV file to the loudspeaker: its trace as a collector gets it, and its metrics as scraped."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
import time
import urllib.request
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from agent.engine.audio import float_to_int16
from agent.engine.speak import load_voice
from agent.engine.wav import read_wav, write_wav
from agent.testing.loudspeaker import Loudspeaker
from tests.collector import Collector
from tests.environment import environment

ROOT = Path(__file__).parents[2]
PIECE = 960  # samples: 40 ms
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def question(tmp_path_factory):
    """A WAV file of a question, with the silence that ends a turn."""
    spoken = list(load_voice().speak("How much is the Island Pass?"))
    path = tmp_path_factory.mktemp("speech") / "question.wav"
    write_wav(path, np.concatenate([np.zeros(6000, np.int16), *spoken, np.zeros(72_000, np.int16)]))
    return path


class Conversation:
    """A page's end of a session: it speaks at the pace of speech, and reports what its loudspeaker plays."""

    def __init__(self, socket):
        self._socket, self._speaker = socket, Loudspeaker()
        self._item, self._answered = None, False
        self._loop = asyncio.get_running_loop()

    async def hold(self, sound):
        speaking = asyncio.create_task(self._speak(sound))
        reporting = asyncio.create_task(self._report())
        async with asyncio.timeout(120):
            async for message in self._socket:
                self._take(message.json())
                if reporting.done():
                    break
        speaking.cancel()

    async def _speak(self, sound):
        for start in range(0, len(sound), PIECE):
            audio = base64.b64encode(sound[start : start + PIECE].astype("<i2").tobytes()).decode()
            await self._socket.send_json({"type": "input_audio_buffer.append", "audio": audio})
            await asyncio.sleep(0.04)

    def _take(self, event):
        if event["type"] == "response.output_audio.delta":
            self._item = event["item_id"]
            self._speaker.queue(self._item, len(base64.b64decode(event["delta"])) // 48, self._loop.time())
        elif event["type"] == "response.done" and self._item is not None:
            self._answered = True

    async def _report(self):
        while True:
            await asyncio.sleep(0.2)
            playing = self._speaker.playing(self._loop.time())
            if playing is not None:
                await self._played(*playing)
            elif self._answered:
                await self._played(self._item, self._speaker.total_ms())
                await self._socket.close()
                return

    async def _played(self, item, ms):
        await self._socket.send_json({"type": "extension.playback", "item_id": item, "played_ms": ms})


async def converse(url, sound):
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    offered = {"protocols": ("realtime", "vocative.v1"), "headers": headers, "max_msg_size": 0}
    async with ClientSession() as http, http.ws_connect(f"{url}/v1/realtime", **offered) as socket:
        await Conversation(socket).hold(sound)


class Told:
    """What is known of the turn when the server has stopped."""

    def __init__(self, collector, page, lines, window):
        self.spans, self.page, self.lines, self.window = collector.spans, page, lines, window
        self.session, self.turn = collector.span("session"), collector.span("invoke_agent Lantern Sound Ferries")
        self.stages = {}
        for span in self.spans:
            if stage := span.attributes.get("vocative.stage"):
                self.stages.setdefault(stage, []).append(span)

    def samples(self, name):
        """The samples of a name on the page of metrics."""
        families = text_string_to_metric_families(self.page)
        return [sample for family in families for sample in family.samples if sample.name == name]


@pytest.fixture(scope="module")
def told(question):
    with Collector() as collector:
        options = ["--port", "0", "--metrics", "0", "--log-format", "json"]
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", "run", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, PYTHONUNBUFFERED="1"),
            cwd=ROOT,
        )
        try:
            said, url, metrics = [], None, None
            while url is None:
                line = process.stdout.readline()
                assert line, "".join(said)
                said.append(line)
                metrics = metrics or _found(r"metrics are at (http://[^\s\"]+)", line)
                url = _found(r"listens on (\S+)", line)
            began = time.time()
            asyncio.run(converse(url, float_to_int16(read_wav(question))))
            page = urllib.request.urlopen(metrics, timeout=30).read().decode()
            window = (began, time.time())
            process.terminate()
            said += process.stdout.readlines()
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.stdout.close()
        yield Told(collector, page, said, window)


def _found(pattern, line):
    match = re.search(pattern, line)
    return match and match[1]


def test_the_trace_of_a_spoken_turn_has_every_stage(told):
    assert set(told.stages) == {"speech", "transcript", "model", "retrieval", "first_audio", "heard", "playback"}
    assert [span.name for span in told.stages["retrieval"]] == ["execute_tool search"]


def test_the_parts_of_the_turn_explain_the_whole_within_five_percent(told):
    parts = sum(span.seconds for spans in told.stages.values() for span in spans)
    assert parts == pytest.approx(told.turn.seconds, rel=0.05)
    # And so they do without what is long in any talk, which would hide what is missing between.
    latency = told.turn.attributes["vocative.turn.response_latency"]
    waited = [span for name in ("transcript", "model", "retrieval", "first_audio") for span in told.stages[name]]
    assert sum(span.seconds for span in waited) == pytest.approx(latency, rel=0.05)


def test_the_stages_come_one_after_the_other_within_the_turn_and_the_turn_within_the_session(told):
    order = [*told.stages["speech"], *told.stages["transcript"], *told.stages["first_audio"], *told.stages["playback"]]
    assert all(before.ended <= after.began + 1e-6 for before, after in pairwise(order))
    for span in (each for spans in told.stages.values() for each in spans):
        assert told.turn.began - 1e-6 <= span.began <= span.ended <= told.turn.ended + 1e-6
        assert (span.parent, span.trace) == (told.turn.id, told.turn.trace)
    assert told.turn.parent == told.session.id
    assert told.window[0] - 1 <= told.session.began <= told.turn.began <= told.turn.ended <= told.window[1] + 1


def test_times_are_those_of_the_sound(told, question):
    spoken = len(read_wav(question)) / 24_000 - 3.25
    (speech,), (playback,) = told.stages["speech"], told.stages["playback"]
    assert spoken / 2 < speech.seconds < spoken + 3  # with the silence that shows that it is over
    seconds = {each.labels["direction"]: each.value for each in told.samples("vocative_audio_seconds_total")}
    assert playback.seconds == pytest.approx(seconds["out"], rel=0.1)


def test_the_session_is_part_of_its_callers_trace(told):
    assert told.session.trace.hex() == TRACE
    assert told.session.parent.hex() == PARENT
    assert {span.trace for span in told.spans} == {told.session.trace}


def test_responses_are_told_by_the_conventions_for_generative_ai(told):
    chats = [span for span in told.spans if span.attributes.get("gen_ai.operation.name") == "chat"]
    assert [chat.attributes["gen_ai.output.type"] for chat in sorted(chats, key=lambda each: each.began)] == [
        "text",
        "speech",
    ]
    for chat in chats:
        assert chat.name == f"chat {chat.attributes['gen_ai.request.model']}"
        assert chat.attributes["gen_ai.provider.name"] == "vocative.engine"
        assert chat.attributes["gen_ai.usage.input_tokens"] > 0
        assert chat.attributes["gen_ai.response.finish_reasons"] == ["completed"]


def test_prometheus_own_parser_reads_the_same_turn(told):
    (latency,) = [each.value for each in told.samples("vocative_turn_response_latency_seconds_sum")]
    assert latency == pytest.approx(told.turn.attributes["vocative.turn.response_latency"])
    stages = {each.labels["stage"]: each.value for each in told.samples("vocative_turn_stage_duration_seconds_count")}
    assert stages == {"speech": 1, "transcript": 1, "model": 2, "retrieval": 1, "first_audio": 1, "heard": 1}
    assert [each.labels["outcome"] for each in told.samples("vocative_tool_calls_total")] == ["ok"]


def test_log_lines_carry_the_trace_and_nothing_of_what_was_said(told):
    lines = "".join(told.lines)
    assert f'"trace_id": "{TRACE}"' in lines
    assert "island" not in lines.lower()
