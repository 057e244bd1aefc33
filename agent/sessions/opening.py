"""Opening what the operator's workers share, which is a Redis that was named, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agent.core.resuming import GRACE
from agent.errors import ConfigurationError
from agent.sessions.custody import Custody
from agent.sessions.in_process import InProcess
from agent.sessions.sealing import Seal

if TYPE_CHECKING:
    from agent.door.places import Places
    from agent.pricing.ledger import Ledger
    from agent.sessions.settings import SessionsSettings


class Shared(NamedTuple):
    """What workers share.

    Attributes:
        custody: Keeps sessions where others can go on with them.
        ledger: What users and everybody have spent; None where each worker has its own. The custody starts and ends it.
        places: The sessions that users have; likewise.
    """

    custody: Custody
    ledger: Ledger | None
    places: Places | None


def open_shared(settings: SessionsSettings, url: str | None = None, grace: float = GRACE) -> Shared:
    """Make ready what is shared; nothing is connected before `Custody.start`.

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
        return Shared(Custody(InProcess(), grace=grace), None, None)
    try:
        from agent.sessions.redis_ledger import RedisLedger  # noqa: PLC0415  (an optional extra)
        from agent.sessions.redis_places import RedisPlaces  # noqa: PLC0415  (the same)
        from agent.sessions.redis_store import RedisStore  # noqa: PLC0415  (the same)
    except ModuleNotFoundError:
        raise ConfigurationError("to keep sessions in Redis, install pip install 'vocative[redis]'") from None
    keys = [key.get_secret_value().encode() for key in settings.sessions_keys]
    store = RedisStore(url)
    return Shared(Custody(store, Seal(keys), grace), RedisLedger(store), RedisPlaces(store))
