"""The page on a call: real WebRTC between a real browser and the real engine, in this process."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from agent import Agent, samples
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.library import Library
from agent.server import Server
from tests.e2e import browsing
from tests.e2e.browsing import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from playwright.async_api import Page

PROMPT = "You answer from the documents. The password of the operator is heliotrope."
SOUND_AS_EVENTS = '"type":"input_audio_buffer.append"'  # which a call has none of

# Notes all that crosses the model's own channel.
WATCH = """
window.channel = [];
const create = RTCPeerConnection.prototype.createDataChannel;
RTCPeerConnection.prototype.createDataChannel = function (...given) {
  const channel = create.apply(this, given);
  channel.addEventListener('message', (message) => window.channel.push(message.data));
  const send = channel.send.bind(channel);
  channel.send = (text) => { window.channel.push(text); send(text); };
  return channel;
};
"""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def model() -> AsyncIterator[Engine]:
    """The engine, ready to be called."""
    engine = Engine(load_ears(), load_voice(), load_reasoner())
    await engine.warm()
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
def loopback() -> Iterator[None]:
    """Where there is no network but the loopback, aioice would offer nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
        yield


@pytest.fixture(scope="session")
def library() -> Iterator[Library]:
    """The sample documents."""
    library, _ = Library.gather([samples.documents_path()])
    yield library
    library.close()


@asynccontextmanager
async def listening(application: web.Application) -> AsyncIterator[str]:
    """Serve an application. Gives its address."""
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(model: Engine, library: Library, calling: Any, agent: Agent | None = None) -> AsyncIterator[str]:
    """Serve an assistant that takes calls. Gives its address.

    Args:
        model: Its model.
        library: Its documents.
        calling: How its model is called.
        agent: Who it is, but for the documents.
    """
    agent = (agent or Agent(instructions=PROMPT)).over(library.index)

    async def connect():
        return model.connect()

    async with listening(Server(agent, connect, library, calling=calling).application()) as address:
        yield address


@asynccontextmanager
async def page_calling(
    recording: Path | None,
    url: str,
    *,
    flags: tuple[str, ...] = (),
    before: Callable[[Page], Awaitable[None]] | None = None,
    **context: Any,
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page, and all that crosses the network between it and anybody. Args: as of `browsing.page_hearing`."""
    crossed: list[str] = []
    reading: list[asyncio.Task] = []

    async def read(response):
        crossed.extend([response.url, json.dumps(await response.request.all_headers())])
        crossed.extend([response.request.post_data or "", json.dumps(await response.all_headers())])
        if response.status in {200, 201} and "/assets/" not in response.url:
            crossed.append((await response.body()).decode(errors="replace"))

    def watch_socket(socket):
        socket.on("framereceived", lambda data: crossed.append(str(data)))
        socket.on("framesent", lambda data: crossed.append(str(data)))

    async def beforehand(page: Page) -> None:
        await page.add_init_script(WATCH)
        if before is not None:
            await before(page)
        page.on("response", lambda response: reading.append(asyncio.ensure_future(read(response))))
        page.on("websocket", watch_socket)

    calls = ("--allow-loopback-in-peer-connection", *flags)
    try:
        async with browsing.page_hearing(recording, url, flags=calls, before=beforehand, **context) as page:
            yield page, crossed
            await asyncio.gather(*reading, return_exceptions=True)
            crossed += await page.evaluate("window.channel")
    finally:
        await asyncio.gather(*reading, return_exceptions=True)


async def sounding(page: Page) -> None:
    """Wait until something can be heard."""
    level = re.compile(r"^(0\.0[2-9]|0\.[1-9]|1)")
    await expect(page.get_by_test_id("level")).to_have_attribute("data-output-level", level, timeout=PATIENCE)
