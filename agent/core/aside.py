"""Aside: one sentence in the assistant's voice that is no part of the conversation, such as "one moment".

It is an out-of-band response, and for as long as it takes the arbiter of `response.create` holds everything else: the
caller never hears two voices at once. It has no claim to the floor: where somebody has it, the sentence is dropped, and
when the caller speaks, it is stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import messages

if TYPE_CHECKING:
    from agent.core.frames import Frame

# Seconds. As with any request, one that is not answered by then is lost; and no sentence takes longer than the other.
ASIDE_LOST = 10.0
LONGEST_ASIDE = 20.0


class Aside:
    """The sentence that is being said, if one is.

    Attributes:
        event_id: Of the request, by which the response and an error are known as its own; None while there is none.
        response_id: Of the response, once it has begun.
        heard_until: When the sound of the latest sentence ends for who hears it (s); 0 while none of it was passed on.
    """

    def __init__(self) -> None:
        self.event_id: str | None = None
        self.response_id: str | None = None
        self.heard_until = 0.0
        self._due: float | None = None
        self._unwanted = False

    @property
    def active(self) -> bool:
        """Whether a sentence is asked for or being said."""
        return self.event_id is not None

    def ask(self, event_id: str, text: str, now: float, *, like: str = "") -> Frame:
        """Ask for a sentence; there must be none.

        Args:
            event_id: Of the request.
            text: What is to be said.
            now: Seconds.
            like: Words in whose language it is to be said; "" for as it stands.
        """
        self.event_id, self._due, self.heard_until = event_id, now + ASIDE_LOST, 0.0
        return messages.aside(event_id, text, like)

    def sounds(self, response_id: str, ms: float, now: float) -> None:
        """Some of an out-of-band response's sound was passed on.

        Args:
            response_id: The response; one that is not the sentence is nothing to us.
            ms: Its length, in ms.
            now: Seconds.
        """
        if response_id == self.response_id:
            self.heard_until = max(self.heard_until, now) + ms / 1000

    def created(self, response_id: str, mark: str | None, now: float) -> bool:
        """An out-of-band response has begun.

        Args:
            response_id: The response.
            mark: What it says it is an answer to.
            now: Seconds.

        Returns:
            Whether it is ours and not wanted any more.
        """
        if self.event_id is None or mark != self.event_id:
            return False
        self.response_id, self._due = response_id, now + LONGEST_ASIDE
        return self._unwanted

    def stop(self) -> str | None:
        """The caller has begun to speak.

        Returns:
            The response that is to be cancelled, if it has begun; one that begins later is told by `created`.
        """
        if self.event_id is None or self._unwanted:
            return None
        self._unwanted = True
        return self.response_id

    def ended(self, *, response_id: str | None = None, event_id: str | None = None) -> bool:
        """A response has ended, or a request was refused.

        Returns:
            Whether it was ours, so that the floor is free again.
        """
        ours = self.event_id is not None and (
            (event_id is not None and event_id == self.event_id)
            or (response_id is not None and response_id == self.response_id)
        )
        if ours:
            self.clear()
        return ours

    def clear(self) -> None:
        """Whatever was asked for will not come."""
        self.event_id = self.response_id = self._due = None
        self._unwanted = False

    def next_deadline(self) -> float | None:
        """When it is given up."""
        return self._due

    def overdue(self, now: float) -> None:
        """Give up what did not come, or did not end."""
        if self._due is not None and now >= self._due:
            self.clear()
