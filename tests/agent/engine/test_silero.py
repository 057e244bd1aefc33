import threading
from pathlib import Path

import numpy as np
import pytest

from agent.engine.parts import HEARING_RATE, VAD_FRAME
from agent.engine.silero import Silero
from agent.engine.wav import read_wav

CLIPS = Path(__file__).resolve().parents[2] / "data" / "speech"


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero()


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return read_wav(CLIPS / "whatstheweatherlike.wav", HEARING_RATE)


def noises() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    count = 5 * HEARING_RATE
    time = np.arange(count) / HEARING_RATE
    return {
        "silence": np.zeros(count),
        "faint hiss": rng.standard_normal(count) * 0.001,
        "loud hiss": rng.standard_normal(count) * 0.1,
        "mains hum": 0.3 * np.sin(2 * np.pi * 50 * time),
        "dial tone": 0.2 * np.sin(2 * np.pi * 350 * time) + 0.2 * np.sin(2 * np.pi * 440 * time),
        "clicks": (rng.random(count) > 0.999) * 0.8,
    }


def test_speech_is_likely_while_somebody_speaks_and_unlikely_after(silero: Silero, speech: np.ndarray):
    probabilities = silero.probabilities(np.concatenate((speech, np.zeros(HEARING_RATE, np.float32))))
    assert np.sort(probabilities)[-20:].min() > 0.9
    assert probabilities[-15:].max() < 0.2


@pytest.mark.parametrize("kind", noises())
def test_noise_is_not_taken_for_speech(silero: Silero, kind: str):
    assert silero.probabilities(noises()[kind].astype(np.float32)).max() < 0.5


def test_listeners_do_not_hear_each_others_callers(silero: Silero, speech: np.ndarray):
    frames = speech[: len(speech) // VAD_FRAME * VAD_FRAME].reshape(-1, VAD_FRAME)
    one, other = silero.listener(), silero.listener()
    rng = np.random.default_rng(0)
    interleaved: list[float] = []
    for frame in frames:
        interleaved.append(one.probability(frame))
        other.probability((rng.standard_normal(VAD_FRAME) * 0.3).astype(np.float32))
    alone = silero.listener()
    assert interleaved == pytest.approx([alone.probability(frame) for frame in frames], abs=1e-5)


def test_listeners_in_several_threads_get_what_one_alone_gets(silero: Silero, speech: np.ndarray):
    expected = silero.probabilities(speech)
    found: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: found.append(silero.probabilities(speech))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for each in found:
        np.testing.assert_allclose(each, expected, atol=1e-5)


def test_a_reset_forgets_what_was_heard(silero: Silero, speech: np.ndarray):
    listener = silero.listener()
    frames = speech[: 40 * VAD_FRAME].reshape(-1, VAD_FRAME)
    first = [listener.probability(frame) for frame in frames]
    listener.reset()
    assert [listener.probability(frame) for frame in frames] == pytest.approx(first, abs=1e-6)


@pytest.mark.parametrize("shape", [(0,), (VAD_FRAME - 1,), (VAD_FRAME + 1,), (1, VAD_FRAME)])
def test_a_frame_of_another_length_is_refused(silero: Silero, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="has 512 samples"):
        silero.listener().probability(np.zeros(shape, np.float32))


def test_a_recording_of_any_length_has_a_probability_for_each_begun_frame(silero: Silero):
    assert len(silero.probabilities(np.zeros(0, np.float32))) == 0
    assert len(silero.probabilities(np.zeros(1, np.float32))) == 1
    assert len(silero.probabilities(np.zeros(VAD_FRAME * 2, np.float32))) == 2
