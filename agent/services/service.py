"""Service: one place where a model can be had, described so that it can be dialled and talked about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

Profile: TypeAlias = Literal["openai", "azure", "azure-preview", "voice-live", "engine", "compatible"]
Authentication: TypeAlias = Literal["entra", "api-key", "api-key-query", "bearer", "none"]

AUTHENTICATIONS: tuple[Authentication, ...] = ("entra", "api-key", "api-key-query", "bearer", "none")

# OpenAI recommends it; the older models of the preview protocol do not have it.
DEFAULT_VOICE, PREVIEW_VOICE = "marin", "alloy"
# The newer of the two is recorded on OpenAI and on Azure OpenAI, where the older one is retired in December 2026; Voice
# Live lists the older one only (its reference of session.input_audio_transcription.model).
DEFAULT_TRANSCRIPTION, OLDER_TRANSCRIPTION = "gpt-realtime-whisper", "gpt-4o-mini-transcribe"

# Query parameters that are never shown: they carry a credential.
SECRET_PARAMETERS = frozenset({"api-key", "api_key", "authorization", "token", "access_token", "sig", "key"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for every service of one profile.

    Attributes:
        name: What it is called in a sentence.
        dialect: Whose names it uses on the wire, as `agent.core.dialect` lists them.
        parameter: The query parameter that names the model or deployment; empty where there is none of necessity.
        noun: What that parameter's value is called there.
        role: The Azure role that an identity needs for it; empty where there is none.
        key_name: The variable that holds its key; empty where it takes none.
        scope: What an Entra token is asked for, in the public cloud; None where it takes none.
        voice: The voice for who asks for none.
        transcription: The transcribing model for who asks for none.
    """

    name: str
    dialect: Literal["ga", "preview"] = "ga"
    parameter: str = ""
    noun: str = "model"
    role: str = ""
    key_name: str = ""
    scope: str | None = None
    voice: str = DEFAULT_VOICE
    transcription: str = DEFAULT_TRANSCRIPTION


_COGNITIVE = "https://cognitiveservices.azure.com/.default"
_OPENAI_USER = "Cognitive Services OpenAI User"

# Scopes: Microsoft's Realtime and Voice Live references; roles: their sections on keyless connections.
KINDS: dict[Profile, Kind] = {
    "azure": Kind("Azure OpenAI", "ga", "model", "deployment", _OPENAI_USER, "AZURE_OPENAI_API_KEY", _COGNITIVE),
    "azure-preview": Kind(
        "Azure OpenAI (preview protocol)",
        "preview",
        "deployment",
        "deployment",
        _OPENAI_USER,
        "AZURE_OPENAI_API_KEY",
        _COGNITIVE,
        PREVIEW_VOICE,
    ),
    "voice-live": Kind(
        "Azure Voice Live",
        "preview",
        "model",
        "model",
        "Cognitive Services User",
        "AZURE_VOICELIVE_API_KEY",
        "https://ai.azure.com/.default",
        transcription=OLDER_TRANSCRIPTION,
    ),
    "openai": Kind("OpenAI", "ga", "model", "model", key_name="OPENAI_API_KEY"),
    "compatible": Kind("a compatible service", key_name="OPENAI_API_KEY"),
    "engine": Kind("the embedded engine"),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A Realtime service at an address.

    Attributes:
        url: What is dialled: `ws://` or `wss://`, complete but for the credential; empty for the embedded engine.
        profile: Which kind of service it is.
        model: The model, or on Azure the deployment, that the address names; empty where it names none.
        authentication: How we say who we are.
        scope: What an Entra token is asked for; None where none is.
        key_name: The variable that the key is read from; empty where no key is sent.
        chosen_by: What decided on this service, in words; empty where the caller named it.
        notes: What was completed or corrected, one sentence each.
        transcription: The deployment or model that the environment has write down the user's words; empty where it
            names none, so that the one of the kind does.
    """

    # An address that a user pastes may hold a password or key.
    url: str = field(repr=False)
    profile: Profile
    model: str = ""
    authentication: Authentication = "none"
    scope: str | None = None
    key_name: str = ""
    chosen_by: str = ""
    notes: tuple[str, ...] = ()
    transcription: str = ""

    @property
    def kind(self) -> Kind:
        """What holds for all services of its profile."""
        return KINDS[self.profile]

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return self.kind.name

    @property
    def host(self) -> str:
        """Host and port, without user or password; "its address" where the address has none."""
        try:
            return urlsplit(self.url).netloc.rpartition("@")[2] or "its address"
        except ValueError:
            return "its address"

    @property
    def api_version(self) -> str:
        """The `api-version` of the address; empty where it has none."""
        return dict(parse_qsl(urlsplit(self.url).query)).get("api-version", "")

    @property
    def shown(self) -> str:
        """The address as it may be shown: no user, no password, no key."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return "its address"
        query = [
            (name, "***" if name.lower() in SECRET_PARAMETERS else value) for name, value in parse_qsl(parts.query)
        ]
        netloc = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=netloc, query=urlencode(query, safe="*:/")).geturl()

    def describe(self) -> str:
        """In one line: the service, the model, where, and as whom."""
        if self.profile == "engine":
            return self.name
        model = f", {self.kind.noun} {self.model}" if self.model else ""
        why = f" (chosen by {self.chosen_by})" if self.chosen_by else ""
        return f"{self.name}{model} at {self.host}, {self.describe_authentication()}{why}"

    def describe_authentication(self) -> str:
        """How we say who we are, in words; never a secret."""
        return {
            "entra": "signed in with Microsoft Entra ID, without a key",
            "api-key": f"with the key in {self.key_name}",
            "api-key-query": f"with the key in {self.key_name}, sent in the address",
            "bearer": f"with the key in {self.key_name}",
            "none": "without a credential of ours",
        }[self.authentication]


def unknown(url: str) -> Service:
    """An address of which nothing is known."""
    return Service(url, "compatible")


ENGINE = Service("", "engine")
