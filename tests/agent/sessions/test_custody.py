"""A caller comes back to another worker, and finds its conversation, its tools' outcomes and its place there."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent import Agent
from tests.agent.sessions.conftest import outcome_of
from tests.waiting import until
from tools import tool


@pytest.fixture
def runs():
    return []


@pytest.fixture
def release():
    return asyncio.Event()


@pytest.fixture
def slow(runs, release):
    @tool
    async def slow() -> str:
        """Take a while."""
        runs.append("slow")
        await release.wait()
        return "the outcome"

    return slow


async def test_a_caller_whose_worker_is_dead_goes_on_with_the_conversation_on_another_one(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "my name is Ada")
    await caller.gets("conversation.item.done")
    await first.kept()
    await first.dies()
    again = await second.enter(token)
    ready = await again.gets("extension.ready")
    assert ready["resume"]["token"] != token
    resumed = await again.gets("extension.resumed")
    assert resumed["missed"] == 0
    assert not resumed["complete"]
    assert (await again.gets("extension.reconnected"))["reason"] == "lost"
    told = await (await second.link()).gets("conversation.item.create")
    assert told["item"]["id"] == "u1"
    assert told["item"]["content"] == [{"type": "input_text", "text": "my name is Ada"}]
    await again.socket.send_json({"type": "conversation.item.retrieve", "item_id": "u1"})
    retrieved = await again.gets("conversation.item.retrieved")
    assert retrieved["item"]["content"][0]["text"] == "my name is Ada"


async def test_a_live_holder_lets_go_and_says_nothing_wrong_to_its_caller(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    await (await first.link()).hears("u1", "hello")
    await caller.gets("conversation.item.done")
    await first.kept()
    again = await second.enter(token)
    await again.gets("extension.resumed")
    await (await second.link()).gets("conversation.item.create")
    end = await caller.socket.receive()
    assert (end.data, end.extra) == (1000, "you are connected anew")
    assert not first.server._hosting.returns._relays
    assert not first.custody._held


async def test_a_call_that_runs_at_the_old_holder_ends_there_and_its_output_reaches_the_new_one(
    workers, slow, runs, release
):
    first, second = await workers(slow), await workers(slow)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "do it")
    await link.calls("c1", "slow")
    await caller.gets("extension.call.started")
    await first.kept()
    again = await second.enter(token)
    await again.gets("extension.resumed")
    await again.gets("extension.reconnected")
    release.set()
    finished = await again.gets("extension.call.finished")
    assert (finished["call_id"], finished["status"]) == ("c1", "completed")
    link = await second.link()
    await link.gets("response.create")
    told = [item for item in link.items if item["type"].startswith("function_call")]
    assert [(each["type"], each["call_id"]) for each in told] == [
        ("function_call", "c1"),
        ("function_call_output", "c1"),
    ]
    assert told[1]["output"] == "the outcome"
    assert runs == ["slow"]


async def test_a_call_whose_worker_is_dead_is_not_run_again_and_the_model_is_told_that_nobody_knows(
    workers, slow, runs
):
    first, second = await workers(slow), await workers(slow)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "do it")
    await link.calls("c1", "slow")
    await caller.gets("extension.call.started")
    while not runs:  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(0.01)
    await first.dies()
    again = await second.enter(token)
    finished = await again.gets("extension.call.finished")
    assert (finished["call_id"], finished["status"]) == ("c1", "failed")
    link = await second.link()
    await link.gets("response.create")
    output = next(item for item in link.items if item["type"] == "function_call_output")
    assert json.loads(output["output"])["error"]["code"] == "interrupted"
    assert runs == ["slow"]


async def test_an_output_that_the_model_was_told_is_told_to_the_next_one_too_and_the_answer_is_asked_for(workers):
    @tool
    def quick() -> str:
        """Be quick."""
        return "quick outcome"

    first, second = await workers(quick), await workers(quick)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "do it")
    await link.calls("c1", "quick")
    await caller.gets("extension.call.finished")
    await link.gets("response.create")
    await first.kept()
    await first.dies()
    again = await second.enter(token)
    await again.gets("extension.reconnected")
    link = await second.link()
    await link.gets("response.create")
    assert [item["type"] for item in link.items] == ["message", "function_call", "function_call_output"]
    assert link.items[2]["output"] == "quick outcome"


async def test_an_answer_that_was_under_way_ends_for_the_client_and_what_was_heard_of_it_is_remembered(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "tell me")
    await link.says("response.created", response={"id": "r1", "conversation_id": "c"})
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    await link.says("response.output_item.added", response_id="r1", output_index=0, item=item)
    await link.says("conversation.item.added", previous_item_id="u1", item=item)
    place = {"response_id": "r1", "item_id": "m1", "output_index": 0, "content_index": 0}
    await link.says("response.output_audio_transcript.delta", **place, delta="It was a dark night.")
    await link.says("response.output_audio.delta", **place, delta="AAAA" * 16_000)  # 1 s
    await caller.gets("response.output_audio.delta")
    heard = {"type": "extension.playback", "item_id": "m1", "content_index": 0, "played_ms": 500}
    await caller.socket.send_json(heard)
    await caller.socket.send_json({"type": "no such event"})
    await caller.gets("error")
    await first.kept()
    await first.dies()
    again = await second.enter(token)
    done = await again.gets("response.done")
    assert (done["response"]["id"], done["response"]["status"]) == ("r1", "cancelled")
    await again.gets("extension.reconnected")
    link = await second.link()
    await link.gets("conversation.item.create", 2)
    assert link.items[1]["content"] == [{"type": "output_text", "text": "It was a"}]  # half of it, in whole words
    assert not [event for event in link.told if event["type"] == "response.create"]


async def test_what_an_absent_client_missed_is_told_by_the_other_worker(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    caller.breaks()
    while not first.server._hosting.returns._resuming.next_deadline():  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(0.01)
    await (await first.link()).hears("u1", "while you were away")
    await first.kept()
    again = await second.enter(token)
    resumed = await again.gets("extension.resumed")
    assert (resumed["missed"], resumed["complete"]) == (2, True)
    assert (await again.gets("conversation.item.done"))["item"]["id"] == "u1"


async def test_a_session_comes_back_to_the_worker_where_it_began(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    await (await first.link()).hears("u1", "one")
    await caller.gets("conversation.item.done")
    await first.kept()
    there = await second.enter(token)
    token = await there.token()
    await there.gets("extension.reconnected")
    await (await second.link()).hears("u2", "two")
    await there.gets("conversation.item.done")
    await second.kept()
    back = await first.enter(token)
    await back.gets("extension.reconnected")
    link = await first.link(2)
    await link.gets("conversation.item.create", 2)
    assert [item["id"] for item in link.items] == ["u1", "u2"]


async def test_a_worker_that_stops_sends_its_callers_to_others_and_its_calls_run_on(workers, slow, release, runs):
    first, second = await workers(slow), await workers(slow)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.calls("c1", "slow")
    await caller.gets("extension.call.started")
    stopping = asyncio.create_task(first.http.server.close())
    end = await caller.ends()
    assert end.data == 1012
    await first.kept()
    again = await second.enter(token)
    await again.gets("extension.resumed")
    release.set()
    assert (await again.gets("extension.call.finished"))["status"] == "completed"
    await stopping
    assert runs == ["slow"]


async def test_what_ended_while_its_worker_stopped_is_told_to_a_caller_who_comes_back_when_that_worker_is_gone(
    workers, slow, release, runs
):
    first, second = await workers(slow), await workers(slow)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.calls("c1", "slow")
    await caller.gets("extension.call.started")
    stopping = asyncio.create_task(first.http.server.close())
    await caller.ends()
    release.set()
    await stopping
    again = await second.enter(token)
    await again.gets("extension.resumed")
    assert (await again.gets("extension.call.finished"))["status"] == "completed"
    output = await (await second.link()).gets("conversation.item.create", 2)
    assert output["item"]["type"] == "function_call_output"
    assert "interrupted" not in output["item"]["output"]
    assert runs == ["slow"]


async def test_calls_go_on_while_redis_is_away_and_sessions_are_kept_again_when_it_is_back(workers, redis):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    assert await (await first.http.get("/readyz")).json() == {"status": "ok", "problems": {}}
    redis.stop()
    await until(lambda: first.custody.trouble and second.custody.trouble)
    answer = await first.http.get("/readyz")
    said = await answer.json()
    assert (answer.status, said["status"]) == (200, "degraded")
    assert "cannot be used at present" in said["problems"]["sessions_store"]
    await (await first.link()).hears("u1", "still there?")
    await caller.gets("conversation.item.done")
    assert await outcome_of(await second.enter(token)) == "not_resumable"
    await (await first.enter()).token()
    redis.start()
    await until(lambda: not (first.custody.trouble or second.custody.trouble))
    await first.kept()
    again = await second.enter(token)
    await again.gets("extension.reconnected")
    assert (await (await second.link()).gets("conversation.item.create"))["item"]["id"] == "u1"


async def test_a_holder_that_did_not_hear_that_it_was_claimed_finds_out_when_it_writes(workers, monkeypatch):
    monkeypatch.setattr("agent.sessions.custody.ANSWER", 0.05)
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    await first.kept()
    monkeypatch.setattr(first.custody._store, "_heard", lambda message: None)
    again = await second.enter(token)
    await again.gets("extension.resumed")
    await (await first.link()).hears("u1", "nobody of ours any more")
    await until(lambda: not first.custody._held)
    end = await caller.ends()
    assert (end.data, end.extra) == (1000, "you are connected anew")
    await (await second.link()).hears("u2", "here")
    assert (await again.gets("conversation.item.done"))["item"]["id"] == "u2"


async def test_the_agent_that_has_the_floor_has_it_on_the_other_worker_too(workers):
    clerk = Agent(name="Clerk", instructions="You are the clerk.")
    porter = Agent(name="Porter", instructions="You are the porter.", handoffs=[clerk])
    first, second = await workers(agent=porter), await workers(agent=porter)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.calls("c1", "transfer_to_clerk")
    await caller.gets("extension.agent")
    await first.kept()
    again = await second.enter(token)
    assert (await again.gets("extension.ready"))["agent"]["name"] == "Clerk"
    update = await (await second.link()).gets("session.update")
    assert "You are the clerk." in update["session"]["instructions"]


async def test_what_the_client_has_chosen_is_chosen_again(workers):
    first, second = await workers(), await workers()
    caller = await first.enter()
    token = await caller.token()
    theirs = {"type": "function", "name": "lamp", "parameters": {"type": "object"}}
    chosen = {"type": "realtime", "tools": [theirs], "audio": {"output": {"speed": 1.2}}}
    await caller.socket.send_json({"type": "session.update", "session": chosen})
    await caller.gets("session.updated")
    await (await first.link()).calls("c9", "lamp")
    await caller.gets("response.done")
    await first.kept()
    again = await second.enter(token)
    await again.gets("extension.reconnected")
    link = await second.link()
    session = (await link.gets("session.update"))["session"]
    assert "lamp" in [each["name"] for each in session["tools"]]
    output = {"type": "function_call_output", "call_id": "c9", "output": "lit"}
    await again.socket.send_json({"type": "conversation.item.create", "item": output})
    await link.gets("conversation.item.create", 2)
    assert [(each["type"], each["call_id"]) for each in link.items][-1] == ("function_call_output", "c9")


async def test_a_call_is_written_down_before_its_tool_runs(workers, runs):
    first = second = None

    @tool
    async def fatal() -> str:
        """Take the worker down with the first thing it does."""
        runs.append("fatal")
        if len(runs) == 1:
            first.custody._store.trouble = "dead"
            first.custody._store._listening.cancel()
        return "survived"

    first, second = await workers(fatal), await workers(fatal)
    caller = await first.enter()
    token = await caller.token()
    link = await first.link()
    await link.hears("u1", "do it")
    await first.kept()
    await link.calls("c1", "fatal")
    await until(lambda: runs)
    again = await second.enter(token)
    await again.gets("extension.reconnected")
    link = await second.link()
    await link.gets("response.create")
    output = next(item for item in link.items if item["type"] == "function_call_output")
    assert "interrupted" in output["output"]
