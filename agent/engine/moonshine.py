"""Speech to text: Moonshine tiny (English), encoder and decoder run directly.

The package that carries the weights brings a segmenter that invents words on near-silence; it is not used.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import numpy as np

from agent.engine.models import ModelFile, Session, open_session
from agent.engine.parts import HEARING_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _asset(name: str, sha256: str) -> ModelFile:
    return ModelFile("moonshine-voice==0.0.73", "moonshine_voice", f"assets/tiny-en/{name}", sha256)


ENCODER = _asset("encoder_model.ort", "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221")
DECODER = _asset("decoder_model_merged.ort", "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0")
TOKENIZER = _asset("tokenizer.bin", "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d")

_LAYERS, _HEADS, _HEAD_SIZE = 6, 8, 36
_CACHE = [f"{layer}.{part}" for layer in range(_LAYERS) for part in ("decoder.key", "decoder.value")]
_CROSS = [f"{layer}.{part}" for layer in range(_LAYERS) for part in ("encoder.key", "encoder.value")]
_START, _END = 1, 2  # token ids
_SHORTEST = HEARING_RATE // 2  # samples; on less than this the encoder has too few frames to make words of
_AT_ONCE = max(1, min(os.cpu_count() or 1, 4))  # more would only wait for a core, each holding its memory
_TOKENS_PER_SECOND = 10  # quick speech has about 5, a telephone number read out fast 8; more is a decoder gone astray


class Moonshine:
    """The loaded recogniser. Safe to call from several threads.

    Raises:
        ModelFileError: A model's file is missing or wrong.
    """

    def __init__(self) -> None:
        self._encoder: Session = open_session(ENCODER)
        self._decoder: Session = open_session(DECODER)
        self._pieces = read_tokenizer(TOKENIZER.verified().read_bytes())
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def recognise(self, audio: NDArray[np.float32]) -> str:
        """Write down one utterance.

        Args:
            audio: Mono samples in [-1, 1] at `HEARING_RATE`, at most about 30 s: the model has seen nothing longer.
        """
        audio = np.pad(audio, (0, max(0, _SHORTEST - len(audio)))).astype(np.float32, copy=False)
        limit = 5 + _TOKENS_PER_SECOND * len(audio) // HEARING_RATE
        with self._turns:
            tokens = self._decode(audio[np.newaxis, :], limit)
        return spell(tokens, self._pieces)

    def _decode(self, audio: NDArray[np.float32], limit: int) -> list[int]:
        """Greedy decoding: feed each token back until the end, the limit, or a loop."""
        # The decoder too wants the mask in the raw audio's length: in the encoder's, anything over 9 s fails.
        mask = np.ones(audio.shape, dtype=np.int64)
        (hidden,) = self._encoder.run(None, {"input_values": audio, "attention_mask": mask})
        feed = {"encoder_attention_mask": mask, "encoder_hidden_states": hidden}
        feed |= {f"past_key_values.{name}": _empty(0) for name in _CACHE}
        feed |= {f"past_key_values.{name}": _empty(hidden.shape[1]) for name in _CROSS}
        tokens: list[int] = []
        token, started = _START, False
        while len(tokens) < limit:
            feed |= {"input_ids": np.array([[token]], dtype=np.int64), "use_cache_branch": np.array([started])}
            # What the decoder makes of the encoder's output never changes, so it is fetched in the first step only.
            wanted = _CACHE if started else _CACHE + _CROSS
            logits, *kept = self._decoder.run(["logits", *(f"present.{name}" for name in wanted)], feed)
            feed |= {f"past_key_values.{name}": value for name, value in zip(wanted, kept, strict=True)}
            token, started = int(logits[0, -1].argmax()), True
            if token == _END:
                break
            tokens.append(token)
            if loop := looping(tokens):
                return tokens[:-loop]
        return tokens


def looping(tokens: list[int]) -> int:
    """Tell whether a decoder goes round in circles.

    Args:
        tokens: What it has written so far.

    Returns:
        How many tokens at the end only repeat what stands before them; 0 while that may still be speech ("no, no, no").
    """
    for period in range(1, 17):
        repeated = period * max(4, -(-24 // period))
        if len(tokens) >= repeated and tokens[-repeated:-period] == tokens[-repeated + period :]:
            return repeated - period
    return 0


def read_tokenizer(data: bytes) -> list[bytes]:
    """Read `tokenizer.bin`: the bytes of each token in order of its id, each behind its length.

    Args:
        data: The file. A length is one byte, or from 128 on two: the low seven bits, then the rest.

    Raises:
        ValueError: The file ends inside a token.
    """
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length = length - 128 + 128 * data[at]
            at += 1
        pieces.append(data[at : at + length])
        at += length
    if at != len(data):
        raise ValueError("the tokenizer's file ends inside a token")
    return pieces


def spell(tokens: list[int], pieces: list[bytes]) -> str:
    """Put tokens together to a text; control tokens, and bytes that form no character, are dropped."""
    spoken = (pieces[token] for token in tokens if token > _END and not pieces[token].startswith(b"<<ST_"))
    return b"".join(spoken).decode(errors="ignore").replace("\u2581", " ").strip()


def _empty(length: int) -> NDArray[np.float32]:
    return np.zeros((1, _HEADS, length, _HEAD_SIZE), dtype=np.float32)
