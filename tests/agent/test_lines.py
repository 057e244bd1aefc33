"""A session's connections to the model: replaced when they are lost or expire, and none is left behind."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.core.backoff import Backoff
from agent.core.succession import Policy
from agent.errors import DialError
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from tests.agent.by_hand import House, gets, houses, says
from tools import tool

QUICK = Policy(Backoff(first=0.001, longest=0.002, attempts=3), look=0.005)
TURN = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}


class Row(House):
    """One with a row of models; each dial takes the next of `dials`."""

    def __init__(self, *functions, policy=QUICK, first=None, **options):
        super().__init__(*functions, connect=self.connect, unix=1000.0, policy=policy, **options)
        self._made, self._first = asyncio.Queue(), first or {}
        self.dials = []

    async def open(self):
        await self.greets(self.model, **self._first)
        await gets(self.client, "session.created")
        return self

    async def connect(self):
        verdict = self.dials.pop(0) if self.dials else None
        if isinstance(verdict, Exception):
            raise verdict
        if verdict is not None:
            await verdict.wait()
        mine, theirs = pair()
        self.models.append(theirs)
        self._made.put_nowait(theirs)
        return mine

    async def greets(self, model, **session):
        await says(model, "session.created", session=session)
        await gets(model, "session.update")
        await says(model, "session.updated", session=session)

    async def next_model(self):
        async with asyncio.timeout(5):
            self.model = await self._made.get()
        return self.model


@pytest.fixture
async def house():
    async with houses(Row) as make:
        yield make


async def test_a_lost_connection_is_replaced_and_the_conversation_goes_on(house):
    at = await house()
    await says(at.client, "conversation.item.create", item=TURN)
    await says(at.model, "conversation.item.added", item=TURN | {"id": "i1"}, previous_item_id=None)
    await gets(at.client, "conversation.item.added")
    await at.model.close(1011, "restart")
    assert (await gets(at.client, "extension.reconnecting"))["reason"] == "lost"
    model = await at.next_model()
    await at.greets(model)
    given = await gets(model, "conversation.item.create")
    assert given["item"] == TURN | {"id": "i1"}
    await says(model, "conversation.item.added", item=given["item"], previous_item_id=None)
    assert (await gets(at.client, "extension.reconnected"))["reason"] == "lost"
    await says(at.client, "response.create")
    await gets(model, "response.create")
    await says(model, "rate_limits.updated")
    await gets(at.client, "rate_limits.updated")


async def test_a_tool_that_runs_through_the_loss_answers_the_new_session_and_runs_once(house):
    release, runs = asyncio.Event(), []

    @tool
    async def slow() -> str:
        """Take a while."""
        runs.append(1)
        await release.wait()
        return "done"

    at = await house(slow)
    item = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "slow", "arguments": "{}"}
    await says(at.model, "conversation.item.added", item=item | {"status": "completed"}, previous_item_id=None)
    done = {"response_id": "r1", "output_index": 0, "item": item | {"status": "completed"}}
    await says(at.model, "response.output_item.done", **done)
    await gets(at.client, "extension.call.started")
    await at.model.close(1006)
    model = await at.next_model()
    await at.greets(model)
    assert (await gets(model, "conversation.item.create"))["item"]["type"] == "function_call"
    release.set()
    await says(model, "conversation.item.added", item=item, previous_item_id=None)
    output = (await gets(model, "conversation.item.create"))["item"]
    assert (output["type"], output["call_id"], output["output"]) == ("function_call_output", "c1", "done")
    assert runs == [1]


async def test_a_session_that_will_expire_is_left_at_a_quiet_moment_and_its_late_frames_are_dropped(house):
    at = await house(first={"id": "sess_a", "expires_at": 1000.0 + asyncio.get_running_loop().time() + 0.2})
    old = at.model
    model = await at.next_model()
    await says(old, "rate_limits.updated", from_the="old one")
    assert (await gets(at.client, "rate_limits.updated"))["from_the"] == "old one"
    await at.greets(model, id="sess_b")
    notice = await gets(at.client, "extension.reconnected")
    assert (notice["reason"], notice["gap_ms"]) == ("expiring", 0)
    with pytest.raises(TransportClosed):
        await gets(old, "nothing more")
    await says(model, "session.updated", session={"id": "sess_b"})
    assert (await gets(at.client, "session.updated"))["session"]["id"] == "sess_a"


async def test_attempts_that_fail_are_repeated_and_the_last_one_ends_the_session_in_words(house):
    at = await house()
    at.dials = [DialError("nobody is there"), DialError("busy", 429, 0.001), DialError("nobody is there")]
    await at.model.close(1011, "restart")
    error = (await gets(at.client, "error"))["error"]
    assert "code 1011, restart" in error["message"]
    assert "after 3 attempts: nobody is there" in error["message"]
    assert at.dials == []


async def test_a_service_that_refuses_us_is_not_asked_again(house):
    at = await house()
    at.dials = [DialError("the key is wrong", 401), DialError("not to be asked")]
    await at.model.close()
    assert "the key is wrong" in (await gets(at.client, "error"))["error"]["message"]
    assert len(at.dials) == 1


async def test_a_client_that_leaves_while_the_model_is_dialled_leaves_nothing_behind(house):
    at = await house()
    at.dials = [asyncio.Event()]
    await at.model.close()
    await gets(at.client, "extension.reconnecting")
    await at.client.close()
    async with asyncio.timeout(5):
        await at.running
    assert len(at.models) == 1


async def test_a_client_that_leaves_while_the_new_session_is_configured_leaves_nothing_behind(house):
    at = await house()
    await at.model.close()
    model = await at.next_model()
    await says(model, "session.created", session={})
    await gets(model, "session.update")
    await at.client.close()


async def test_a_new_connection_that_breaks_before_it_is_ready_is_replaced(house):
    at = await house()
    await at.model.close()
    await (await at.next_model()).close(1011, "too many")
    await at.greets(await at.next_model())
    await gets(at.client, "extension.reconnected")


async def test_a_client_that_did_not_opt_in_notices_nothing(house):
    at = await house(extensions=False)
    await at.model.close()
    model = await at.next_model()
    await at.greets(model)
    await says(at.client, "response.create")
    await gets(model, "response.create")
    await says(model, "rate_limits.updated")
    assert json.loads(await at.client.receive())["type"] == "rate_limits.updated"
