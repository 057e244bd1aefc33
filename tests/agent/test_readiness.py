"""Readiness: whether new callers are to be sent to this process."""

from __future__ import annotations

import asyncio
import socket

from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, readiness
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.door.shedding import READINGS
from agent.library import Library
from agent.readiness import KEPT, Readiness, reachable
from agent.server import Server
from tests.agent.test_server import model  # noqa: F401  (a fixture)
from tools.search.index import LocalIndex


async def told(http):
    answer = await http.get("/readyz")
    return answer.status, await answer.json()


async def test_a_server_without_documents_is_ready(model):  # noqa: F811
    async with TestClient(TestServer(Server(Agent(), model.connect, None).application())) as http:
        assert await told(http) == (200, {"status": "ok", "problems": {}})


async def test_a_server_that_drains_takes_no_new_callers_and_is_alive_all_the_same(model):  # noqa: F811
    server = Server(Agent(), model.connect, None)
    async with TestClient(TestServer(server.application())) as http:
        await server.drain(60)
        assert await told(http) == (503, {"status": "unready", "problems": {"sessions": "draining"}})
        assert (await http.get("/healthz")).status == 200


async def test_an_index_that_cannot_be_read_any_more_makes_it_unready_without_telling_where_it_is(
    model,  # noqa: F811
    tmp_path,
    caplog,
    monkeypatch,
):
    monkeypatch.setattr(readiness, "KEPT", 0.0)
    index = LocalIndex.open(tmp_path / "kept.sqlite", create=True)
    async with TestClient(TestServer(Server(Agent(), model.connect, Library(index)).application())) as http:
        assert (await told(http))[0] == 200
        index.close()
        status, body = await told(http)
        assert status == 503
        assert body["problems"]["documents"].startswith("the index cannot be read")
        assert "kept" not in str(body)
        assert "not ready" in caplog.text


async def test_a_result_is_kept_for_a_while_and_whoever_asks_at_the_same_time_shares_it():
    asked, now = [], [100.0]

    async def check():
        asked.append(now[0])
        return "it is away" if len(asked) == 1 else None

    ready = Readiness({"model": check}, clock=lambda: now[0])
    assert await asyncio.gather(ready.problems(), ready.problems()) == [{"model": "it is away"}] * 2
    now[0] += KEPT - 0.1
    assert await ready.problems() == {"model": "it is away"}
    assert asked == [100.0]
    now[0] += 0.1
    assert await ready.problems() == {}
    assert len(asked) == 2


async def test_a_check_that_gives_no_answer_is_a_problem_and_not_waited_for(monkeypatch):
    monkeypatch.setattr(readiness, "PATIENCE", 0.01)
    assert await Readiness({"model": asyncio.Event().wait}).problems() == {"model": "no answer within 0.01 s"}


async def test_a_model_is_reachable_where_somebody_listens_and_what_is_told_otherwise_names_no_host(
    model,  # noqa: F811
):
    heard = []

    async def greet(reader, writer):
        heard.append(await reader.read())
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        assert await reachable(f"ws://127.0.0.1:{port}/v1/realtime", "the model")() is None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://somebody:hush@127.0.0.1:{free.getsockname()[1]}/v1/realtime?api-key=hush"
        checks = {"model": reachable(url, "a compatible service")}
        async with TestClient(TestServer(Server(Agent(), model.connect, None, checks=checks).application())) as http:
            status, body = await told(http)
    assert status == 503
    assert body["problems"]["model"].startswith("a compatible service cannot be reached (")
    assert "hush" not in str(body)
    assert "127.0.0.1" not in str(body)


async def test_a_server_that_sheds_says_so_and_is_ready_again_when_it_is_over(model):  # noqa: F811
    door = Door(Rules(limits=Limits(lag_s=60.0)))
    async with TestClient(TestServer(Server(Agent(), model.connect, None, door).application())) as http:
        for _ in range(READINGS):
            door.admissions.shedding.lagged(61.0)
        assert await told(http) == (
            503,
            {"status": "unready", "problems": {"load": "busy: the event loop lags"}},
        )
        for _ in range(READINGS):
            door.admissions.shedding.lagged(0.0)
        assert (await told(http))[0] == 200


async def test_a_server_with_as_many_sessions_as_there_may_be_is_busy(model):  # noqa: F811
    door = Door(Rules(limits=Limits(sessions=1)))
    async with TestClient(TestServer(Server(Agent(), model.connect, None, door).application())) as http:
        seat = door.admissions.enter(None)
        assert (await told(http))[1]["problems"] == {"load": "busy: there are 1 sessions, which is the most"}
        seat.leave()
        assert (await told(http))[0] == 200


async def test_answers_of_a_server_that_stops_close_their_connections_so_that_the_next_goes_elsewhere(
    model,  # noqa: F811
):
    server = Server(Agent(), model.connect, None)
    async with TestClient(TestServer(server.application())) as http:
        assert "Connection" not in (await http.get("/healthz")).headers
        await server.drain(0)
        assert (await http.get("/healthz")).headers["Connection"] == "close"
