"""Sessions in Redis: one hash each, written and claimed by scripts, so that two workers never both have a session.

Every key stands alone, so that a cluster may spread them. Who has a session is told by its fence: a number that grows
with each claim, and without which nothing is written. Workers talk by publishing to each other's channels.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agent.errors import ConfigurationError
from agent.sessions.store import Stored, StoreDown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

_log = logging.getLogger(__name__)

PREFIX = "vocative:"
TIMEOUT = 1.0  # seconds for one command
LOOK = 1.0  # seconds between two looks at whether it is there
_COMMANDS = 32  # at a time
_FAILURES = (RedisError, OSError, TimeoutError)

# KEYS[1]: the session. A fence that is gone with everything else, after a restart without a file, is nobody's.
_SAVE = """
local fence = redis.call('HGET', KEYS[1], 'fence')
if fence and fence ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'holder', ARGV[2], 'digest', ARGV[3], 'state', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""
_CLAIM = """
if redis.call('HGET', KEYS[1], 'digest') ~= ARGV[1] then return false end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'holder', ARGV[2], 'digest', '')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {fence, redis.call('HGET', KEYS[1], 'state')}
"""
_DROP = """
if redis.call('HGET', KEYS[1], 'fence') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_COLLECT = """
local left = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
return left
"""


class RedisStore:
    """See `SessionStore`.

    Args:
        url: `redis://`, `rediss://` (TLS) or `unix://`, with user, password and database as Redis clients take them.

    Raises:
        ConfigurationError: That is no such address; the text does not repeat it, because it may hold a password.
    """

    shared = True

    def __init__(self, url: str) -> None:
        self.trouble = ""
        try:
            # Its own declarations leave too much open.
            self._redis = cast("Any", Redis).from_url(
                url,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                client_name="vocative",
            )
            # What stands behind the `?` is only looked at when a connection is made; this one is not opened.
            self._redis.connection_pool.make_connection()
        except (ValueError, TypeError, RedisError):
            raise ConfigurationError(
                "VOCATIVE_SESSIONS_URL or --sessions is no address of a Redis: it should look like "
                "redis://HOST:6379/0, rediss://:PASSWORD@HOST:6380/0 or unix:///run/redis.sock, with nothing behind a "
                "'?' that the redis package does not know for such an address"
            ) from None
        self._scripts: list[str] = []
        self._save, self._claim, self._drop = map(self.script, (_SAVE, _CLAIM, _DROP))
        self._collect = self.script(_COLLECT)
        self._at_once = asyncio.Semaphore(_COMMANDS)
        self._listening: asyncio.Task[None] | None = None
        self._was_up = False
        self._ends = 0

    async def start(
        self, worker: str, heard: Callable[[Mapping[str, Any]], None], recovered: Callable[[], None]
    ) -> None:
        """Begin; where it cannot be reached, the log says so, and it is tried again and again."""
        self._worker, self._heard, self._recovered = worker, heard, recovered
        tried = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(tried))
        await tried.wait()

    async def close(self) -> None:
        """Close its connections."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        with contextlib.suppress(*_FAILURES):
            await self._redis.aclose()

    async def save(self, handle: str, stored: Stored, ttl_s: float) -> bool:
        """Write a session; see `SessionStore.save`."""
        said = [stored.fence, stored.holder, stored.digest, stored.state, _ms(ttl_s)]
        return bool(await self.do(self._save(keys=[_session(handle)], args=said)))

    async def load(self, handle: str) -> Stored | None:
        """Read a session; see `SessionStore.load`."""
        found = await self.do(self._redis.hgetall(_session(handle)))
        if not found:
            return None
        return Stored(found[b"state"], found[b"digest"].decode(), found[b"holder"].decode(), int(found[b"fence"]))

    async def claim(self, handle: str, digest: str, worker: str, ttl_s: float) -> Stored | None:
        """Take a session over; see `SessionStore.claim`."""
        found = await self.do(self._claim(keys=[_session(handle)], args=[digest, worker, _ms(ttl_s)]))
        return None if found is None else Stored(found[1], "", worker, int(found[0]))

    async def drop(self, handle: str, fence: int) -> None:
        """A session is over; see `SessionStore.drop`."""
        await self.do(self._drop(keys=[_session(handle)], args=[fence]))

    async def tell(self, worker: str, message: Mapping[str, Any]) -> bool:
        """Send a worker a message; see `SessionStore.tell`."""
        return bool(await self.do(self._redis.publish(_channel(worker), json.dumps(message))))

    async def leave(self, handle: str, outcome: bytes, ttl_s: float) -> None:
        """Leave an outcome; see `SessionStore.leave`."""
        key = f"{PREFIX}outcomes:{handle}"
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.rpush(key, outcome)
        pipeline.pexpire(key, _ms(ttl_s))
        await self.do(pipeline.execute())

    async def collect(self, handle: str) -> list[bytes]:
        """Take what was left; see `SessionStore.collect`."""
        return list(await self.do(self._collect(keys=[f"{PREFIX}outcomes:{handle}"])))

    async def spend(self, nonce: str, ttl_s: float) -> bool:
        """Use something up; see `SessionStore.spend`."""
        return bool(await self.do(self._redis.set(f"{PREFIX}spent:{nonce}", b"", nx=True, px=_ms(ttl_s))))

    # ── for others who keep something there ──

    def script(self, text: str) -> Callable[..., Awaitable[Any]]:
        """Make ready a script in Lua.

        Returns:
            Runs it with `keys` and `args`; to be given to `do`.
        """
        self._scripts.append(text)
        return self._redis.register_script(text)

    async def fields(self, key: str, names: Sequence[str]) -> list[bytes | None]:
        """Some fields of a hash, in order; None for those that it does not have."""
        return list(await self.do(self._redis.hmget(key, names)))

    async def do(self, command: Awaitable[Any]) -> Any:
        """Do something with this Redis.

        Raises:
            StoreDown: It cannot be reached at present, which the log has said.
        """
        try:
            self._see(command)
            async with self._at_once:
                self._see(command)  # it may have gone while this waited: each in turn would wait for it again
                return await _heeding(command)
        except _FAILURES as error:
            raise self._down(error) from None

    # ── whether it is there ──

    def _see(self, command: Awaitable[Any]) -> None:
        if self.trouble:
            if asyncio.iscoroutine(command):
                command.close()
            raise StoreDown(self.trouble)

    async def _listen(self, tried: asyncio.Event) -> None:
        while True:
            try:
                await self._hear(tried)
            except _FAILURES as error:
                self._down(error)
                tried.set()
            await asyncio.sleep(LOOK / 4)

    async def _hear(self, tried: asyncio.Event) -> None:
        ends = self._ends
        if self.trouble:
            # Connections to a server that is gone would fail one by one, and each would look like another end.
            await self._redis.connection_pool.disconnect(inuse_connections=False)
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await _heeding(channel.subscribe(_channel(self._worker)))
            for script in self._scripts:
                await _heeding(self._redis.script_load(script))  # now, and not while the first caller waits
            while True:
                # Not a ping: a Redis that is full, or a replica, answers that.
                await _heeding(self._redis.set(f"{PREFIX}worker:{self._worker}", b"", px=_ms(10 * LOOK)))
                if ends != self._ends:
                    return  # somebody else has met the server's end: this channel's is the same, whatever was answered
                self._up()
                tried.set()
                async with asyncio.timeout(10 * LOOK):
                    message = await _heeding(channel.get_message(timeout=LOOK))
                while message is not None:
                    self._take(message["data"])
                    message = await _heeding(channel.get_message(timeout=LOOK))

    def _take(self, text: bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if isinstance(message, dict):
            self._heard(cast("dict[str, Any]", message))

    def _up(self) -> None:
        was_down, self.trouble = bool(self.trouble), ""
        if was_down:
            _log.warning("sessions are kept in Redis again")
        if was_down or not self._was_up:
            self._was_up = True
            self._recovered()

    def _down(self, error: BaseException) -> StoreDown:
        self._ends += 1
        before, self.trouble = self.trouble, f"the store of sessions cannot be used at present ({type(error).__name__})"
        if before != self.trouble:
            _log.error("sessions are not kept, and calls go on: Redis cannot be used: %s", error)
        return StoreDown(self.trouble)


async def _heeding(command: Awaitable[Any]) -> Any:
    """Await something of the client's, and end where that was cancelled meanwhile.

    It sends by `asyncio.wait_for`, which before Python 3.12 drops a cancellation that comes together with the result:
    whoever cancelled would then wait for ever for a task that goes on.
    """
    task = cast("asyncio.Task[Any]", asyncio.current_task())
    before = task.cancelling()
    result = await command
    if task.cancelling() > before:
        raise asyncio.CancelledError
    return result


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _session(handle: str) -> str:
    return f"{PREFIX}session:{handle}"


def _channel(worker: str) -> str:
    return f"{PREFIX}to:{worker}"
