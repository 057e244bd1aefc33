"""Nobody but its own caller is given a session, once, and nobody reads it where it is kept."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSServerHandshakeError

from agent.core.resuming import NotResumable
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from tests.agent.sessions.conftest import outcome_of
from tests.waiting import until


async def test_a_token_is_good_once_among_all_workers(workers):
    first, second, third = await workers(), await workers(), await workers()
    token = await (await first.enter()).token()
    await first.kept()
    callers = [await each.enter(token) for each in (second, third)]
    outcomes = await asyncio.gather(*map(outcome_of, callers))
    assert sorted(outcomes) == ["extension.ready", "not_resumable"]


async def test_a_token_with_another_secret_opens_nothing_and_costs_its_owner_nothing(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    await first.kept()
    handle = token.rpartition(".")[0]
    assert await outcome_of(await second.enter(f"{handle}.{'x' * 43}")) == "not_resumable"
    assert await outcome_of(await second.enter("nonsense")) == "not_resumable"
    with pytest.raises(NotResumable):
        await second.custody.claim("\udcff.nonsense", None)  # what aiohttp makes of a byte that is no text
    await (await first.link()).hears("u1", "still here")
    await caller.gets("conversation.item.done")
    assert await outcome_of(await second.enter(token)) == "extension.ready"


async def test_another_user_cannot_use_a_token_nor_use_it_up(workers):
    first, second = await workers(door=_door()), await workers(door=_door())
    ann = await first.enter(bearer="ann-has-this-long-key")
    token = await ann.token()
    await first.kept()
    assert await outcome_of(await second.enter(token, bearer="bob-has-that-long-key")) == "not_resumable"
    assert await outcome_of(await second.enter(token, bearer="ann-has-this-long-key")) == "extension.ready"


def _door():
    return Door(Rules(keys=ApiKeys(["ann-has-this-long-key", "bob-has-that-long-key"]), secret=b"s" * 32))


async def test_a_ticket_is_good_once_among_all_workers(workers):
    first, second = await workers(door=_door()), await workers(door=_door())
    key = {"Authorization": "Bearer ann-has-this-long-key"}
    ticket = (await (await first.http.post("/v1/tickets", headers=key)).json())["ticket"]
    async with first.http.ws_connect("/v1/realtime", protocols=("realtime", f"vocative.ticket.{ticket}")):
        with pytest.raises(WSServerHandshakeError) as refused:
            await second.http.ws_connect("/v1/realtime", protocols=("realtime", f"vocative.ticket.{ticket}"))
    assert refused.value.status == 401


async def test_a_worker_with_another_key_cannot_go_on_with_it_and_its_log_says_why(workers, caplog):
    first, second = await workers(), await workers(keys=(b"quite another key, but long enough",))
    token = await (await first.enter()).token()
    await first.kept()
    assert await outcome_of(await second.enter(token)) == "not_resumable"
    assert "another key than VOCATIVE_SESSIONS_KEY" in caplog.text


async def test_a_session_that_ends_leaves_nothing_behind(workers, redis):
    first = await workers()
    caller = await first.enter()
    await caller.token()
    await first.kept()
    assert "vocative:session:" in redis.do("KEYS", "*")
    await caller.socket.close()
    await until(lambda: "vocative:session:" not in redis.do("KEYS", "*"))


async def test_what_is_kept_is_no_plain_text_and_a_token_is_never_there(workers, redis):
    first = await workers()
    caller = await first.enter()
    token = await caller.token()
    await (await first.link()).hears("u1", "the colour of the safe is mauve")
    await caller.gets("conversation.item.done")
    await first.kept()
    kept = redis.raw("HGETALL", f"vocative:session:{token.rpartition('.')[0]}")
    assert b"mauve" not in kept
    assert token.rpartition(".")[2].encode() not in kept
