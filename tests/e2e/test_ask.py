"""`vocative ask` as its user types it: text and speech in, the answer with its evidence out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from agent.engine.audio import resample
from agent.engine.hear import load_ears
from agent.engine.wav import read_wav, write_wav

if TYPE_CHECKING:
    from pathlib import Path


def vocative(*arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def asked(*arguments: str) -> dict[str, Any]:
    return json.loads(vocative("ask", *arguments, "--json").stdout)


def test_a_typed_question_is_answered_from_the_documents_with_a_citation():
    turn = asked("How much is the Island Pass?")
    assert turn["transcript"] == "How much is the Island Pass?"
    assert [call["name"] for call in turn["tool_calls"]] == ["search"]
    assert turn["tool_calls"][0]["duration_ms"] >= 0
    assert 1 <= len(turn["citations"]) <= 3
    assert {"document", "page", "title", "text", "score"} <= set(turn["citations"][0])
    evidence = [_plain(each["text"]) for each in turn["citations"]]
    for sentence in re.split(r"(?<=[.!?]) ", turn["answer"]):
        assert any(_plain(sentence) in text for text in evidence), turn
    assert "speech_end_to_first_audio" in turn["timings_ms"]


@pytest.mark.slow
def test_a_spoken_question_gets_the_right_answer_and_the_reply_can_be_heard(say, tmp_path: Path):
    question, reply = tmp_path / "question.wav", tmp_path / "reply.wav"
    write_wav(question, say("When does the last boat back from Seal Island leave in summer?"))
    turn = asked("--audio", str(question), "--out", str(reply))
    assert "island" in turn["transcript"].lower()
    assert turn["citations"]
    heard = load_ears().transcribe(resample(read_wav(reply), 24_000, 16_000))
    said = set(_words(turn["answer"]))
    assert len(said & set(_words(heard))) >= 0.6 * len(said), (turn["answer"], heard)


def test_silence_is_told_from_a_question(tmp_path: Path):
    silent = tmp_path / "silent.wav"
    write_wav(silent, np.zeros(24_000, np.int16))
    done = vocative("ask", "--audio", str(silent), expect=2)
    assert "no speech was heard" in done.stderr


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()
