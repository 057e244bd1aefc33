"""Upstreams: the embedded engine or an address, and what a session gets of either."""

from __future__ import annotations

import asyncio
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.config import Settings
from agent.errors import ConfigurationError, DialError
from agent.transports.memory import pair
from agent.transports.stream import Stream
from agent.upstreams import run_loop, upstream


class Engine:
    """Notes what is done with it."""

    def __init__(self):
        self.done = []

    async def warm(self):
        self.done.append("warm")

    def connect(self):
        self.done.append("connect")
        return pair()[0]

    async def close(self):
        self.done.append("close")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def service():
    """A service that says which key it was given."""

    async def realtime(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(request.headers.get("Authorization", "no key"))
        await socket.close()
        return socket

    application = web.Application()
    application.router.add_get("/v1/realtime", realtime)
    async with TestServer(application) as server:
        yield str(server.make_url("/v1/realtime")).replace("http", "ws", 1)


def no_engine():
    raise AssertionError("the engine is not wanted")


async def test_the_engine_is_warm_before_anybody_connects_and_closed_in_the_end():
    engine = Engine()
    async with upstream("engine", Settings(), lambda: engine) as connect:
        assert engine.done == ["warm"]
        first, second = await connect(), await connect()
        assert first is not second
    assert engine.done == ["warm", "connect", "connect", "close"]


async def test_the_engine_is_closed_also_when_serving_fails():
    engine = Engine()
    with pytest.raises(ZeroDivisionError):
        async with upstream("engine", Settings(), lambda: engine):
            raise ZeroDivisionError
    assert engine.done == ["warm", "close"]


async def test_an_address_is_dialled_for_each_session_without_an_engine(service):
    async with upstream(service, Settings(), no_engine) as connect:
        for _ in range(2):
            transport = Stream(await connect())
            assert await transport.receive() == "no key"
            await transport.close()


async def test_a_service_is_given_the_key_of_the_settings(service, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    async with upstream(service, Settings(), no_engine) as connect:
        transport = Stream(await connect())
        assert await transport.receive() == "Bearer a-key"
        await transport.close()


async def test_a_service_that_is_not_there_is_told_when_a_session_wants_it(unused_tcp_port):
    async with upstream(f"ws://127.0.0.1:{unused_tcp_port}/v1/realtime", Settings(), no_engine) as connect:
        with pytest.raises(DialError, match="cannot be reached"):
            await connect()


async def test_a_refusal_is_told_from_what_the_service_says(monkeypatch):
    async def refuse(request):
        said = {"error": {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}}
        return web.json_response(said, status=404, headers={"Retry-After": "5"})

    application = web.Application()
    application.router.add_get("/openai/v1/realtime", refuse)
    async with TestServer(application) as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", str(server.make_url("/")))
        monkeypatch.setenv("AZURE_OPENAI_REALTIME_DEPLOYMENT", "mine")
        async with upstream(None, Settings(), no_engine) as connect:
            with pytest.raises(
                DialError, match=r"no deployment named mine.*“The API deployment does not exist\.”"
            ) as error:
                await connect()
    assert (error.value.status, error.value.retry_after) == (404, 5.0)


@pytest.mark.parametrize(
    ("auth", "header", "parameter"),
    [("api-key", "a-key", None), ("api-key-query", None, "a-key"), ("none", None, None)],
)
async def test_azure_is_given_its_key_in_a_header_or_in_the_address(monkeypatch, auth, header, parameter):
    seen = []

    async def realtime(request):
        seen.append((request.headers.get("api-key"), request.query.get("api-key"), request.query.get("deployment")))
        return web.Response(status=503)

    application = web.Application()
    application.router.add_get("/openai/realtime", realtime)
    async with TestServer(application) as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", str(server.make_url("/")))
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a-key")
        monkeypatch.setenv("VOCATIVE_MODEL_AUTH", auth)
        async with upstream("azure-preview:mine", Settings(), no_engine) as connect:
            with pytest.raises(DialError, match="503") as error:
                await connect()
    assert seen == [(header, parameter, "mine")]
    assert "a-key" not in str(error.value)


async def test_a_model_that_cannot_be_told_is_refused_before_anything_is_opened():
    with pytest.raises(ConfigurationError, match="AZURE_OPENAI_ENDPOINT"):
        async with upstream("azure", Settings(), no_engine):
            raise AssertionError("not reached")


async def _loop():
    return type(asyncio.get_running_loop()).__module__


def test_a_command_runs_on_the_fastest_loop_there_is():
    seen = []

    async def work():
        seen.append(await _loop())
        return 7

    assert run_loop(work) == 7
    assert sys.platform == "win32" or seen[0].startswith("uvloop")


def test_without_uvloop_a_command_runs_on_the_usual_loop(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    seen = []

    async def work():
        seen.append(await _loop())
        return 0

    assert run_loop(work) == 0
    assert seen[0].startswith("asyncio")
