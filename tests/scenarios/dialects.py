"""Puts the fake model and the fake client, who speak GA, into the clothes of another dialect."""

from __future__ import annotations

import json

from agent.core.dialect import GA
from agent.core.frames import Frame
from agent.core.translate import Translation
from agent.core.wording import spoken, understood


class Dressed:
    """One side of a session that speaks another dialect than the fake behind it.

    Args:
        dialect: The dialect that the session is to hear and to speak.
    """

    def __init__(self, dialect):
        self.dialect = dialect
        self._away = None if dialect is GA else Translation(GA, dialect)
        self._home = None if dialect is GA else Translation(dialect, GA)

    def of_model(self, text):
        """What a service of this dialect sends where the fake model sends a text."""
        return [text] if self._away is None else [frame.text for frame in self._away.frames(Frame(text))]

    def for_model(self, text):
        """What the fake model is told when a service of this dialect is."""
        return text if self._away is None else json.dumps(understood(json.loads(text), self.dialect))

    def of_client(self, text):
        """What a client of this dialect sends where the fake client sends a text."""
        if self._away is None:
            return text
        event = json.loads(text)
        if event["type"] == "session.update":
            return json.dumps(event | {"session": self.dialect.session_from_ga(event["session"])})
        return spoken(Frame(text), self.dialect).text

    def for_client(self, text):
        """What the fake client sees when a client of this dialect is sent a text."""
        if self._home is None:
            return [text]
        return [frame.text for frame in self._home.frames(Frame(text, self.dialect.name))]
