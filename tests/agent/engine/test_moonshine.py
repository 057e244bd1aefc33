from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from agent.engine.moonshine import Moonshine, looping, read_tokenizer, spell
from agent.engine.parts import HEARING_RATE
from agent.engine.wav import read_wav

CLIPS = Path(__file__).resolve().parents[2] / "data" / "speech"


@pytest.fixture(scope="module")
def moonshine() -> Moonshine:
    return Moonshine()


def clip(name: str) -> np.ndarray:
    return read_wav(CLIPS / name, HEARING_RATE)


def test_a_question_is_written_down(moonshine: Moonshine):
    assert moonshine.recognise(clip("whatstheweatherlike.wav")) == "What's the weather like?"


def test_an_utterance_of_more_than_nine_seconds_is_written_down_whole(moonshine: Moonshine):
    heard = moonshine.recognise(clip("jfk.wav"))
    assert heard.startswith("And so my fellow Americans")
    assert heard.endswith("what you can do for your country.")


@pytest.mark.parametrize("samples", [0, 1, 100, 1000, 5000])
def test_a_sound_too_short_for_the_encoder_does_not_crash_it(moonshine: Moonshine, samples: int):
    assert len(moonshine.recognise(np.zeros(samples, np.float32)).split()) <= 2


def test_several_threads_get_what_one_alone_gets(moonshine: Moonshine):
    audio = clip("whatstheweatherlike.wav")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(moonshine.recognise, [audio] * 6)) == {"What's the weather like?"}


def test_a_decoder_that_goes_round_in_circles_is_stopped(moonshine: Moonshine, monkeypatch: pytest.MonkeyPatch):
    class Stuck:
        """A decoder that never ends: the word "the" for ever."""

        def run(self, names: list[str], feed: dict[str, np.ndarray]) -> list[np.ndarray]:
            logits = np.zeros((1, 1, 32768), np.float32)
            logits[0, 0, 278] = 1
            return [logits, *(feed[f"past_key_values.{name.removeprefix('present.')}"] for name in names[1:])]

    monkeypatch.setattr(moonshine, "_decoder", Stuck())
    assert len(moonshine.recognise(np.zeros(20 * HEARING_RATE, np.float32)).split()) <= 1


@pytest.mark.parametrize(
    ("tokens", "repeated"),
    [
        ([], 0),
        ([7] * 23, 0),
        ([7] * 24, 23),
        ([5, 7] * 11, 0),
        ([5, 7] * 12, 22),
        ([1, 2, 3, 4, 5, 6, 7, 8] * 3, 0),
        ([1, 2, 3, 4, 5, 6, 7, 8] * 4, 24),
        (list(range(100)), 0),
    ],
)
def test_a_loop_is_told_from_somebody_who_says_no_no_no(tokens: list[int], repeated: int):
    assert looping(tokens) == repeated
    assert looping([99, *tokens]) == repeated


def test_the_tokenizers_file_holds_every_token_behind_its_length():
    long = b"x" * 300
    data = b"\x01a" + b"\x00" + bytes([300 % 128 + 128, 300 // 128]) + long
    assert read_tokenizer(data) == [b"a", b"", long]


def test_a_tokenizers_file_that_ends_inside_a_token_is_refused():
    with pytest.raises(ValueError, match="ends inside a token"):
        read_tokenizer(b"\x05abc")


def test_the_real_tokenizer_has_every_token_of_the_model(moonshine: Moonshine):
    assert len(moonshine._pieces) == 32768


def test_control_tokens_and_broken_characters_are_not_spelt_out():
    pieces = [b"<unk>", b"<s>", b"</s>", "\u2581caf".encode(), "é".encode(), b"\xc3", b"<<ST_1>>", "\u2581au".encode()]
    assert spell([1, 3, 4, 5, 6, 7, 2], pieces) == "café au"
