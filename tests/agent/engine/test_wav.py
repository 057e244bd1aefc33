import os
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from agent.engine import wav
from agent.engine.g711 import encode_g711
from agent.engine.wav import AudioFileError, read_wav, write_wav
from agent.errors import UsageError

RATE = 24_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def form(code: int, bits: int, channels: int = 1, rate: int = RATE) -> bytes:
    frame = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits)


def sound(code: int, bits: int) -> bytes:
    match code, bits:
        case 1, 8:
            return np.rint(TONE * 127 + 128).astype(np.uint8).tobytes()
        case 1, 24:
            whole = np.rint(TONE * 8388607).astype("<i4").view(np.uint8).reshape(-1, 4)
            return whole[:, :3].tobytes()
        case 1, _:
            return np.rint(TONE.astype(np.float64) * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}").tobytes()
        case 3, _:
            return TONE.astype(f"<f{bits // 8}").tobytes()
        case _:
            return encode_g711(TONE, "alaw" if code == 6 else "mulaw")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a question, été.wav"


@pytest.mark.parametrize(
    ("code", "bits", "tolerance"),
    [(1, 8, 0.01), (1, 16, 1e-4), (1, 24, 1e-6), (1, 32, 1e-6), (3, 32, 0), (3, 64, 0), (6, 8, 0.02), (7, 8, 0.02)],
)
def test_every_usual_kind_of_sample_is_read(path: Path, code: int, bits: int, tolerance: float):
    path.write_bytes(riff((b"fmt ", form(code, bits)), (b"data", sound(code, bits))))
    np.testing.assert_allclose(read_wav(path), TONE, atol=tolerance)


def test_the_extensible_header_of_recorders_is_read(path: Path):
    rest = struct.pack("<HHI", 22, 24, 4) + struct.pack("<H", 1) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    path.write_bytes(riff((b"fmt ", form(0xFFFE, 24) + rest), (b"data", sound(1, 24))))
    np.testing.assert_allclose(read_wav(path), TONE, atol=1e-6)


def test_other_chunks_of_odd_length_are_passed_over(path: Path):
    path.write_bytes(riff((b"LIST", b"odd"), (b"fmt ", form(1, 16)), (b"junk", b"x"), (b"data", sound(1, 16))))
    assert len(read_wav(path)) == RATE


def test_stereo_is_mixed_down(path: Path):
    both = np.column_stack((TONE, -TONE)).astype("<f4")
    path.write_bytes(riff((b"fmt ", form(3, 32, channels=2)), (b"data", both.tobytes())))
    assert np.abs(read_wav(path)).max() < 1e-6


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_any_rate_is_brought_to_the_wires(path: Path, rate: int):
    samples = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate) * 32767).astype("<i2")
    path.write_bytes(riff((b"fmt ", form(1, 16, rate=rate)), (b"data", samples.tobytes())))
    heard = read_wav(path)
    assert len(heard) == pytest.approx(RATE, abs=4)
    np.testing.assert_allclose(heard[2000:-2000], TONE[2000 : len(heard) - 2000], atol=0.01)


def test_a_length_that_a_pipe_could_not_fill_in_means_the_rest_of_the_file(path: Path):
    whole = riff((b"fmt ", form(1, 16)), (b"data", sound(1, 16)))
    at = whole.index(b"data") + 4
    path.write_bytes(whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :])
    assert len(read_wav(path)) == RATE


GOOD = riff((b"fmt ", form(1, 16)), (b"data", sound(1, 16)))
BAD = {
    "is empty": b"",
    "is not a WAV file": b"ID3\x04 this is an mp3 file",
    "cut short: its header promises 48000": GOOD[:-1000],
    "cut short: it is a WAV file without": riff((b"fmt ", form(1, 16))),
    "cut short: the description": riff((b"fmt ", b"\1\0")),
    "holds no sound": riff((b"fmt ", form(1, 16)), (b"data", b"")),
    "sound comes before": riff((b"data", b"\0\0"), (b"fmt ", form(1, 16))),
    "format 2 with 4 bits is not supported; convert": riff((b"fmt ", form(2, 4)), (b"data", b"\0\0")),
    "0 channels": riff((b"fmt ", form(1, 16, channels=0)), (b"data", b"\0\0")),
    "channels at 0 Hz": riff((b"fmt ", form(1, 16, rate=0)), (b"data", b"\0\0")),
    "not numbers": riff((b"fmt ", form(3, 32)), (b"data", np.array([np.nan, 0], "<f4").tobytes())),
    "longer than 30 minutes": riff((b"fmt ", form(1, 8, rate=1000)), (b"data", bytes(1_800_001))),
}


@pytest.mark.parametrize(("says", "content"), BAD.items())
def test_a_file_that_cannot_be_used_is_refused_in_words_that_name_it(path: Path, says: str, content: bytes):
    path.write_bytes(content)
    with pytest.raises(AudioFileError) as refused:
        read_wav(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_a_file_cut_anywhere_is_refused_and_never_crashes(path: Path, length: int):
    path.write_bytes(GOOD[:length])
    with pytest.raises(AudioFileError):
        read_wav(path)


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path):
    with pytest.raises(AudioFileError, match="No such file"):
        read_wav(tmp_path / "missing.wav")
    with pytest.raises(UsageError, match="is not a file"):
        read_wav(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wav, "_LARGEST", 1 << 20)
    with path.open("wb") as file:
        file.write(GOOD[:44])
        file.truncate(2 << 20)
    with pytest.raises(AudioFileError, match="2 MB is too large"):
        read_wav(path)


def test_what_is_written_can_be_read_by_anyone(path: Path):
    samples = np.rint(TONE * 32767).astype(np.int16)
    write_wav(path, samples)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
    np.testing.assert_allclose(read_wav(path), TONE, atol=1e-4)


def test_a_failed_write_leaves_the_old_file_and_no_fragment(path: Path, monkeypatch: pytest.MonkeyPatch):
    path.write_bytes(b"old")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(AudioFileError, match="cannot be written: No space"):
        write_wav(path, np.zeros(10, np.int16))
    assert path.read_bytes() == b"old"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(AudioFileError, match="cannot be written"):
        write_wav(tmp_path / "missing" / "out.wav", np.zeros(10, np.int16))
