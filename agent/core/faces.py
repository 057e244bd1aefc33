"""Faces: each side of a session is spoken to in its own names, whatever the other side's are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import wording
from agent.core.actions import ToClient, ToUpstream
from agent.core.dialect import GA
from agent.core.frames import MalformedFrame
from agent.core.handover import ToSuccessor
from agent.core.translate import Translation

if TYPE_CHECKING:
    from agent.core.dialect import Dialect
    from agent.core.handover import Outcome, Outcomes


class Faces:
    """What two sides of a session call things. Made anew when either side changes.

    Args:
        upstream: The model's names.
        client: The client's names.

    Attributes:
        client: The client's names.
        plain: Both speak as the core thinks, and nothing has to be translated.
    """

    def __init__(self, upstream: Dialect, client: Dialect) -> None:
        self.client = client
        self.plain = upstream is client is GA
        self._upstream = upstream
        # Frames come from the model in its names, and from ourselves in GA's.
        self._translations = {
            source.name: Translation(source, client) for source in (GA, upstream) if source is not client
        }

    def spoken(self, actions: Outcomes) -> Outcomes:
        """The same actions, each frame in the names of who is to read it.

        Raises:
            MalformedFrame: One for the model is nested more deeply than can be written.
        """
        if self.plain:
            return actions
        result: list[Outcome] = []
        for action in actions:
            if isinstance(action, ToClient):
                translation = self._translations.get(action.frame.dialect)
                result += [action] if translation is None else _to_client(action, translation)
            elif isinstance(action, ToUpstream):
                frame = wording.spoken(action.frame, self._upstream)
                result.append(action if frame is action.frame else ToUpstream(frame))
            elif isinstance(action, ToSuccessor):
                result.append(ToSuccessor(wording.spoken(action.frame, self._upstream)))
            else:
                result.append(action)
        return result


def _to_client(action: ToClient, translation: Translation) -> list[Outcome]:
    try:
        return [action if frame is action.frame else ToClient(frame) for frame in translation.frames(action.frame)]
    except MalformedFrame:
        return []  # what cannot be read cannot be shown; what else was decided about it is done all the same
