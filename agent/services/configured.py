"""What the environment configures: the service behind each short form, built from its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from agent.errors import ConfigurationError
from agent.services.address import service_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.config import Settings
    from agent.services.service import Service

OPENAI_BASE = "https://api.openai.com/v1"
# Where no model is configured: the ones that the recorded sessions in the tests were held with.
OPENAI_MODEL = "gpt-realtime-2.1"
VOICE_LIVE_MODEL = "gpt-realtime"

_GA, _PREVIEW, _VOICE_LIVE = "/openai/v1/realtime", "/openai/realtime", "/voice-live/realtime"


def configured(settings: Settings) -> list[tuple[str, str]]:
    """Which short forms the environment configures completely, the preferred first.

    Returns:
        Pairs of a short form and the variables that configure it, in words.
    """
    found: list[tuple[str, str]] = []
    endpoint = settings.azure_openai_endpoint
    if endpoint and (settings.azure_openai_deployment or _model_in(endpoint)):
        preview = settings.azure_openai_api_version or urlsplit(endpoint).path.rstrip("/").endswith(_PREVIEW)
        variables = ["AZURE_OPENAI_ENDPOINT"]
        variables += ["AZURE_OPENAI_REALTIME_DEPLOYMENT"] if settings.azure_openai_deployment else []
        variables += ["OPENAI_API_VERSION"] if settings.azure_openai_api_version else []
        found.append(("azure-preview" if preview else "azure", " and ".join(variables)))
    if settings.azure_voicelive_endpoint:
        found.append(("voice-live", "AZURE_VOICELIVE_ENDPOINT"))
    if settings.openai_realtime_model:
        found.append(("openai", "OPENAI_REALTIME_MODEL"))
    return found


def unfinished(settings: Settings) -> list[str]:
    """What the environment configures by half, which is no configuration; one sentence each."""
    halves = [
        (settings.azure_openai_endpoint, settings.azure_openai_deployment, "AZURE_OPENAI_REALTIME_DEPLOYMENT"),
        (settings.azure_openai_deployment, settings.azure_openai_endpoint, "AZURE_OPENAI_ENDPOINT"),
        (settings.azure_voicelive_model, settings.azure_voicelive_endpoint, "AZURE_VOICELIVE_ENDPOINT"),
    ]
    told = [f"{missing} is not set, the rest of it is" for there, other, missing in halves if there and not other]
    return told if not configured(settings) else []


def _azure(settings: Settings, name: str) -> Service:
    endpoint, deployment = _azure_openai(settings, name, "azure")
    return service_at(_at_path(endpoint, _GA), deployment)


def _azure_preview(settings: Settings, name: str) -> Service:
    endpoint, deployment = _azure_openai(settings, name, "azure-preview")
    version = settings.azure_openai_api_version or _parameter(endpoint, "api-version")
    return service_at(_at_path(endpoint, _PREVIEW, version), deployment)


def _voice_live(settings: Settings, name: str) -> Service:
    endpoint = settings.azure_voicelive_endpoint
    if not endpoint:
        raise _missing("voice-live", "AZURE_VOICELIVE_ENDPOINT", "https://RESOURCE.services.ai.azure.com/")
    model = name or settings.azure_voicelive_model or _model_in(endpoint) or VOICE_LIVE_MODEL
    version = settings.azure_voicelive_api_version or _parameter(endpoint, "api-version")
    return service_at(_at_path(endpoint, _VOICE_LIVE, version), model)


def _openai(settings: Settings, name: str) -> Service:
    base = urlsplit(settings.openai_base_url or OPENAI_BASE)
    path = base.path.rstrip("/")
    path = path if path.endswith("/realtime") else f"{path}/realtime"
    model = name or settings.openai_realtime_model or _model_in(base.geturl()) or OPENAI_MODEL
    return service_at(base._replace(path=path, query=f"model={quote(model)}").geturl())


BUILDERS: dict[str, Callable[[Settings, str], Service]] = {
    "azure": _azure,
    "azure-preview": _azure_preview,
    "voice-live": _voice_live,
    "openai": _openai,
}


def _azure_openai(settings: Settings, name: str, form: str) -> tuple[str, str]:
    endpoint = settings.azure_openai_endpoint
    if not endpoint:
        raise _missing(form, "AZURE_OPENAI_ENDPOINT", "https://RESOURCE.openai.azure.com/")
    deployment = name or settings.azure_openai_deployment or _model_in(endpoint)
    if not deployment:
        raise _missing(form, "AZURE_OPENAI_REALTIME_DEPLOYMENT", f"the deployment's name; or write {form}:NAME")
    return endpoint, deployment


def _missing(form: str, variable: str, example: str) -> ConfigurationError:
    return ConfigurationError(f"--model {form} needs {variable} in the environment or in .env: {example}")


def _at_path(endpoint: str, path: str, version: str = "") -> str:
    """An endpoint with a service's path, whatever path it was pasted with, and nothing of its query."""
    parts = urlsplit(endpoint)
    before = parts.path.rstrip("/")
    # A gateway may keep the service below a path of its own; what portals append is no such path.
    for end in (_GA, _PREVIEW, _VOICE_LIVE, "/openai/v1", "/openai", "/voice-live"):
        if before.endswith(end):
            before = before.removesuffix(end)
            break
    if before.startswith("/api/projects/"):
        before = ""
    return parts._replace(path=before + path, query=f"api-version={version}" if version else "").geturl()


def _parameter(address: str, name: str) -> str:
    return dict(parse_qsl(urlsplit(address).query)).get(name, "")


def _model_in(address: str) -> str:
    return _parameter(address, "model") or _parameter(address, "deployment")
