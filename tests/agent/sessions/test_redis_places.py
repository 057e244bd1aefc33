"""The sessions of a user are counted in a real Redis, at all workers, and by each worker alone while it is away."""

from __future__ import annotations

import asyncio

import pytest

from agent.door.admissions import Admissions
from agent.door.limits import Limits
from agent.door.refusal import TurnedAway
from agent.sessions.redis_places import RedisPlaces
from tests.waiting import until


@pytest.fixture
def doors(stores):
    """What counts at the doors of both."""
    both = [Admissions(Limits(sessions=9, sessions_per_user=2)) for _ in stores]
    for admissions, store in zip(both, stores, strict=True):
        admissions.elsewhere = RedisPlaces(store)
    return both


async def entered(admissions, user="ada", **options):
    seat = admissions.enter(user, **options)
    await seat.confirm()
    return seat


def counted(redis):
    keys = redis.do("KEYS", "vocative:places:*").split()
    return sum(int(redis.do("ZCARD", key)) for key in keys)


async def test_a_user_has_so_many_sessions_at_all_workers_and_no_more_until_one_ends(doors, redis):
    one, two = doors
    seat = await entered(one)
    await entered(two)
    for admissions in doors:
        with pytest.raises(TurnedAway) as no:
            await entered(admissions)
        assert (no.value.status, no.value.refusal.code) == (429, "too_many_sessions")
    await entered(two, "bob")
    assert [each.count for each in doors] == [1, 2]
    seat.leave()
    await until(lambda: counted(redis) == 2)
    await entered(two)


async def test_whoever_comes_back_has_a_place_and_whom_nobody_knows_is_not_counted(doors, redis):
    one, two = doors
    await entered(one)
    await entered(one)
    await entered(two, returning=True)
    await entered(two, None)
    assert counted(redis) == 3
    assert "ada" not in str(redis.do("KEYS", "*"))


async def test_who_is_known_by_the_first_message_is_counted_then(doors, redis):
    seat = await entered(doors[0], None, promised=True)
    assert counted(redis) == 0
    seat.claim("ada")
    await seat.confirm()
    assert counted(redis) == 1
    seat.leave()
    await until(lambda: counted(redis) == 0)


async def test_places_of_a_worker_that_died_are_free_soon_and_those_of_one_that_lives_are_kept(stores, redis):
    dead, alive = RedisPlaces(stores[0], good=0.2), RedisPlaces(stores[1], good=0.2, renewed=0.02)
    here = await alive.take("ada", 2)
    assert await dead.take("ada", 2)
    dead._renewing.cancel()
    assert await alive.take("ada", 2) is None
    freed = []

    async def again():
        freed.append(await alive.take("ada", 2))
        return freed[-1] is not None

    async with asyncio.timeout(10):
        while not await again():
            pass
    assert await alive.take("ada", 2) is None
    for place in (here, freed[-1]):
        alive.leave("ada", place)
    await until(lambda: counted(redis) == 0)
    await asyncio.wait_for(alive._renewing, 10)


async def test_a_place_that_is_left_while_it_is_taken_is_no_ghost(doors, redis):
    one, _ = doors
    seat = one.enter("ada")
    confirming = asyncio.create_task(seat.confirm())
    await asyncio.sleep(0)
    seat.leave()
    await confirming
    await until(lambda: counted(redis) == 0)
    assert one.count == 0


async def test_renewing_ends_with_the_process_also_where_the_client_of_redis_swallows_that(stores):
    places = RedisPlaces(stores[0], renewed=0.0)
    await places.take("ada", 2)

    async def swallows(*_args):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return True

    places._write = swallows
    await asyncio.sleep(0.01)
    places._renewing.cancel()
    await asyncio.wait_for(places._renewing, 10)


async def test_while_redis_is_away_each_worker_counts_by_itself(doors, stores):
    for store in stores:
        store.trouble = "away"
    for admissions in doors:
        await entered(admissions)
        await entered(admissions)
        with pytest.raises(TurnedAway):
            await entered(admissions)
