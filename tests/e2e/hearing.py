"""What a page plays, recorded at the loudspeaker and written down by the engine's ears."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np
import pytest

from agent.engine.audio import resample
from agent.engine.hear import load_ears
from agent.engine.parts import HEARING_RATE
from tests.e2e.browsing import RATE, by_touch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from playwright.async_api import Locator, Page

WITHIN = 200  # ms between what was heard and what is said to have been
WHOLE = 0.85  # of the letters of an answer that was heard to its end
BROKEN_OFF = 0.75  # of the few that were heard of one that was not, and whose last word may be half a word

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


def alike(one: str, other: str) -> float:
    """How much of two transcripts is the same in the same order, letter by letter, 0…1.

    Letters and digits, since sound with a gap in it, as a network leaves, or cut in the middle of a word, is written
    down as other words that sound alike; another sentence is below a half.
    """
    letters = ["".join(each for each in text.lower() if each.isalnum()) for text in (one, other)]
    return SequenceMatcher(None, *letters, autojunk=False).ratio()


async def words_of(answer: Locator) -> str:
    """The words of an answer as they stand on the page."""
    return await answer.locator("p").first.evaluate(_WORDS)


async def mark_of_holding(page: Page) -> str:
    """What the recorder notes when somebody begins to talk by holding."""
    return "touch" if await by_touch(page) else "Space"
