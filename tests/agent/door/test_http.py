"""The door before an aiohttp application: everything is guarded that is not marked as open."""

from __future__ import annotations

import contextlib

import pytest
from aiohttp import WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from agent.door.admission import Grounds
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.http import everyone, gate, visit_of
from agent.door.limits import Limits
from agent.door.origin import Origins

KEY = "k" * 20
APP = "https://app.example"


async def hello(_request):
    return web.Response(text="hello")


async def who(request):
    visit = visit_of(request)
    return web.Response(text=visit.admission.grounds.name)


async def missing(_request):
    raise web.HTTPNotFound(text="nothing here")


async def socket(request):
    opened = web.WebSocketResponse()
    await opened.prepare(request)
    async for _ in opened:
        pass
    return opened


def application(door):
    app = web.Application(middlewares=[gate(door)])
    app.router.add_routes(everyone([web.get("/open", hello)]))
    app.router.add_routes([web.get("/who", who), web.post("/who", who), web.get("/missing", missing)])
    app.router.add_get("/ws", socket)
    return app


@contextlib.asynccontextmanager
async def served(**rules):
    door = Door(Rules(**{"bind": "0.0.0.0", "keys": ApiKeys([KEY]), "origins": Origins([APP]), **rules}))
    async with TestClient(TestServer(application(door))) as client:
        client.door = door
        yield client


async def test_what_is_marked_as_open_is_open_and_nothing_else():
    async with served() as http:
        assert await (await http.get("/open")).text() == "hello"
        answer = await http.get("/who")
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        error = (await answer.json())["error"]
        assert error["code"] == "authentication_required"
        assert error["message"]
        assert (await http.post("/who")).status == 401
        assert await (await http.get("/who", headers={"api-key": KEY})).text() == Grounds.KEY.name


async def test_what_is_not_there_is_not_there_whoever_asks():
    async with served() as http:
        assert (await http.get("/nothing")).status == 404
        assert (await http.delete("/who")).status == 405


@pytest.mark.parametrize("bind", ["127.0.0.1", "localhost", None])
async def test_on_this_machine_nobody_signs_in(bind):
    async with served(bind=bind) as http:
        assert await (await http.get("/who")).text() == Grounds.LOCAL.name


async def test_a_header_that_came_twice_is_neither_of_the_two():
    async with served(bind="127.0.0.1") as http:
        headers = [("Origin", f"http://{http.host}:{http.port}"), ("Origin", "https://evil.example")]
        assert (await http.get("/who", headers=headers)).status == 403


async def test_a_listed_page_may_read_what_we_answer_and_what_we_refuse():
    async with served() as http:
        for path, status in (("/open", 200), ("/who", 401), ("/missing", 404), ("/nothing", 404)):
            key = {"api-key": KEY} if status == 404 else {}
            answer = await http.get(path, headers={"Origin": APP, **key})
            assert answer.status == status
            assert answer.headers["Access-Control-Allow-Origin"] == APP
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" in answer.headers["Vary"]


async def test_no_other_page_may_read_anything():
    async with served() as http:
        for path in ("/open", "/who", "/nothing"):
            answer = await http.get(path, headers={"Origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_listed_page_may_ask_before_it_posts_and_no_other():
    async with served() as http:
        asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        answer = await http.options("/who", headers={"Origin": APP, **asking})
        assert answer.status == 204
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        answer = await http.options("/who", headers={"Origin": "https://evil.example", **asking})
        assert answer.status == 405
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_sessions_are_counted_while_their_sockets_are_open():
    async with served(limits=Limits(sessions_per_user=1)) as http:
        async with http.ws_connect("/ws", headers={"api-key": KEY}):
            assert http.door.admissions.count == 1
            with pytest.raises(WSServerHandshakeError) as no:
                await http.ws_connect("/ws", headers={"api-key": KEY})
            assert no.value.status == 429
            assert no.value.headers["Retry-After"] == "5"
            assert (await http.get("/who", headers={"api-key": KEY})).status == 200
        while http.door.admissions.count:
            await http.get("/open")


async def test_a_server_that_drains_says_when_to_come_back():
    async with served() as http:
        http.door.admissions.drain(0.0, 20.0)
        with pytest.raises(WSServerHandshakeError) as no:
            await http.ws_connect("/ws", headers={"api-key": KEY})
        assert (no.value.status, no.value.headers["Retry-After"]) == (503, "5")


async def test_bytes_that_are_no_text_are_no_key():
    async with served() as http:
        reader = b"GET /who HTTP/1.1\r\nHost: x\r\napi-key: \xff\xfe\r\nConnection: close\r\n\r\n"
        import asyncio

        received, writer = await asyncio.open_connection(http.host, http.port)
        writer.write(reader)
        assert b"401" in await received.readline()
        writer.close()
        await writer.wait_closed()


async def test_mounted_below_a_path_it_guards_just_the_same():
    outer = web.Application()
    outer.add_subapp("/assistant", application(Door(Rules(bind="0.0.0.0", keys=ApiKeys([KEY])))))
    async with TestClient(TestServer(outer)) as http:
        assert (await http.get("/assistant/open")).status == 200
        assert (await http.get("/assistant/who")).status == 401
