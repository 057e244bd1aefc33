"""What a page plays, recorded at the loudspeaker and written down by the engine's ears."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from agent.engine.audio import resample
from agent.engine.hear import load_ears
from agent.engine.parts import HEARING_RATE
from tests.e2e.browsing import RATE, by_touch
from tests.quality.word_errors import errors, words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from playwright.async_api import Locator, Page

WITHIN = 200  # ms between what was heard and what is said to have been

# The numbers of the sources stand in the answer, and are not said.
_WORDS = "p => { const q = p.cloneNode(true); for (const e of q.querySelectorAll('button, a, sup')) e.remove(); \
return q.textContent; }"


@pytest.fixture(scope="session")
def ears():
    """The engine's."""
    return load_ears()


def written(ears, sound: NDArray[np.int16]) -> str:
    """What was said, as the engine's ears take it down."""
    return ears.transcribe(resample(sound.astype(np.float32) / 32768, RATE, HEARING_RATE))


def alike_to_the_break(one: str, other: str) -> bool:
    """Whether two transcripts of an answer that was broken off are the same, but for a word at most.

    The last word may be cut in the middle, and be taken for another one, a number for a number of more words.
    """
    if abs(len(one.split()) - len(other.split())) > 1:
        return False
    kept = min(len(words(one)), len(words(other))) - 1
    return errors(" ".join(words(one)[:kept]), " ".join(words(other)[:kept]))[0] <= 1


async def words_of(answer: Locator) -> str:
    """The words of an answer as they stand on the page."""
    return await answer.locator("p").first.evaluate(_WORDS)


async def mark_of_holding(page: Page) -> str:
    """What the recorder notes when somebody begins to talk by holding."""
    return "touch" if await by_touch(page) else "Space"
