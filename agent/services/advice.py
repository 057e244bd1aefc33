"""Advice: what is worth knowing about a service beyond whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from agent.services.refusal import without_secrets
from agent.services.retirement import retirement_of, retirements
from agent.services.transcribing import VARIABLES
from tools.proxies import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from agent.services.service import Service

PREVIEW = (
    "Azure has deprecated the preview protocol (2026-04-30); the GA protocol (--model azure) takes its place. WebRTC "
    "with the preview cannot hide or enforce the instructions: the browser's data channel is the only control channel, "
    "there is no sideband, so whoever holds the page can read and change prompt, tools and settings. It needs an API "
    "key, for the sessions call takes no bearer token, and a resource in eastus2 or swedencentral. WebSockets through "
    "this server hide and enforce everything as with any other service."
)

# The last part of a rejected field's path, in either dialect → where an agent sets it.
_OPTIONS = {
    "turn_detection": "turn_detection",
    "noise_reduction": "noise_reduction",
    "input_audio_noise_reduction": "noise_reduction",
    "transcription": "transcription",
    "input_audio_transcription": "transcription",
    "voice": "voice",
    "speed": "speed",
    "truncation": "truncation",
    "temperature": "temperature",
    "output_modalities": "modality",
    "modalities": "modality",
    "max_output_tokens": "max_output_tokens",
    "max_response_output_tokens": "max_output_tokens",
    "tool_choice": "tool_choice",
    "parallel_tool_calls": "parallel_tool_calls",
    "reasoning": "reasoning_effort",
    "tools": "tools",
    "instructions": "instructions",
}


def rejected(error: object) -> str:
    """Say what an `error` event means that comes instead of a session.

    Args:
        error: The event's `error` object.
    """
    fields = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    message = without_secrets(str(fields.get("message") or fields.get("code") or "no reason given"))
    param = fields.get("param")
    if not isinstance(param, str) or not param:
        return f"an error instead of a session: {message}"
    option = next((_OPTIONS[part] for part in param.replace("[", ".").split(".") if part in _OPTIONS), None)
    where = f"Agent({option}=…)" if option else "Agent(session=…)"
    return f"our configuration is rejected, field {param}: {message}; change or leave out {where}"


def notes(service: Service, answered_by: str, transcription: str, today: date) -> Iterator[str]:
    """What should be known about a service and its models.

    Args:
        service: Which one.
        answered_by: The model that has answered; empty where none has.
        transcription: The transcribing model that is asked for; empty where none is.
        today: The day as of which models are judged.

    Yields:
        One paragraph for each thing.
    """
    yield from service.notes
    if service.profile == "azure-preview":
        yield PREVIEW
    if service.url.startswith("ws://") and not is_loopback(urlsplit(service.url).hostname or ""):
        yield "the address is not encrypted (ws://): what is said, and any key, can be read on the way"
    named = {name for name in (service.model, answered_by) if name}
    ends = [end for name in sorted(named) if (end := retirement_of(service.profile, name)) is not None]
    # A deployment may bear any name: only the model that answers is certain.
    doubt = "" if answered_by or service.kind.noun == "model" else " (if that is what the deployment serves)"
    for end in dict.fromkeys(ends):
        yield end.note(today) + doubt
    if not answered_by and not ends and retirements(service.profile):
        listed = ", ".join(f"{end.model} {end.day.isoformat()}" for end in retirements(service.profile))
        yield f"announced ends of models, in case the {service.kind.noun} serves one of them: {listed}"
    yield from _transcribing(service, transcription)
    heard = retirement_of(service.profile, transcription)
    if heard is not None:
        yield f"{heard.note(today)} (it transcribes: Agent(transcription=Transcription(model=…)))"


def _transcribing(service: Service, transcription: str) -> Iterator[str]:
    """What writes down the user's words, and what decided on it."""
    variable, named = VARIABLES.get(service.profile, ""), service.transcription
    if not transcription:
        if named:
            yield f"{variable} has no effect: the agent wants no transcripts of the user"
        return
    why = variable if transcription == named else f"{variable} names {named or 'another'}"
    if named and transcription != named:
        why += ", and the agent something else, which counts"
    # Where nobody asked for another, whisper-1 of Azure OpenAI needs none.
    if service.kind.noun == "deployment" and (named or transcription != "whisper-1"):
        # Recorded: the session begins all the same, and each transcription then fails with DeploymentNotFound.
        yield f"transcripts of the user need a deployment named {transcription} on the same resource ({why})"
    elif named:
        yield f"transcripts of the user are made by {transcription} ({why})"
