from __future__ import annotations

import pytest

from agent.engine.alignment import SpokenText


def spoken(text, ms, **options):
    speech = SpokenText(48, **options)
    number = speech.add(text)
    shown = [speech.advance(number, 4800) for _ in range(ms // 100)]
    return speech, [*shown, speech.finish(number)]


def test_words_are_shown_in_step_with_the_sound():
    speech, shown = spoken("one two three four five six seven eight ", 2800)
    assert "".join(shown) == speech.transcript == "one two three four five six seven eight "
    assert shown[0] == "one "
    assert max(len(each.split()) for each in shown) == 1


def test_a_slow_voice_does_not_get_ahead_of_its_words():
    _, fast = spoken("one two three four five six seven eight", 1000, speed=1.5)
    _, slow = spoken("one two three four five six seven eight", 1000, speed=0.25)
    assert len("".join(fast[:5])) > len("".join(slow[:5]))


def test_the_pace_of_one_sentence_is_used_for_the_next():
    speech, _ = spoken("abcd " * 20, 10_000)  # ten characters a second
    number = speech.add("abcd " * 20)
    assert speech.advance(number, 48 * 1000).count("abcd") == 2


@pytest.mark.parametrize(
    ("ms", "heard"),
    [(1, ""), (380, "one"), (999, "one two three"), (1000, "one two three four"), (5000, "one two three four")],
)
def test_a_word_that_was_cut_off_was_not_heard(ms, heard):
    speech, _ = spoken("one two three four", 1000)
    assert speech.heard(ms) == heard


def test_what_was_heard_never_exceeds_what_was_shown():
    speech = SpokenText(48)
    number = speech.add("a sentence that was never finished")
    speech.advance(number, 48 * 200)
    assert speech.heard(200) == speech.transcript.rstrip()
    assert speech.audio_ms == 200
