"""What one response is made with: the session's configuration, and what `response.create` overrides of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.engine.configuration import DEFAULT_INSTRUCTIONS, check_response, check_tool_choice
from agent.engine.formats import AudioFormat, format_of
from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """Fixed when the response is created; a later `session.update` does not reach it.

    Attributes:
        instructions: What the reasoner is told.
        tools: Function definitions.
        tool_choice: As on the wire.
        modality: `"audio"` or `"text"`.
        max_output_tokens: An upper limit, or None.
        output: The `audio.output` object of the response.
        speed: The voice's pace.
        metadata: Echoed.
        in_conversation: Its items are added to the conversation; otherwise it is out of band.
        input: Items to read instead of the conversation, as the client wrote them; None for the conversation.
    """

    instructions: str
    tools: list[dict[str, Any]]
    tool_choice: Any
    modality: str
    max_output_tokens: int | None
    output: dict[str, Any]
    speed: float
    metadata: dict[str, str] | None = None
    in_conversation: bool = True
    input: list[dict[str, Any]] | None = None

    @property
    def format(self) -> AudioFormat:
        """How its audio is encoded."""
        return format_of(self.output["format"])


def settle(session: Mapping[str, Any], given: object, *, voice_fixed: bool = False) -> ResponseSettings:
    """Combine the session with an override.

    Args:
        session: The session object in force.
        given: The `response` object of a `response.create`; `{}` for a response of the server's own making.
        voice_fixed: The session has already spoken, so its voice must stay.

    Raises:
        WireError: A field of the override is unknown or its value cannot be accepted.
    """
    override = check_response(given)
    used = copy.deepcopy({**session, **override})
    check_tool_choice(used, "response")
    output: dict[str, Any] = session["audio"]["output"]
    wanted: dict[str, Any] = override.get("audio", {}).get("output", {})
    if voice_fixed and wanted.get("voice", output["voice"]) != output["voice"]:
        raise WireError(
            "Cannot update a conversation's voice if assistant audio is present.",
            code="cannot_update_voice",
            param="response.audio.output.voice",
        )
    limit = used["max_output_tokens"]
    return ResponseSettings(
        instructions=used["instructions"] or DEFAULT_INSTRUCTIONS,
        tools=used["tools"],
        tool_choice=used["tool_choice"],
        modality=used["output_modalities"][0],
        max_output_tokens=None if limit == "inf" else limit,
        output={"format": output["format"], "voice": output["voice"]} | wanted,
        speed=output["speed"],
        metadata=override.get("metadata"),
        in_conversation=override.get("conversation", "auto") == "auto",
        input=override.get("input"),
    )
