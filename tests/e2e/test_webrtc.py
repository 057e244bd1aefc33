"""The page on the phone: a real browser whose microphone is a recording, real WebRTC, the real engine and documents."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import async_playwright, expect

from agent import Agent, samples
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.engine.wav import write_wav
from agent.engine_calling import EngineCalling
from agent.library import Library
from agent.preview_calling import PreviewCalling, PreviewUrls
from agent.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(path).exists()), None)
RATE = 24_000
PATIENCE = 60_000  # ms; a loaded machine takes its time
PROMPT = "You answer from the documents. The password of the operator is heliotrope."
KEY = "standard-key-of-the-resource"

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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def engine():
    engine = Engine(load_ears(), load_voice(), load_reasoner())
    await engine.warm()
    with pytest.MonkeyPatch.context() as patch:
        # Where there is no network but the loopback, aioice would offer nothing.
        patch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
        yield engine
    await engine.close()


@pytest.fixture(scope="module")
def library():
    library, _ = Library.gather([samples.documents_path()])
    yield library
    library.close()


@asynccontextmanager
async def listening(application):
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def assistant(engine, library, calling):
    agent = Agent(instructions=PROMPT).over(library.index)

    async def connect():
        return engine.connect()

    async with listening(Server(agent, connect, library, calling=calling).application()) as address:
        yield address


@asynccontextmanager
async def page_hearing(recording, url, *, flags=(), mind_errors=True):
    """A page, and all that crosses the network between it and anybody."""
    crossed: list[str] = []
    reading: list[asyncio.Task] = []
    complaints: list[str] = []

    async def read(response):
        crossed.extend([response.url, json.dumps(await response.request.all_headers())])
        crossed.extend([response.request.post_data or "", json.dumps(await response.all_headers())])
        if response.status == 200 or response.status == 201:
            crossed.append((await response.body()).decode(errors="replace"))

    def watch_socket(socket):
        socket.on("framereceived", lambda data: crossed.append(str(data)))
        socket.on("framesent", lambda data: crossed.append(str(data)))

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=False,
            args=[
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={recording}%noloop",
                "--autoplay-policy=no-user-gesture-required",
                "--allow-loopback-in-peer-connection",
                *flags,
            ],
        )
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        await page.add_init_script(WATCH)
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda response: reading.append(asyncio.ensure_future(read(response))))
        page.on("websocket", watch_socket)
        try:
            await page.goto(url)
            yield page, crossed
            await asyncio.gather(*reading, return_exceptions=True)
            crossed += await page.evaluate("window.channel")
        finally:
            await browser.close()
            await asyncio.gather(*reading, return_exceptions=True)
        assert not mind_errors or complaints == []


def spoken(say, tmp_path, *sentences):
    pieces = []
    for sentence, pause in sentences:
        pieces += [say(sentence), np.zeros(int(RATE * pause), np.int16)]
    recording = tmp_path / "speech.wav"
    write_wav(recording, np.concatenate(pieces))
    return recording


async def ready(page):
    await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=PATIENCE)


async def test_a_spoken_question_over_webrtc_is_answered_by_tools_on_the_server_and_the_page_sees_no_prompt(
    engine, library, say, tmp_path
):
    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    calling = EngineCalling(engine)
    async with (
        assistant(engine, library, calling) as address,
        page_hearing(recording, address) as (page, crossed),
    ):
        assert page.url.endswith("?transport=webrtc")
        import time; t=time.time()
        await ready(page)
        print("READY", time.time()-t)
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("message-user")).to_contain_text("lighthouse", timeout=PATIENCE, ignore_case=True)
        await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await page.wait_for_function("Number(document.querySelector('[data-testid=level]').dataset.outputLevel) > 0.02")
        await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
        assert await page.evaluate("window.channel.length") > 0
    await calling.close()
    everything = "\n".join(crossed)
    assert "extension.citations" in everything
    assert '"type":"input_audio_buffer.append"' not in everything  # it did not fall back to the WebSocket
    assert "/v1/realtime/calls/rtc_" in everything
    assert "heliotrope" not in everything
    assert '"parameters"' not in everything
