import socket
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import numpy as np
import pytest

from agent.engine.audio import resample
from agent.engine.hear import load_ears
from agent.engine.parts import HEARING_RATE, WIRE_RATE, Voice
from agent.engine.speak import VOICES, VoiceError, check_voice, first_clause, load_voice, trim
from agent.errors import UsageError
from tests.quality.word_errors import rate


@pytest.fixture(scope="module")
def voice() -> Voice:
    loaded = load_voice()
    loaded.warm()
    return loaded


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def whole(voice: Voice, text: str, speed: float = 1.0) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int16), *voice.speak(text, speed=speed)])


SAID = {  # what is written, and what is meant
    "You have twenty days of paid leave each year.": "You have twenty days of paid leave each year.",
    "The fee is $1,250, due on March 22nd.": "The fee is 1250 dollars, due on March twenty second.",
    "The ferry leaves at noon. Bicycles travel free!": "The ferry leaves at noon. Bicycles travel free!",
    "Open Mon-Fri, e.g. for **new** members.": "Open Monday to Friday, for example, for new members.",
}


def test_what_is_said_is_understood_by_our_own_ears(voice: Voice):
    ears = load_ears()
    pairs: list[tuple[str, str]] = []
    for text, meant in SAID.items():
        audio = whole(voice, text).astype(np.float32) / 32768
        pairs.append((meant, ears.transcribe(resample(audio, WIRE_RATE, HEARING_RATE))))
    assert rate(pairs) <= 0.1, pairs


def test_each_sentence_comes_as_a_piece_of_its_own(voice: Voice):
    pieces = list(voice.speak("One sentence. Another one! A third?"))
    assert len(pieces) == 3
    assert all(piece.dtype == np.int16 for piece in pieces)


def test_the_first_sound_is_in_the_first_fortieth_of_a_second(voice: Voice):
    for text in ("Yes.", "How many days can I take?", "She sells sea shells."):
        first = next(iter(voice.speak(text)))
        assert np.flatnonzero(np.abs(first) > 50)[0] < WIRE_RATE // 40


def test_sentences_stand_a_short_pause_apart(voice: Voice):
    first = next(iter(voice.speak("One sentence. Another one.")))
    quiet = len(first) - np.flatnonzero(np.abs(first) > 60)[-1]
    assert quiet == pytest.approx(0.2 * WIRE_RATE, rel=0.1)


def test_a_long_first_sentence_is_begun_before_it_is_all_there(voice: Voice):
    text = (
        "The deductible for the standard plan is two thousand dollars per year for an individual, and four thousand "
        "dollars for a family, and it resets on the first of January of each year."
    )
    pieces = list(voice.speak(text))
    assert len(pieces) == 2
    assert len(pieces[0]) < 8 * WIRE_RATE


def test_a_sentence_of_any_length_is_said(voice: Voice):
    words = " ".join(["forty"] * 300)
    assert len(whole(voice, words)) > 60 * WIRE_RATE


def test_speed_changes_the_length_and_not_the_words(voice: Voice):
    text = "You can take ten days of leave."
    lengths = [len(whole(voice, text, speed)) for speed in (0.25, 0.5, 1.0, 1.5)]
    assert lengths[0] > 3 * lengths[2]
    assert lengths[1] == pytest.approx(2 * lengths[2], rel=0.2)
    assert lengths[3] == pytest.approx(lengths[2] / 1.5, rel=0.2)


@pytest.mark.parametrize("speed", [0.0, -1.0, 0.2, 5.0, float("nan")])
def test_a_speed_out_of_range_is_refused_at_once(voice: Voice, speed: float):
    with pytest.raises(ValueError, match=r"between 0\.25 and 4\.0"):
        voice.speak("Hello.", speed=speed)


@pytest.mark.parametrize("text", ["", "   \n ", "\U0001f600", "***", "\u6771\u4eac", "[1]", "---"])
def test_a_text_without_words_is_silence(voice: Voice, text: str):
    assert len(whole(voice, text)) == 0


def test_the_voice_is_as_loud_as_speech_usually_is_and_never_clips(voice: Voice):
    audio = whole(voice, " ".join(SAID)) / 32768
    voiced = audio[np.abs(audio) > 0.01]
    assert -23 < 20 * np.log10(np.sqrt(np.mean(voiced**2))) < -14
    assert np.abs(audio).max() < 0.95


def test_the_same_words_always_sound_the_same_in_every_thread(voice: Voice):
    texts = ["You have twenty days.", "Vocative knows Xanthippe."] * 4
    with ThreadPoolExecutor(4) as pool:
        spoken = list(pool.map(lambda text: whole(voice, text).tobytes(), texts))
    assert len(set(spoken)) == 2


def test_neither_loading_nor_speaking_reaches_for_the_network(offline: None):
    assert len(whole(load_voice(), "Vocative knows Xanthippe."))


@pytest.mark.parametrize(
    "name", ["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"]
)
def test_the_services_voice_names_are_accepted(name: str):
    assert check_voice(name) == VOICES[name]


@pytest.mark.parametrize("name", ["", "Alloy", "emma", "alloy "])
def test_an_unknown_voice_is_refused_with_the_list(name: str):
    with pytest.raises(VoiceError, match="choose one of alloy, ash, ballad") as refused:
        check_voice(name)
    assert isinstance(refused.value, UsageError)


def test_silence_around_a_sentence_is_cut_and_a_silent_one_is_empty():
    sentence = np.zeros(WIRE_RATE, np.float32)
    sentence[10_000:14_000] = 0.5
    assert len(trim(sentence, pause=200)) == 4_000 - 1 + 480 + 4_800
    assert len(trim(np.zeros(100, np.float32), pause=200)) == 0


def test_a_sentence_is_parted_only_where_it_is_long_and_has_a_clause():
    assert first_clause("Short, very.") == ["Short, very."]
    assert first_clause("x" * 400) == ["x" * 400]
    first, rest = first_clause("a" * 100 + ", " + "b" * 100)
    assert (first, rest) == ("a" * 100 + ",", "b" * 100)
