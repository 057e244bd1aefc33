"""The ledger of what is spent, in Redis: one for all workers, so that the budgets of users and of a day are one, too.

A day is one hash: a field for everybody, and one for each user under a digest of their id, which nobody can read there.
A day that is over is gone by itself; Redis adds in decimals, with 17 of them after the point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.resuming import digest_of
from agent.pricing.ledger import Totals
from agent.sessions.redis_store import PREFIX

if TYPE_CHECKING:
    from datetime import date

    from agent.sessions.redis_store import RedisStore

# Seconds after the last entry, and more than a day, so that none is forgotten before it is over.
KEPT = 48 * 3600.0
_ALL = "all"

# KEYS[1]: the day; ARGV[2]: the user's field, or nothing. In one step, so that two workers never lose each other's.
_ADD = """
local all = redis.call('HINCRBYFLOAT', KEYS[1], 'all', ARGV[1])
local user = '0'
if ARGV[2] ~= '' then user = redis.call('HINCRBYFLOAT', KEYS[1], ARGV[2], ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {user, all}
"""


class RedisLedger:
    """See `Ledger`. While Redis cannot be reached, both methods raise `StoreDown`: that much is then not written down.

    Args:
        store: The Redis where sessions are kept; its owner starts and closes it.
    """

    def __init__(self, store: RedisStore) -> None:
        self._store, self._add = store, store.script(_ADD)

    async def add(self, day: date, user: str | None, cost: float) -> Totals:
        """Write down that something was spent; see `Ledger.add`."""
        args = [repr(cost), "" if user is None else _field(user), round(KEPT * 1000)]
        of_user, of_all = await self._store.do(self._add(keys=[_key(day)], args=args))
        return Totals(float(of_user), float(of_all))

    async def totals(self, day: date, user: str | None) -> Totals:
        """What has been spent on a day; see `Ledger.totals`."""
        fields = [_ALL] if user is None else [_ALL, _field(user)]
        of_all, *of_user = await self._store.fields(_key(day), fields)
        return Totals(float(of_user[0] or 0) if of_user else 0.0, float(of_all or 0))


def _key(day: date) -> str:
    return f"{PREFIX}ledger:{day.isoformat()}"


def _field(user: str) -> str:
    return f"user:{digest_of(user).hex()}"
