"""Addresses: what a pasted or configured address means: which service, which model, and what is missing in it."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from agent.errors import ConfigurationError
from agent.services.retirement import LATEST_PREVIEW, LATEST_VOICE_LIVE, RETIRED_VERSIONS
from agent.services.service import KINDS, Profile, Service

SHAPE = "the address of a Realtime service that starts with wss:// or https:// (or ws:// on a network you trust)"
_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}


class Cloud(NamedTuple):
    """Hosts of one Azure cloud.

    Attributes:
        suffixes: Ends of its host names.
        domain: What stands for `azure.com` in its token scopes.
    """

    suffixes: tuple[str, ...]
    domain: str


# Where Microsoft serves models, and nothing of anybody else's: a token may go there. Sovereign clouds have names, and
# token scopes, of their own.
CLOUDS = (
    Cloud(
        (
            ".openai.azure.com",
            ".cognitiveservices.azure.com",
            ".services.ai.azure.com",
            ".api.cognitive.microsoft.com",
            ".azure-api.net",
        ),
        "azure.com",
    ),
    Cloud((".openai.azure.us", ".cognitiveservices.azure.us", ".services.ai.azure.us", ".azure-api.us"), "azure.us"),
    Cloud((".openai.azure.cn", ".cognitiveservices.azure.cn", ".services.ai.azure.cn", ".azure-api.cn"), "azure.cn"),
)
OPENAI_HOSTS = ("api.openai.com",)

# The end of a path → the service that answers there; the first that fits counts.
_PATHS: tuple[tuple[str, Profile], ...] = (
    ("/openai/v1/realtime", "azure"),
    ("/openai/realtime", "azure-preview"),
    ("/voice-live/realtime", "voice-live"),
)
# The path of an endpoint as portals show it → it is dropped, and the service's own is appended.
_ENDPOINT_PATHS = ("", "/openai", "/openai/v1", "/voice-live")
_COMPLETE: dict[Profile, str] = {
    "azure": "/openai/v1/realtime",
    "azure-preview": "/openai/realtime",
    "voice-live": "/voice-live/realtime",
}
_VERSIONS: dict[Profile, str] = {"azure-preview": LATEST_PREVIEW, "voice-live": LATEST_VOICE_LIVE}
# Stand for the model in an address: the sideband of a call, or an agent that brings its own.
_INSTEAD = ("call_id", "agent-name", "agent_id", "agent-id")


def cloud_of(host: str) -> Cloud | None:
    """The Azure cloud that a host belongs to, or None."""
    name = host.rpartition("@")[2].partition(":")[0].lower()
    return next((cloud for cloud in CLOUDS if name.endswith(cloud.suffixes)), None)


def service_at(address: str, model: str = "") -> Service:
    """Recognise what serves at an address, and complete it.

    Args:
        address: A full address as a client would dial it, or an endpoint as a portal shows it.
        model: The model or deployment, where the address does not name one.

    Raises:
        ConfigurationError: It cannot be dialled; the text says why and what it should look like.
    """
    parts = _split(address)
    profile = _recognise(parts)
    kind = KINDS[profile]
    path = parts.path.rstrip("/")
    if profile == "openai" and path in {"", "/v1"}:
        path = "/v1/realtime"
    if profile in _COMPLETE and not path.endswith(_COMPLETE[profile]):
        path = _COMPLETE[profile]
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    notes = _complete(profile, query, model)
    if kind.parameter and not query.get(kind.parameter) and not any(name in query for name in _INSTEAD):
        raise ConfigurationError(
            f"the address of {kind.name} names no {kind.noun}: add ?{kind.parameter}=NAME to it"
            + ("" if profile == "openai" else ", or set the variable for it (see `vocative check`)")
        )
    cloud = cloud_of(parts.netloc)
    if parts.scheme == "ws" and (cloud is not None or profile == "openai"):
        raise ConfigurationError(f"{kind.name} is reached over wss:// (or https://) only, not without encryption")
    return Service(
        # Blanks as %20: what `urlencode` makes of them by default only forms understand.
        url=parts._replace(path=path or parts.path, query=urlencode(query, quote_via=quote, safe=":/")).geturl(),
        profile=profile,
        model=query.get(kind.parameter, "") if kind.parameter else query.get("model", ""),
        scope=kind.scope.replace("azure.com", cloud.domain) if kind.scope and cloud else kind.scope,
        notes=tuple(notes),
    )


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        usable = parts.scheme in _SCHEMES and parts.hostname and (parts.port or 0) >= 0
    except ValueError:  # a bad port or bracket; the text of the exception may repeat a password
        parts, usable = None, False
    if parts is None or not usable:
        raise ConfigurationError(f"the model's address cannot be used: give {SHAPE}, such as wss://HOST/v1/realtime")
    if parts.fragment:
        raise ConfigurationError("the model's address must not have a part after '#'")
    return parts._replace(scheme=_SCHEMES[parts.scheme])


def _recognise(parts: SplitResult) -> Profile:
    path, host = parts.path.rstrip("/"), parts.hostname or ""
    for end, profile in _PATHS:
        if path.endswith(end):
            return profile
    if host in OPENAI_HOSTS or host.endswith(tuple(f".{each}" for each in OPENAI_HOSTS)):
        return "openai"
    if cloud_of(host) is not None and (path in _ENDPOINT_PATHS or path.startswith("/api/projects/")):
        return "voice-live" if path == "/voice-live" else "azure"
    return "compatible"


def _complete(profile: Profile, query: dict[str, str], model: str) -> list[str]:
    """Fill in, in place, what the service wants in its query; returns what was changed, in words."""
    notes: list[str] = []
    parameter = KINDS[profile].parameter
    twin = {"model": "deployment", "deployment": "model"}.get(parameter, "")
    if profile in {"azure", "azure-preview"} and parameter not in query and query.get(twin):
        query[parameter] = query.pop(twin)
        notes.append(f"this service wants ?{parameter}=, so ?{twin}= was renamed")
    if parameter and model and not query.get(parameter):
        query[parameter] = model
    if profile == "azure" and query.pop("api-version", None) is not None:
        # Microsoft's migration guide: a GA address with an api-version is refused with 401.
        notes.append("the GA protocol takes no api-version, so it was left out")
    if profile in _VERSIONS:
        version = query.setdefault("api-version", _VERSIONS[profile])
        if version in RETIRED_VERSIONS:
            raise ConfigurationError(
                f"api-version {version} cannot be used: {RETIRED_VERSIONS[version]}. Use {LATEST_PREVIEW}, or better "
                "the GA protocol: wss://RESOURCE.openai.azure.com/openai/v1/realtime?model=DEPLOYMENT"
            )
    return notes
