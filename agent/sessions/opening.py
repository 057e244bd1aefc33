"""Opening the store of sessions that the operator named, or the one that shares with nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.resuming import GRACE
from agent.errors import ConfigurationError
from agent.sessions.custody import Custody
from agent.sessions.in_process import InProcess
from agent.sessions.sealing import Seal

if TYPE_CHECKING:
    from agent.sessions.settings import SessionsSettings


def open_custody(settings: SessionsSettings, url: str | None = None, grace: float = GRACE) -> Custody:
    """Make ready to keep sessions; nothing is connected before `Custody.start`.

    Args:
        settings: What the environment says.
        url: Of a Redis, from the command line, instead of the environment's.
        grace: Seconds that a session waits for its client.

    Raises:
        ConfigurationError: The address cannot be used, or what it takes is not installed.
    """
    if url is None and settings.sessions_url is not None:
        url = settings.sessions_url.get_secret_value()
    if not url:
        return Custody(InProcess(), grace=grace)
    try:
        from agent.sessions.redis_store import RedisStore  # noqa: PLC0415  (an optional extra)
    except ModuleNotFoundError:
        raise ConfigurationError("to keep sessions in Redis, install pip install 'vocative[redis]'") from None
    keys = [key.get_secret_value().encode() for key in settings.sessions_keys]
    return Custody(RedisStore(url), Seal(keys), grace)
