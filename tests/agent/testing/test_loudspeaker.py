"""How much a caller would have heard by a moment."""

from __future__ import annotations

import pytest

from agent.testing.loudspeaker import Loudspeaker


@pytest.fixture
def speaker():
    speaker = Loudspeaker()
    speaker.queue("a", 600, 10.0)
    speaker.queue("a", 400, 10.1)
    speaker.queue("b", 500, 10.2)
    return speaker


@pytest.mark.parametrize(
    ("now", "heard", "playing"),
    [
        (10.0, 0, ("a", 0)),
        (10.5, 500, ("a", 500)),
        (11.25, 1250, ("b", 250)),
        (11.5, 1500, None),
        (99.0, 1500, None),
    ],
)
def test_items_are_played_one_after_the_other_in_real_time(speaker, now, heard, playing):
    assert speaker.heard_ms(now) == heard
    assert speaker.playing(now) == playing


def test_what_comes_after_a_silence_begins_when_it_comes(speaker):
    speaker.queue("c", 100, 20.0)
    assert speaker.playing(20.05) == ("c", 50)
    assert speaker.total_ms() == 1600


def test_clearing_tells_what_there_was(speaker):
    assert speaker.clear() == [("a", 1000), ("b", 500)]
    assert speaker.playing(10.1) is None
    assert speaker.total_ms() == 0
