"""Building the door from what the operator set and typed, or refusing to open a house that nobody guards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.door.api_keys import ApiKeys
from agent.door.claims import Policy
from agent.door.door import Door, Rules
from agent.door.knock import is_loopback
from agent.door.limits import Limits
from agent.door.origin import Origins
from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.door.settings import DoorSettings


def build_door(
    settings: DoorSettings,
    host: str,
    allow_origins: Sequence[str] = (),
    *,
    no_auth: bool = False,
    secret: bytes | None = None,
) -> Door:
    """Put the door together.

    Args:
        settings: What the environment says.
        host: The address that the server will listen on.
        allow_origins: Further origins, from the command line.
        no_auth: Let everybody in; the operator said so in as many words.
        secret: What tickets are signed with where the settings have none; None for a random one.

    Raises:
        ConfigurationError: A setting cannot be used, or nobody would have to sign in on an address that others reach.
    """
    if settings.secret is not None:
        secret = settings.secret.get_secret_value().encode()
    rules = Rules(
        bind=host,
        origins=Origins((*settings.allowed_origins, *allow_origins)),
        keys=ApiKeys(key.get_secret_value() for key in settings.api_keys),
        entra=_entra(settings),
        easy_auth_s=settings.easy_auth_minutes * 60 if settings.easy_auth else None,
        open_to_all=no_auth,
        ticket_session_s=settings.ticket_session_minutes * 60,
        limits=_limits(settings),
        **({} if secret is None else {"secret": secret}),
    )
    if not (rules.authenticates or no_auth or is_loopback(host)):
        raise ConfigurationError(
            f"--host {host}: others could reach the assistant, and nobody would have to sign in. Set "
            "VOCATIVE_API_KEYS, VOCATIVE_ENTRA_TENANT with VOCATIVE_ENTRA_AUDIENCE, or VOCATIVE_EASY_AUTH=true "
            "(docs/security.md tells which), or say --no-auth if it is really meant for everybody"
        )
    return Door(rules)


def _entra(settings: DoorSettings) -> Policy | None:
    if not settings.entra_tenants and not settings.entra_audiences:
        return None
    authority = settings.entra_authority.rstrip("/")
    parts = urlsplit(authority)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ConfigurationError(
            f"VOCATIVE_ENTRA_AUTHORITY={authority!r}: give an https:// address, such as "
            "https://login.microsoftonline.us"
        )
    tenants = tuple(each.lower() for each in settings.entra_tenants)
    return Policy(tenants, settings.entra_audiences, authority, settings.entra_scopes)


def _limits(settings: DoorSettings) -> Limits:
    return Limits(
        sessions=settings.max_sessions,
        sessions_per_user=settings.max_sessions_per_user,
        audio_bytes_per_s=settings.audio_bytes_per_second,
        burst_bytes=settings.audio_burst_bytes,
        control_per_s=settings.control_messages_per_second,
        control_burst=settings.control_messages_burst,
        message_bytes=settings.max_message_bytes,
        idle_s=settings.idle_minutes * 60,
        duration_s=settings.max_session_minutes * 60,
        recheck_s=settings.recheck_minutes * 60,
        lag_s=settings.max_lag_ms / 1000,
        memory_bytes=None if settings.max_memory_mb is None else settings.max_memory_mb * 1024 * 1024,
    )
