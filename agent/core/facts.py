"""Facts: what an observer tells of a session, for traces, metrics and logs: times and counts.

Content is told only to who asked for it. Times are seconds on the clock of the session's `now`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from agent.core.usage import Usage

StageName: TypeAlias = Literal["speech", "transcript", "model", "retrieval", "tool", "first_audio", "heard", "playback"]
Kind: TypeAlias = Literal["spoken", "held", "typed", "unprompted"]
TurnOutcome: TypeAlias = Literal["completed", "interrupted", "failed", "unanswered"]
CallOutcome: TypeAlias = Literal["ok", "error", "timeout", "refused", "cancelled"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of a turn.

    Attributes:
        name: What was going on.
        began: When it began.
        ended: When it was over.
        call_id: The call, of `retrieval` and `tool`.
    """

    name: StageName
    began: float
    ended: float
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class TurnBegan:
    """A turn has begun: the user speaks or has typed something, or the model speaks unasked.

    Attributes:
        number: Counts from 1 in each session.
        kind: How it began; `held` is speech whose end the client tells.
        began: When.
    """

    number: int
    kind: Kind
    began: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is over, with all that is known of it.

    Attributes:
        number: As in `TurnBegan`.
        kind: As in `TurnBegan`.
        began: When it began.
        ended: When it ended: the answer was heard, or was cut, or no more came.
        outcome: What became of it.
        stages: In the order in which they ended. Together they cover the turn, and only transcripts and calls that run
            side by side overlap.
        latency: From the end of what the user said to the first sound sent to the caller (s); None without either.
        reported: The caller told how much was heard; else `playback` ends with what was sent.
    """

    number: int
    kind: Kind
    began: float
    ended: float
    outcome: TurnOutcome
    stages: tuple[Stage, ...]
    latency: float | None
    reported: bool


@dataclass(frozen=True, slots=True)
class CallBegan:
    """A tool of ours begins to run."""

    call_id: str
    name: str
    began: float


@dataclass(frozen=True, slots=True)
class CallEnded:
    """It is over.

    Attributes:
        call_id: The call.
        name: The tool.
        began: When it began.
        ended: When its output went into the conversation, or it was stopped.
        outcome: What came of it.
        error: Machine-readable code of the failure, or None.
        passages: How many passages it retrieved.
        speculated: It was found before the model asked.
    """

    call_id: str
    name: str
    began: float
    ended: float
    outcome: CallOutcome
    error: str | None = None
    passages: int = 0
    speculated: bool = False


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """A response of the model's is over.

    Attributes:
        response_id: As the model named it.
        began: When it was asked for, or was created where the model answers by itself.
        ended: When it was over.
        status: `completed`, `cancelled`, `failed` or `incomplete`.
        error: Code of the failure, or None.
        usage: What it cost.
        spoken: It has sound.
    """

    response_id: str
    began: float
    ended: float
    status: str
    error: str | None
    usage: Usage
    spoken: bool


@dataclass(frozen=True, slots=True)
class Transcribed:
    """What the user said was written down, by a model of its own.

    Attributes:
        usage: What that cost.
    """

    usage: Usage


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said. This is content: it is told only to who asked for that.

    Attributes:
        speaker: Who.
        text: Their words, as they were transcribed.
    """

    speaker: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class BargedIn:
    """The user began to speak while an answer was being given or heard."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A connection was replaced, or could not be.

    Attributes:
        side: Whose connection.
        outcome: Whether there is another.
        reason: `lost`, or `renewed` where the old one still stood.
    """

    side: Literal["model", "client"]
    outcome: Literal["ok", "failed"]
    reason: Literal["lost", "renewed"]


@dataclass(frozen=True, slots=True)
class AudioPassed:
    """Sound that has passed since this was told last.

    Attributes:
        heard: Of the caller's (s).
        spoken: Of the model's (s).
    """

    heard: float
    spoken: float


@dataclass(frozen=True, slots=True)
class Underran:
    """The caller's loudspeaker ran out of sound.

    Attributes:
        count: How often, since this was told last.
    """

    count: int


@dataclass(frozen=True, slots=True)
class Met:
    """The model has told of its session.

    Attributes:
        model: Its name, "" where it does not tell.
        transcriber: The name of the model that writes down what the user says; "" where there is none.
    """

    model: str
    transcriber: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over.

    Attributes:
        ended: When.
        failed: It did not end because a side wanted it to.
        code: The close code that the client is told.
        reason: Why, in words, "" where somebody just left.
    """

    ended: float
    failed: bool
    code: int
    reason: str


Fact: TypeAlias = (
    TurnBegan
    | TurnEnded
    | CallBegan
    | CallEnded
    | ResponseEnded
    | Transcribed
    | Said
    | BargedIn
    | Reconnected
    | AudioPassed
    | Underran
    | Met
    | SessionEnded
)
