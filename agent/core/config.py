"""Configuration: what the server decides about a session, and what of the model's answer to it the core acts on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.core.fields import amount_at, at
from agent.core.playback import BYTES_PER_MS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from agent.core.budget import Terms
    from agent.core.rules import CallRules


# Samples a second that make one a millisecond.
_MS = 1000


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """What the server decides about a session.

    Attributes:
        session: The GA session object that is enforced: instructions, tools, audio …
        timeouts: Seconds that each of our tools may take, by name; None for no limit.
        extensions: The client opted in to our own events (subprotocol `vocative.v1`).
        ready: Fields of `extension.ready`: what a client needs for its page.
        sources_in_text: A client that did not opt in reads an answer's sources at the end of its text.
        client_tools: A client may offer the model tools of its own, which it runs itself, beside ours.
        rules: How calls of each of our tools are treated, by name; a tool without any runs, and that is all.
        speculative: Names of our tools that may be run ahead of the model's call, in the user's words.
        renewable: The model's session can be replaced by another one under the client's.
        approved: For each server whose tools the model's service calls itself, by its label, the names of the tools
            that may be called where the service asks.
        terms: Prices, and how much the session may cost; None where nobody counts. What it begins with stays.
    """

    session: Mapping[str, Any]
    timeouts: Mapping[str, float | None] = field(default_factory=dict[str, "float | None"])
    extensions: bool = False
    ready: Mapping[str, Any] = field(default_factory=dict[str, Any])
    client_tools: bool = True
    sources_in_text: bool = False
    rules: Mapping[str, CallRules] = field(default_factory=dict[str, "CallRules"])
    speculative: frozenset[str] = frozenset()
    renewable: bool = True
    approved: Mapping[str, Collection[str]] = field(default_factory=dict[str, "Collection[str]"])
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """What is in force, as the model's `session.updated` tells.

    Attributes:
        detects_voice: Voice activity detection is on, so that the user's turns are announced.
        interrupts: The model stops its response when the user begins to speak.
        creates_responses: The model answers by itself when the user has stopped.
        bytes_per_ms: Of the audio that the model sends.
    """

    detects_voice: bool = True
    interrupts: bool = True
    creates_responses: bool = True
    bytes_per_ms: int = BYTES_PER_MS["audio/pcm"]


def effective(session: Mapping[str, Any]) -> Effective:
    """Read a session object of the model's; what it leaves out is as the services default it."""
    detection = at(session, "audio", "input", "turn_detection")
    return Effective(
        detects_voice=bool(detection),
        interrupts=detection.get("interrupt_response") is not False,
        creates_responses=detection.get("create_response") is not False,
        bytes_per_ms=_bytes_per_ms(at(session, "audio", "output", "format")),
    )


def _bytes_per_ms(sound: dict[str, Any]) -> int:
    rate = amount_at(sound, "rate")
    if sound.get("type") == "audio/pcm" and isinstance(rate, int) and rate >= _MS:
        return rate // _MS * 2  # Voice Live sends at 8 and 16 kHz as well
    return BYTES_PER_MS.get(str(sound.get("type")), BYTES_PER_MS["audio/pcm"])
