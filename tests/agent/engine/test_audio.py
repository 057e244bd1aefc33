from itertools import pairwise

import numpy as np
import pytest

from agent.engine.audio import (
    Resampler,
    float_to_int16,
    float_to_pcm16,
    int16_to_bytes,
    pcm16_to_float,
    resample,
)


def tone(frequency: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def level(samples: np.ndarray) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return float(np.sqrt(np.mean(middle**2)))


def test_bytes_of_the_wire_become_samples_and_come_back_within_one_step():
    samples = np.array([0, 1, -1, 32767, -32768, 1234], dtype="<i2")
    floats = pcm16_to_float(samples.tobytes())
    assert floats.dtype == np.float32
    assert floats[4] == -1.0
    assert np.abs(np.frombuffer(float_to_pcm16(floats), "<i2").astype(int) - samples).max() <= 1


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="even number of bytes, not 3"):
        pcm16_to_float(b"abc")


def test_no_bytes_are_no_samples():
    assert len(pcm16_to_float(b"")) == 0
    assert float_to_pcm16(np.zeros(0, np.float32)) == b""


def test_too_loud_is_held_at_the_limit_instead_of_wrapping_round():
    assert float_to_int16(np.array([2.0, -2.0], np.float32)).tolist() == [32767, -32768]


def test_samples_go_out_low_byte_first_whatever_the_machine():
    assert int16_to_bytes(np.array([0x0102], dtype=">i2")) == b"\x02\x01"


@pytest.mark.parametrize(("source", "target"), [(24_000, 16_000), (16_000, 24_000), (8_000, 24_000), (24_000, 8_000)])
def test_a_stream_in_odd_pieces_gives_what_the_whole_recording_gives(source: int, target: int):
    whole = tone(440, source)
    stream = Resampler(source, target)
    cuts = [0, 1, 480, 481, 5000, 5000, 12345, len(whole)]
    pieces = [stream.push(whole[start:end]) for start, end in pairwise(cuts)]
    pieces.append(stream.push(np.zeros(0, np.float32), last=True))
    streamed = np.concatenate(pieces)
    assert len(streamed) == pytest.approx(len(whole) * target / source, abs=2)
    np.testing.assert_allclose(streamed, resample(whole, source, target)[: len(streamed)], atol=1e-4)


def test_what_would_alias_at_16_khz_is_removed_and_speech_is_kept():
    assert level(resample(tone(10_000, 24_000), 24_000, 16_000)) < 1e-5
    assert level(resample(tone(3_000, 24_000), 24_000, 16_000)) == pytest.approx(level(tone(3_000, 24_000)), rel=1e-3)


def test_the_ears_get_a_piece_at_most_25_ms_late():
    stream = Resampler(24_000, 16_000)
    given = sum(len(stream.push(piece)) for piece in np.split(tone(440, 24_000), 50))
    assert 16_000 - given <= 400  # samples at 16 kHz


def test_a_stream_can_be_used_again_after_its_end():
    stream = Resampler(24_000, 16_000)
    first = stream.push(tone(440, 24_000), last=True)
    np.testing.assert_allclose(stream.push(tone(440, 24_000), last=True), first, atol=1e-6)


def test_the_same_rate_passes_the_identical_samples():
    samples = tone(440, 24_000)
    assert Resampler(24_000, 24_000).push(samples, last=True) is samples
