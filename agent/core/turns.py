"""Whose turn it is: the user's speech and the model's response, as one transition table.

Two axes move on the same signals. A response may be asked for only at the corner (SILENT, IDLE): every rule about
barge-in, overlap and races follows from that and from the rows below. The diagram in the docs is drawn from TABLE.
"""

from __future__ import annotations

from enum import Enum


class User(Enum):
    """What the user is doing."""

    SILENT = "silent"
    SPEAKING = "speaking"
    AWAITED = "awaited"  # stopped speaking, and voice activity detection is about to create a response


class Model(Enum):
    """What the model is doing in the default conversation."""

    IDLE = "idle"
    REQUESTED = "requested"  # a response.create of ours is on its way
    ACTIVE = "active"


class Signal(Enum):
    """What can happen."""

    SPEECH_STARTED = "speech started"
    SPEECH_STOPPED = "speech stopped, a response will follow"
    SPEECH_ENDED = "speech stopped, no response will follow"
    REQUESTED = "response requested"
    CREATED = "response created"
    DONE = "response done"
    REFUSED = "request refused: another response is active"
    LOST = "request lost, or refused for good"
    UNANSWERED = "no response followed the speech"


# Signal → the moves it makes on each axis. A state without an entry stays as it is: services repeat and reorder, and
# a signal that makes no sense where we stand must not wedge the session.
TABLE: dict[Signal, tuple[dict[User, User], dict[Model, Model]]] = {
    Signal.SPEECH_STARTED: (dict.fromkeys(User, User.SPEAKING), {}),
    Signal.SPEECH_STOPPED: ({User.SPEAKING: User.AWAITED}, {}),
    Signal.SPEECH_ENDED: ({User.SPEAKING: User.SILENT}, {}),
    Signal.UNANSWERED: ({User.AWAITED: User.SILENT}, {}),
    Signal.REQUESTED: ({}, {Model.IDLE: Model.REQUESTED}),
    Signal.CREATED: ({User.AWAITED: User.SILENT}, dict.fromkeys(Model, Model.ACTIVE)),
    Signal.DONE: ({}, {Model.ACTIVE: Model.IDLE}),
    Signal.REFUSED: ({}, {Model.REQUESTED: Model.ACTIVE}),
    Signal.LOST: ({}, {Model.REQUESTED: Model.IDLE}),
}


class Turns:
    """The state of one conversation's floor."""

    __slots__ = ("model", "user")

    def __init__(self) -> None:
        self.user = User.SILENT
        self.model = Model.IDLE

    def move(self, signal: Signal) -> None:
        """Take one row of the table."""
        users, models = TABLE[signal]
        self.user = users.get(self.user, self.user)
        self.model = models.get(self.model, self.model)

    @property
    def free(self) -> bool:
        """Whether a response may be asked for."""
        return self.user is User.SILENT and self.model is Model.IDLE
