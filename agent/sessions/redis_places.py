"""Places in Redis: how many sessions each user has at all workers that share it.

A user's places are one sorted set, under a digest of their id, which nobody can read there: each place with the time
until which it is good. Whoever holds a place makes it good for longer again and again, so those of a worker that died
are free soon after.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from agent.core.resuming import digest_of
from agent.sessions.redis_store import PREFIX
from agent.sessions.store import StoreDown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from agent.sessions.redis_store import RedisStore

GOOD = 30.0  # seconds
RENEWED = 10.0  # seconds between two times that a place is made good for longer

# KEYS[1]: the user. The clock is Redis' own, as those of the workers may differ. ARGV[2] below 0: any number.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local most = tonumber(ARGV[2])
if most >= 0 and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
_LEAVE = "return redis.call('ZREM', KEYS[1], ARGV[1])"


class RedisPlaces:
    """See `Places`. While Redis cannot be reached everybody has room here, and each worker counts by itself.

    Args:
        store: The Redis where sessions are kept; its owner starts and closes it.
        renewed: Seconds between two times that places are made good for longer.
        good: Seconds for which they are.
    """

    def __init__(self, store: RedisStore, *, renewed: float = RENEWED, good: float = GOOD) -> None:
        self._store, self._take, self._leave = store, store.script(_TAKE), store.script(_LEAVE)
        self._renewed, self._good = renewed, round(good * 1000)
        self._held: dict[str, str] = {}
        self._renewing: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[Any]] = set()

    async def take(self, user: str, most: int | None) -> str | None:
        """Take a place; see `Places.take`."""
        place = secrets.token_hex(8)
        if not await self._write(self._take, user, place, -1 if most is None else most, self._good):
            return None
        self._held[place] = user
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
        return place

    def leave(self, user: str, place: str) -> None:
        """Give one back; see `Places.leave`."""
        self._held.pop(place, None)
        task = asyncio.ensure_future(self._write(self._leave, user, place))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _renew(self) -> None:
        task = asyncio.current_task()
        # Redis' client may swallow a cancellation: then this is to end all the same, and the process with it.
        while self._held and task is not None and not task.cancelling():
            await asyncio.sleep(self._renewed)
            for place, user in list(self._held.items()):
                await self._write(self._take, user, place, -1, self._good)
                if place not in self._held:  # it was left meanwhile
                    await self._write(self._leave, user, place)

    async def _write(self, script: Callable[..., Awaitable[Any]], user: str, *args: str | int) -> bool:
        try:
            return bool(await self._store.do(script(keys=[f"{PREFIX}places:{digest_of(user).hex()}"], args=args)))
        except StoreDown:
            return True
