from __future__ import annotations

import numpy as np
import pytest

from agent.engine.formats import FORMATS, PCM
from agent.engine.parts import VAD_FRAME
from agent.engine.wire_audio import Encoder, Listener, decode, to_hearing


class Frames:
    def __init__(self):
        self.frames = []
        self.resets = 0

    def probability(self, frame):
        self.frames.append(frame)
        return float(np.abs(frame).max() > 0.01)

    def reset(self):
        self.resets += 1


def tone(ms, rate=24_000):
    return (np.sin(np.arange(rate * ms // 1000) * 2 * np.pi * 440 / rate) * 16_000).astype(np.int16)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_encoded_can_be_decoded(kind):
    wanted, encoder = FORMATS[kind], Encoder(FORMATS[kind])
    sound = tone(1000)
    audio = (
        b"".join(encoder.push(sound[start : start + 5000]) for start in range(0, len(sound), 5000)) + encoder.flush()
    )
    assert wanted.ms(len(audio)) == 1000
    heard = to_hearing(audio, wanted)
    assert len(heard) == pytest.approx(16_000, abs=2)
    assert np.abs(heard[1000:-1000]).max() == pytest.approx(16_000 / 32768, rel=0.1)


def test_frames_are_whole_however_the_sound_comes():
    detector = Frames()
    listener = Listener(detector)
    audio = tone(1000).astype("<i2").tobytes()
    count = sum(len(listener.feed(audio[start : start + 140], PCM)) for start in range(0, len(audio), 140))
    assert count == len(detector.frames)
    assert count in {30, 31}
    assert {frame.shape for frame in detector.frames} == {(VAD_FRAME,)}


def test_a_reset_listener_remembers_nothing():
    detector = Frames()
    listener = Listener(detector)
    listener.feed(tone(60).astype("<i2").tobytes(), PCM)
    listener.reset()
    assert detector.resets == 1
    assert listener.feed(bytes(48 * 100), PCM) == [0.0, 0.0]


def test_telephone_codes_are_heard_as_what_they_are():
    assert np.abs(decode(b"\xff" * 80, FORMATS["audio/pcmu"])).max() == 0
    assert np.abs(decode(b"\xd5" * 80, FORMATS["audio/pcma"])).max() < 0.001
