"""A port, and who is told what about it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading

import aiohttp
import pytest
from aiohttp import web

from agent import listening
from agent.errors import UsageError
from agent.listening import listen, shown


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_an_address_is_shown_as_one_types_it(host, address):
    assert shown(host) == address


async def test_a_port_in_use_is_said_so_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1 port \d+ \(.+\): choose another"):
            await listen(web.Application(), "127.0.0.1", taken.getsockname()[1], "listens on")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "no..host", "n" * 64])
async def test_a_host_that_is_none_of_ours_is_said_so(host):
    with pytest.raises(UsageError, match="cannot listen on"):
        await listen(web.Application(), host, 0, "listens on")


async def test_what_has_started_is_ended_where_the_start_is_stopped():
    starting, told = asyncio.Event(), []

    async def first(_application):
        yield
        told.append("ended")

    async def second(_application):
        starting.set()
        await asyncio.Event().wait()
        yield

    application = web.Application()
    application.cleanup_ctx.extend([first, second])
    serving = asyncio.create_task(listen(application, "127.0.0.1", 0, "it listens on"))
    await starting.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert told == ["ended"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
async def test_it_greets_with_its_address_serves_and_stops_when_told_to(capsys):
    async def hello(_request):
        return web.Response(text="hello")

    application = web.Application()
    application.router.add_get("/", hello)
    serving = asyncio.create_task(listen(application, "127.0.0.1", 0, "it listens on"))
    said = ""
    async with asyncio.timeout(5):
        while "Ctrl+C" not in said:
            await asyncio.sleep(0.01)
            said += capsys.readouterr().out
    url = said.split()[3]
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        assert await response.text() == "hello"
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await serving


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
async def test_serving_ends_on_a_signal_as_soon_as_it_has_greeted_and_shuts_the_application_down(monkeypatch):
    stopped, said = threading.Event(), []

    async def stop(_application):
        stopped.set()

    def greeted(text):
        said.append(text)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(listening.click, "echo", greeted)
    application = web.Application()
    application.on_shutdown.append(stop)
    async with asyncio.timeout(30):
        await listen(application, "127.0.0.1", 0, "it listens on", "/v1/realtime")
    assert said[0].startswith("it listens on ws://127.0.0.1:")
    assert "/v1/realtime" in said[0]
    assert stopped.is_set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
async def test_a_token_of_somebody_in_two_hundred_groups_fits_into_a_header(monkeypatch):
    application, seen = web.Application(), []

    async def answer(request):
        seen.append(len(request.headers["Authorization"]))
        return web.Response()

    application.router.add_get("/", answer)
    ready = asyncio.Event()
    addresses = []

    def greeted(text):
        addresses.append(text.split()[3])
        ready.set()

    monkeypatch.setattr(listening.click, "echo", greeted)
    serving = asyncio.create_task(listen(application, "127.0.0.1", 0, "it listens on"))
    await asyncio.wait_for(ready.wait(), 30)
    async with (
        aiohttp.ClientSession() as http,
        http.get(addresses[0], headers={"Authorization": "x" * 16_000}) as answered,
    ):
        assert answered.status == 200
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 30)
    assert seen == [16_000]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize(
    ("signals", "drained"),
    [((signal.SIGTERM,), True), ((signal.SIGTERM, signal.SIGTERM), False), ((signal.SIGINT,), False)],
)
async def test_sigterm_waits_for_what_runs_and_sigint_or_a_second_signal_does_not(monkeypatch, signals, drained):
    waited, began, goes_on = [], asyncio.Event(), asyncio.Event()

    async def drain():
        began.set()
        await goes_on.wait()
        waited.append(True)

    ready = asyncio.Event()
    monkeypatch.setattr(listening.click, "echo", lambda _text: ready.set())
    serving = asyncio.create_task(listen(web.Application(), "127.0.0.1", 0, "it listens on", drain=drain))
    async with asyncio.timeout(10):
        await ready.wait()
        os.kill(os.getpid(), signals[0])
        if signals[0] == signal.SIGTERM:
            await began.wait()
            assert not serving.done()
        for number in signals[1:]:
            os.kill(os.getpid(), number)
        if drained:
            goes_on.set()
        await serving
    assert bool(waited) is drained
