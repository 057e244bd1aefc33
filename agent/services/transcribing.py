"""Transcribing: which model or deployment writes down the user's words, where the environment names one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.services.authentication import same_place

if TYPE_CHECKING:
    from agent.config import Settings
    from agent.services.service import Service

# Profile → the variable that names what transcribes there.
VARIABLES = {
    "azure": "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT",
    "azure-preview": "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT",
    "voice-live": "AZURE_VOICELIVE_TRANSCRIPTION_MODEL",
    "openai": "OPENAI_TRANSCRIPTION_MODEL",
    "compatible": "OPENAI_TRANSCRIPTION_MODEL",
}


def transcribing(service: Service, settings: Settings) -> Service:
    """Name what transcribes for a service, as the environment has it.

    A name is good at the resource that it was configured with, and says nothing of another.

    Args:
        service: Which one.
        settings: What the environment says.

    Returns:
        The service; as it is where the environment names nothing for it.
    """
    name, endpoint = {
        "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT": (
            settings.azure_openai_transcription_deployment,
            settings.azure_openai_endpoint,
        ),
        "AZURE_VOICELIVE_TRANSCRIPTION_MODEL": (
            settings.azure_voicelive_transcription_model,
            settings.azure_voicelive_endpoint,
        ),
        "OPENAI_TRANSCRIPTION_MODEL": (settings.openai_transcription_model, _openai(service, settings)),
    }.get(VARIABLES.get(service.profile, ""), (None, None))
    if name is None or not same_place(urlsplit(service.url).hostname or "", endpoint):
        return service
    return replace(service, transcription=name)


def _openai(service: Service, settings: Settings) -> str | None:
    return settings.openai_base_url or ("https://api.openai.com/v1" if service.profile == "openai" else None)
