"""Speculating: when to look something up ahead, in the words that the user is still saying.

A search is worth beginning before the model asks for it where the model will ask in the user's own words. So it begins
on the partial transcript, at each pause that the service transcribes, and again on the whole one where that says more.
What comes of it is shown to nobody unless a call of the model's agrees with it; whoever runs it finds that out.

Each search costs somebody something, so there are bounds: one runs at a time, few begin in a turn, none after the model
has called or answered, and a model that keeps asking in words of its own is left alone for some turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.actions import DropSpeculation, Speculate, StartCall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent.core.actions import Action
    from agent.core.calls import CallResult

DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"
TRANSCRIPTS = frozenset({DELTA, COMPLETED})

# Searches of one turn; the last of them is kept for the whole transcript, which is right more often than any part.
MOST = 4
# Seconds between two of them, so that a service which sends word by word does not use them all up on half a sentence.
BETWEEN = 0.25
FEWEST_WORDS = 2
# Characters. Nobody asks a search for more; and what a service sends must not fill our memory.
LONGEST = 400
# After so many turns in a row whose call asked for something else, and for how many turns nothing is then begun.
MOST_MISSES, REST = 3, 10
_CLOSING = " \t\n.,;:!?\u2026"


class Speculating:
    """The look-ahead of one session.

    Args:
        tools: Names of the tools that may be run ahead; none for never.
    """

    def __init__(self, tools: frozenset[str] = frozenset()) -> None:
        self._tools = tools
        self._item: str | None = None
        self._text = ""
        self._begun: list[str] = []
        self._calls: set[str] = set()
        self._again_from = 0.0
        self._due: float | None = None
        self._committed = False
        self._over = False
        self._misses = 0
        self._rest = 0

    @property
    def enabled(self) -> bool:
        """Whether there is anything that may be run ahead; where not, no transcript need be read."""
        return bool(self._tools)

    def equip(self, tools: frozenset[str]) -> None:
        """There are other tools from now on."""
        self._tools = tools

    def speech_started(self, item_id: str | None) -> list[Action]:
        """The user begins a turn: what was looked up for the turn before is of no use to this one.

        Args:
            item_id: The message that it will be, where the service tells.
        """
        dropped: list[Action] = [DropSpeculation()] if self._begun else []
        self._item, self._text, self._due = item_id, "", None
        self._begun, self._committed, self._over = [], False, False
        self._calls.clear()
        self._rest = max(0, self._rest - 1)
        return dropped

    def committed(self, item_id: str) -> list[Action]:
        """The user's turn has become an item; one that nobody announced began with it."""
        dropped = [] if self._mine(item_id) else self.speech_started(item_id)
        self._committed, self._due = True, None
        return dropped

    def heard(self, item_id: str, delta: str, now: float) -> list[Action]:
        """A piece of the transcript has come.

        Args:
            item_id: The user's message.
            delta: What is added to the words before.
            now: Seconds.
        """
        if not self._mine(item_id):
            return []
        self._text = (self._text + delta)[: LONGEST + 1]
        # Once the turn is over, its whole transcript is a moment away.
        if self._committed or len(self._begun) >= MOST - 1 or not self._says_more(self._text):
            self._due = None
            return []
        if now < self._again_from:
            self._due = self._again_from
            return []
        return self._begin(self._text, now)

    def whole(self, item_id: str, transcript: str, now: float) -> list[Action]:
        """The whole transcript of a turn has come.

        Args:
            item_id: The user's message.
            transcript: Its words.
            now: Seconds.
        """
        if not self._mine(item_id):
            return []
        self._text, self._due = transcript, None
        return self._begin(transcript, now) if self._says_more(transcript) else []

    def answered(self, actions: Iterable[Action]) -> None:
        """The model has called or answered: nothing that begins now could be there before it is wanted.

        While the user still speaks that was the turn before, which the user breaks in on.

        Args:
            actions: What follows from it; calls that begin are followed to their end.
        """
        if not self._committed:
            return
        self._over, self._due = True, None
        if self._begun:
            calls = (action for action in actions if isinstance(action, StartCall))
            self._calls |= {call.call_id for call in calls if call.name in self._tools}

    def finished(self, call_id: str, result: CallResult) -> None:
        """A call of the model's has ended. One that failed tells nothing of how the model asks."""
        if call_id not in self._calls:
            return
        self._calls.remove(call_id)
        if result.speculated:
            self._misses = 0
        elif result.ok:
            self._misses += 1
        if self._misses >= MOST_MISSES:
            self._misses, self._rest = 0, REST

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called; None for never."""
        return self._due

    def handle_timer(self, now: float) -> list[Action]:
        """Begin with the words that came too soon after those before."""
        if self._due is None or now < self._due:
            return []
        return self._begin(self._text, now)

    def _mine(self, item_id: str) -> bool:
        """Whether something concerns the present turn; the transcript of one before may come late."""
        if self._item is None:
            self._item = item_id
        return item_id == self._item

    def _says_more(self, text: str) -> bool:
        """Whether these words are worth a search of their own."""
        if self._over or self._rest or len(text) > LONGEST or len(self._begun) >= MOST:
            return False
        words = _plain(text)
        return len(words.split()) >= FEWEST_WORDS and (not self._begun or words != self._begun[-1])

    def _begin(self, text: str, now: float) -> list[Action]:
        self._begun.append(_plain(text))
        self._again_from, self._due = now + BETWEEN, None
        return [Speculate(text.strip())]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(_CLOSING)
