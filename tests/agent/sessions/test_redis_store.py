"""Sessions in a real Redis: one worker at a time, one use of a token, and calls that go on while it is away."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import ConfigurationError
from agent.sessions.redis_store import RedisStore
from agent.sessions.store import Stored, StoreDown
from tests.waiting import until


class Worker:
    def __init__(self, redis, name):
        self.store, self.name, self.heard, self.recoveries = RedisStore(redis.url), name, [], 0

    async def __aenter__(self):
        await self.store.start(self.name, self.heard.append, self._recovered)
        return self

    async def __aexit__(self, *exc):
        await self.store.close()

    def _recovered(self):
        self.recoveries += 1


@pytest.fixture
async def one(redis):
    async with Worker(redis, "one") as worker:
        yield worker


@pytest.fixture
async def two(redis):
    async with Worker(redis, "two") as worker:
        yield worker


async def test_what_is_saved_is_loaded_and_goes_by_itself(one, redis):
    stored = Stored(b"\x00\xff state", "d1", "one", 1)
    assert await one.store.save("s", stored, 30.0)
    assert await one.store.load("s") == stored
    assert 29_000 < int(redis.do("PTTL", "vocative:session:s")) <= 30_000
    assert await one.store.load("another") is None


async def test_a_claim_takes_the_session_from_its_holder_and_uses_the_token_up(one, two):
    await one.store.save("s", Stored(b"old", "d1", "one", 1), 30.0)
    assert await two.store.claim("s", "wrong", "two", 30.0) is None
    assert await two.store.claim("s", "d1", "two", 30.0) == Stored(b"old", "", "two", 2)
    assert await one.store.claim("s", "d1", "one", 30.0) is None
    assert not await one.store.save("s", Stored(b"late", "d2", "one", 1), 30.0)
    await one.store.drop("s", 1)
    assert (await two.store.load("s")).state == b"old"
    assert await two.store.save("s", Stored(b"new", "d2", "two", 2), 30.0)
    await two.store.drop("s", 2)
    assert await two.store.load("s") is None


async def test_of_many_who_claim_at_once_one_gets_it(one, two):
    await one.store.save("s", Stored(b"old", "d1", "one", 1), 30.0)
    claims = await asyncio.gather(*(each.store.claim("s", "d1", each.name, 30.0) for each in [one, two] * 8))
    assert sum(claim is not None for claim in claims) == 1


async def test_a_redis_that_has_forgotten_everything_is_told_again(one, redis):
    await one.store.save("s", Stored(b"old", "d1", "one", 7), 30.0)
    redis.do("FLUSHALL")
    assert await one.store.save("s", Stored(b"new", "d1", "one", 7), 30.0)


async def test_workers_talk_and_know_who_listens(one, two):
    assert await one.store.tell("two", {"type": "let_go", "handle": "s"})
    await until(lambda: two.heard)
    assert two.heard == [{"type": "let_go", "handle": "s"}]
    assert not await one.store.tell("three", {"type": "let_go"})


async def test_what_is_no_message_is_not_heard(one, redis):
    for text in ("no json", "[]", "3"):
        redis.do("PUBLISH", "vocative:to:one", text)
    redis.do("PUBLISH", "vocative:to:one", '{"type":"left"}')
    await until(lambda: one.heard)
    assert one.heard == [{"type": "left"}]


async def test_outcomes_are_collected_once_and_in_order(one, two):
    await one.store.leave("s", b"a", 30.0)
    await one.store.leave("s", b"\x00b", 30.0)
    assert await two.store.collect("s") == [b"a", b"\x00b"]
    assert await one.store.collect("s") == []


async def test_what_is_good_once_is_good_once(one, two):
    assert await one.store.spend("n", 30.0)
    assert not await two.store.spend("n", 30.0)


async def test_while_it_is_away_everything_says_so_at_once_and_it_is_found_again_by_itself(one, redis, caplog):
    assert one.recoveries == 1
    redis.stop()
    with pytest.raises(StoreDown, match="cannot be used"):
        await one.store.load("s")
    await until(lambda: one.store.trouble)
    for attempt in (one.store.load("s"), one.store.spend("n", 1.0), one.store.tell("two", {})):
        with pytest.raises(StoreDown):
            await attempt
    redis.start()
    await until(lambda: not one.store.trouble)
    assert one.recoveries == 2
    assert await one.store.load("s") is None
    said = [record.message for record in caplog.records]
    assert sum("sessions are not kept, and calls go on" in each for each in said) == 1
    assert sum("kept in Redis again" in each for each in said) == 1


async def test_whoever_waits_for_a_turn_at_a_redis_that_hangs_is_told_with_the_first_and_does_not_try_too(one):
    asked = []

    async def hangs(number):
        asked.append(number)
        await asyncio.sleep(0)
        raise TimeoutError

    ends = await asyncio.gather(*(one.store.do(hangs(number)) for number in range(200)), return_exceptions=True)
    assert all(isinstance(end, StoreDown) for end in ends)
    assert 0 < len(asked) < 50, "as many as are asked at a time"


async def test_a_redis_that_is_not_there_at_the_start_is_found_later(redis):
    redis.stop()
    async with Worker(redis, "one") as worker:
        assert worker.store.trouble
        redis.start()
        await until(lambda: not worker.store.trouble)
        assert worker.recoveries == 1


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://host",
        "redis://host:port:more/x",
        # These are told by a connection only, whose task died of it: the start waited for ever.
        "redis://host?ssl_cert_reqs=none",
        "rediss://host?ssl_cert_reqs=perhaps",
        "unix:///run/redis.sock?patience=1",
    ],
)
async def test_an_address_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(ConfigurationError, match=r"rediss://:PASSWORD@HOST:6380/0") as caught:
        RedisStore(url)
    assert url not in str(caught.value)


async def test_it_closes_whatever_it_waits_for_just_then(redis):
    # The client waits by `asyncio.wait_for`, which before Python 3.12 may forget that it was cancelled.
    for turns in range(60):
        async with Worker(redis, "one") as worker:
            for _ in range(turns):
                await asyncio.sleep(0)
            closing = asyncio.create_task(worker.store.close())
            await asyncio.wait([closing], timeout=10)
            assert closing.done(), f"after {turns} turns of the loop"
