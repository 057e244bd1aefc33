"""The door's settings, as fields of the one class that reads the environment (`agent.config.Settings`)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode


def listed(value: Any) -> Any:
    """Commas or white space between them; nothing is nothing."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _unless_empty(value: Any) -> Any:
    return None if value == "" else value


# Without `NoDecode` a list in the environment would have to be JSON.
_Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
_Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(listed)]
_Secret = Annotated[Annotated[SecretStr, Field(min_length=32)] | None, BeforeValidator(_unless_empty)]
_Minutes = Annotated[float, Field(gt=0)]
_Amount = Annotated[float, Field(gt=0)]
_Milliseconds = Annotated[float, Field(ge=0)]
_Count = Annotated[int, Field(gt=0)]


def _named(name: str, default: Any) -> Any:
    return Field(default=default, validation_alias=f"VOCATIVE_{name}")


class DoorSettings(BaseModel):
    """Who may come in, and how much one caller may take; each field is read from `VOCATIVE_…`.

    Attributes:
        allowed_origins: `ALLOWED_ORIGINS`: origins of pages, beside our own.
        api_keys: `API_KEYS`: for servers, at least 16 characters each.
        secret: `SECRET`: what tickets are signed with, at least 32 characters; by default random for each process, so
            several servers behind one address must share one.
        entra_tenants: `ENTRA_TENANT`: ids of tenants, or `organizations`, or `common`.
        entra_audiences: `ENTRA_AUDIENCE`: our application's client id, its `api://` URI, or both.
        entra_scopes: `ENTRA_SCOPES`: one of these scopes or roles a token must have.
        entra_authority: `ENTRA_AUTHORITY`: another cloud's.
        easy_auth: `EASY_AUTH`: believe the headers of the platform's sign-in.
        easy_auth_minutes: `EASY_AUTH_MINUTES`: how long, before a session has to be opened anew.
        ticket_session_minutes: `TICKET_SESSION_MINUTES`: how long a session opened with a ticket may last.
        max_sessions: `MAX_SESSIONS`: at once, in all.
        max_sessions_per_user: `MAX_SESSIONS_PER_USER`: of one user at once.
        audio_bytes_per_second: `AUDIO_BYTES_PER_SECOND`: of decoded audio from one client, lasting.
        audio_burst_bytes: `AUDIO_BURST_BYTES`: of decoded audio from one client, at once.
        control_messages_per_second: `CONTROL_MESSAGES_PER_SECOND`: all but audio.
        control_messages_burst: `CONTROL_MESSAGES_BURST`: at once.
        max_message_bytes: `MAX_MESSAGE_BYTES`: of one message.
        idle_minutes: `IDLE_MINUTES`: without a message from the client.
        max_session_minutes: `MAX_SESSION_MINUTES`: how long a session may last.
        recheck_minutes: `RECHECK_MINUTES`: until a credential is verified again.
        max_lag_ms: `MAX_LAG_MS`: by which the event loop may be late before new sessions are refused; 0 for no limit.
        max_memory_mb: `MAX_MEMORY_MB`: that a process may take before new sessions are refused; by default nine tenths
            of what the container may take.
    """

    model_config = ConfigDict(populate_by_name=True)

    allowed_origins: _Words = _named("ALLOWED_ORIGINS", ())
    api_keys: _Secrets = _named("API_KEYS", ())
    secret: _Secret = _named("SECRET", None)
    entra_tenants: _Words = _named("ENTRA_TENANT", ())
    entra_audiences: _Words = _named("ENTRA_AUDIENCE", ())
    entra_scopes: _Words = _named("ENTRA_SCOPES", ())
    entra_authority: str = _named("ENTRA_AUTHORITY", "https://login.microsoftonline.com")
    easy_auth: bool = _named("EASY_AUTH", False)
    easy_auth_minutes: _Minutes = _named("EASY_AUTH_MINUTES", 60.0)
    ticket_session_minutes: _Minutes = _named("TICKET_SESSION_MINUTES", 60.0)
    max_sessions: _Count = _named("MAX_SESSIONS", 5_000)
    max_sessions_per_user: _Count = _named("MAX_SESSIONS_PER_USER", 10)
    audio_bytes_per_second: _Amount = _named("AUDIO_BYTES_PER_SECOND", 192_000.0)
    audio_burst_bytes: _Amount = _named("AUDIO_BURST_BYTES", 24 * 1024 * 1024.0)
    control_messages_per_second: _Amount = _named("CONTROL_MESSAGES_PER_SECOND", 50.0)
    control_messages_burst: _Amount = _named("CONTROL_MESSAGES_BURST", 500.0)
    max_message_bytes: _Count = _named("MAX_MESSAGE_BYTES", 32 * 1024 * 1024)
    idle_minutes: _Minutes = _named("IDLE_MINUTES", 15.0)
    max_session_minutes: _Minutes = _named("MAX_SESSION_MINUTES", 120.0)
    recheck_minutes: _Minutes = _named("RECHECK_MINUTES", 30.0)
    max_lag_ms: _Milliseconds = _named("MAX_LAG_MS", 200.0)
    max_memory_mb: _Count | None = _named("MAX_MEMORY_MB", None)
