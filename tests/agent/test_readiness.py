"""Readiness: whether new callers are to be sent to this process."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.library import Library
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
):
    index = LocalIndex.open(tmp_path / "kept.sqlite", create=True)
    async with TestClient(TestServer(Server(Agent(), model.connect, Library(index)).application())) as http:
        assert (await told(http))[0] == 200
        index.close()
        status, body = await told(http)
        assert status == 503
        assert body["problems"]["documents"].startswith("the index cannot be read")
        assert "kept" not in str(body)
        assert "not ready" in caplog.text
