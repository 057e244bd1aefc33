"""WAV files for the command line: any usual kind is read, 16-bit mono is written.

The standard library's `wave` refuses float samples, and until 3.12 the extensible header that recorders write for
24 bits, so the chunks are read here.
"""

from __future__ import annotations

import contextlib
import os
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np

from agent.engine.audio import int16_to_bytes, resample
from agent.engine.g711 import decode_g711
from agent.engine.parts import WIRE_RATE
from agent.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_KINDS = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64), (_ALAW, 8), (_MULAW, 8)}
_STREAMED = 0xFFFFFFFF  # the length that a program writes when it cannot go back to the header
_LONGEST = 30 * 60  # s
_LARGEST = 512 * 1024 * 1024  # bytes; half an hour of stereo at 48 kHz in 24 bits


class AudioFileError(InputError):
    """A sound file that cannot be used."""


@dataclass(frozen=True, slots=True)
class _Format:
    code: int
    channels: int
    rate: int
    bits: int

    @property
    def frame(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.bits // 8


def read_wav(path: str | Path, rate: int = WIRE_RATE) -> NDArray[np.float32]:
    """Read a WAV file of any usual kind.

    Args:
        path: PCM of 8, 16, 24 or 32 bits, float of 32 or 64, or G.711; any rate; channels are mixed to one.
        rate: The rate wanted, in Hz.

    Returns:
        Mono samples in [-1, 1] at that rate.

    Raises:
        AudioFileError: The file cannot be opened, is no WAV file, is cut short, holds no sound or is too long.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():  # a pipe would be waited for without end
            raise AudioFileError(f"{path} is not a file; name a WAV file")
        if size > _LARGEST:
            raise AudioFileError(f"{path}: {size >> 20} MB is too large; at most {_LARGEST >> 20} MB are read")
        with path.open("rb") as file:
            form, data = _chunks(path, file)
    except OSError as error:
        raise AudioFileError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > _LONGEST * form.rate * form.frame:
        raise AudioFileError(f"{path}: longer than {_LONGEST // 60} minutes; cut it into parts")
    samples = _samples(form, data)
    if not np.isfinite(samples).all():
        raise AudioFileError(f"{path} is damaged: some of its samples are not numbers")
    return np.clip(resample(samples.reshape(-1, form.channels).mean(axis=1), form.rate, rate), -1, 1)


def write_wav(path: str | Path, samples: NDArray[np.int16], rate: int = WIRE_RATE) -> None:
    """Write a 16-bit mono WAV file; a file of that name is replaced only once the new one is whole.

    Args:
        path: Where to.
        samples: What to write.
        rate: Its rate in Hz.

    Raises:
        AudioFileError: The file cannot be written there.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file, wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(rate)
            writer.writeframes(int16_to_bytes(samples))
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where the folder itself is the trouble, there is nothing to remove
            partial.unlink(missing_ok=True)
        raise AudioFileError(f"{path} cannot be written: {error.strerror or error}") from None


def _chunks(path: Path, file: BinaryIO) -> tuple[_Format, bytes]:
    """The format and the sound; whatever else the file carries is passed over."""
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        what = "is empty" if not head else "is not a WAV file"
        raise AudioFileError(f"{path} {what}; convert the recording to WAV first (16-bit PCM is best)")
    form: _Format | None = None
    while len(header := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", header)
        if name == b"data":
            if form is None:
                raise AudioFileError(f"{path} is damaged: its sound comes before the description of its format")
            return form, _sound(path, file, size, form)
        body = file.read(size + size % 2) if name == b"fmt " else b""
        if name == b"fmt ":
            form = _format(path, body)
        else:
            file.seek(size + size % 2, os.SEEK_CUR)
    raise AudioFileError(f"{path} is cut short: it is a WAV file without any sound in it")


def _format(path: Path, body: bytes) -> _Format:
    if len(body) < 16:
        raise AudioFileError(f"{path} is cut short: the description of its format is not whole")
    code, channels, rate, _, _, bits = cast("tuple[int, ...]", struct.unpack_from("<HHIIHH", body))
    if code == _EXTENSIBLE and len(body) >= 26:
        (code,) = struct.unpack_from("<H", body, 24)  # the first two bytes of the sub-format's identifier
    if (code, bits) not in _KINDS:
        raise AudioFileError(
            f"{path}: format {code} with {bits} bits is not supported; convert it to 16-bit PCM "
            "(8, 16, 24 and 32 bits, 32- and 64-bit float and G.711 are read)"
        )
    if not 1 <= channels <= 32 or not 1_000 <= rate <= 384_000:
        raise AudioFileError(f"{path} is damaged: {channels} channels at {rate} Hz")
    return _Format(code, channels, rate, bits)


def _sound(path: Path, file: BinaryIO, size: int, form: _Format) -> bytes:
    data = file.read(size if size != _STREAMED else -1)
    if len(data) < size != _STREAMED:
        raise AudioFileError(f"{path} is cut short: its header promises {size} bytes of sound, {len(data)} are there")
    if len(data) < form.frame:
        raise AudioFileError(f"{path} holds no sound: it has no samples")
    return data[: len(data) - len(data) % form.frame]


def _samples(form: _Format, data: bytes) -> NDArray[np.float32]:
    """Samples in [-1, 1], the channels still interleaved."""
    match form.code, form.bits:
        case (_, 8) if form.code == _PCM:
            return np.frombuffer(data, dtype=np.uint8).astype(np.float32) / np.float32(128) - np.float32(1)
        case (_, 8):
            return decode_g711(data, "alaw" if form.code == _ALAW else "mulaw")
        case (_, 24):
            # Each three bytes become the upper three of four.
            wide = np.zeros((len(data) // 3, 4), dtype=np.uint8)
            wide[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
            return wide.view("<i4").ravel().astype(np.float32) / np.float32(1 << 31)
        case (_, bits) if form.code == _PCM:
            return np.frombuffer(data, dtype=f"<i{bits // 8}").astype(np.float32) / np.float32(1 << (bits - 1))
        case (_, bits):
            return np.frombuffer(data, dtype=f"<f{bits // 8}").astype(np.float32)
