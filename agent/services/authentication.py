"""Authentication: as whom a service is dialled. Which key fits, and when Microsoft Entra ID takes its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from agent.errors import ConfigurationError
from agent.services.address import cloud_of
from agent.services.service import KINDS, SECRET_PARAMETERS, Authentication, Service
from tools.proxies import is_loopback

if TYPE_CHECKING:
    from agent.config import Settings


def authenticated(service: Service, settings: Settings) -> Service:
    """Decide how a service is told who we are.

    A key that fits is sent; without one, Azure gets an Entra token. `VOCATIVE_MODEL_AUTH` overrides that. Keys and
    tokens go only where they belong: a key to the resource that it was configured with, a token to Microsoft's hosts
    and to the endpoints that the environment names.

    Raises:
        ConfigurationError: `VOCATIVE_MODEL_AUTH` asks for a key that is not there.
    """
    if service.profile == "engine":
        return service
    way, key_name = _derived(service, settings) if settings.model_auth is None else _forced(service, settings)
    scope = (service.scope or KINDS["azure"].scope) if way == "entra" else None
    return replace(service, authentication=way, key_name=key_name, scope=scope)


def same_place(host: str, endpoint: str | None) -> bool:
    """Whether a host is the one of an endpoint."""
    return endpoint is not None and (urlsplit(endpoint).hostname or "") == host.lower()


def _derived(service: Service, settings: Settings) -> tuple[Authentication, str]:
    parts = urlsplit(service.url)
    if {name.lower() for name, _ in parse_qsl(parts.query)} & SECRET_PARAMETERS:
        return "none", ""  # the address brings its own
    if service.profile in {"openai", "compatible"}:
        return ("bearer", "OPENAI_API_KEY") if settings.openai_api_key else ("none", "")
    key_name = _azure_key(service, settings)
    if key_name:
        return "api-key", key_name
    host = parts.hostname or ""
    endpoints = (settings.azure_openai_endpoint, settings.azure_voicelive_endpoint)
    configured = any(same_place(host, endpoint) for endpoint in endpoints) and not is_loopback(host)
    return ("entra", "") if configured or cloud_of(host) is not None else ("none", "")


def _azure_key(service: Service, settings: Settings) -> str:
    """The variable with the key for an Azure service; empty where none fits."""
    fitting = [
        ("AZURE_VOICELIVE_API_KEY", settings.azure_voicelive_api_key, settings.azure_voicelive_endpoint),
        ("AZURE_OPENAI_API_KEY", settings.azure_openai_api_key, settings.azure_openai_endpoint),
    ]
    if service.profile != "voice-live":
        fitting = fitting[1:]
    for variable, key, endpoint in fitting:
        # One resource has several host names (openai.azure.com, services.ai.azure.com), the same key for all of them.
        if key is not None and (endpoint is None or _resource(endpoint) == _resource(service.url)):
            return variable
    return ""


def _resource(address: str) -> str:
    host = urlsplit(address).hostname or ""
    return host.partition(".")[0] if cloud_of(host) is not None else host


def _forced(service: Service, settings: Settings) -> tuple[Authentication, str]:
    way = settings.model_auth or "none"
    if way in {"entra", "none"}:
        return way, ""
    wanted = "OPENAI_API_KEY" if way == "bearer" else _azure_key(service, settings) or service.kind.key_name
    if settings.key(wanted) is None:
        raise ConfigurationError(f"VOCATIVE_MODEL_AUTH={way} needs {wanted} in the environment or in .env")
    return way, wanted
