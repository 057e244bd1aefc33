"""The page on the phone: a real browser whose microphone is a recording, real WebRTC, the real engine and documents."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from agent import Agent, samples
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.engine.wav import write_wav
from agent.library import Library
from agent.server import Server
from agent.webrtc.engine_calling import EngineCalling
from agent.webrtc.preview_calling import PreviewCalling, PreviewUrls
from agent.webrtc.service_calling import CallUrls, ServiceCalling
from tests.e2e import browsing
from tests.e2e.browsing import PATIENCE, RATE, VIEWS, ready, spoken
from tools import ToolContext, ToolPolicy, tool

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

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
async def assistant(engine, library, calling, **options):
    agent = Agent(instructions=PROMPT, **options).over(library.index)

    async def connect():
        return engine.connect()

    async with listening(Server(agent, connect, library, calling=calling).application()) as address:
        yield address


@asynccontextmanager
async def page_hearing(recording, url, *, flags=(), mind_errors=True, **context):
    """A page, and all that crosses the network between it and anybody."""
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

    async def before(page):
        await page.add_init_script(WATCH)
        page.on("response", lambda response: reading.append(asyncio.ensure_future(read(response))))
        page.on("websocket", watch_socket)

    calls = ("--allow-loopback-in-peer-connection", *flags)
    try:
        context |= {"flags": calls, "before": before, "mind_errors": mind_errors}
        async with browsing.page_hearing(recording, url, **context) as page:
            yield page, crossed
            await asyncio.gather(*reading, return_exceptions=True)
            crossed += await page.evaluate("window.channel")
    finally:
        await asyncio.gather(*reading, return_exceptions=True)


async def sounding(page):
    level = re.compile(r"^(0\.0[2-9]|0\.[1-9]|1)")
    await expect(page.get_by_test_id("level")).to_have_attribute("data-output-level", level, timeout=PATIENCE)


@asynccontextmanager
async def service(engine):
    """The engine as Azure would be: elsewhere, and for holders of the resource's key or of an ephemeral one only."""

    @web.middleware
    async def guard(request, handler):
        ephemeral = request.headers.get("Authorization", "").startswith("Bearer ek_")
        mine = request.path.endswith(("/calls", "/realtimertc")) and ephemeral
        if not mine and request.headers.get("api-key") != KEY:
            return web.Response(status=401)
        return await handler(request)

    application = engine_app(engine)
    application.middlewares.append(guard)
    async with listening(application) as address, aiohttp.ClientSession() as http:
        yield address, http


@pytest.mark.parametrize("view", VIEWS)
async def test_a_spoken_question_over_webrtc_is_answered_by_tools_on_the_server_and_neither_key_nor_prompt_is_seen(
    engine, library, say, tmp_path, view
):
    async def headers():
        return {"api-key": KEY}

    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    async with service(engine) as (elsewhere, http):
        urls = CallUrls.of(elsewhere.replace("http", "ws") + "/openai/v1/realtime?model=deployment")
        async with (
            assistant(engine, library, ServiceCalling(http, urls, headers)) as address,
            page_hearing(recording, address, **view) as (page, crossed),
        ):
            assert page.url.endswith("?transport=webrtc")
            await ready(page)
            await page.get_by_test_id("talk").click()
            await expect(page.get_by_test_id("message-user")).to_contain_text(
                "lighthouse", timeout=PATIENCE, ignore_case=True
            )
            await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
            await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
            await sounding(page)
            await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
            assert await page.evaluate("window.channel.length") > 0
    everything = "\n".join(crossed)
    assert "/v1/realtime/calls/rtc_" in everything
    assert "extension.citations" in everything
    assert '"type":"input_audio_buffer.append"' not in everything  # it did not fall back to the WebSocket
    assert KEY not in everything
    assert "heliotrope" not in everything
    assert '"parameters"' not in everything


async def test_the_connection_panel_tells_of_a_call_what_it_tells_of_a_socket(engine, library, say, tmp_path):
    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    calling = EngineCalling(engine)
    async with assistant(engine, library, calling) as address, page_hearing(recording, address) as (page, _):
        await ready(page)
        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await sounding(page)
        await page.get_by_test_id("open-connection").click()
        await expect(page.get_by_test_id("fact-transport")).to_have_text("WebRTC")
        await expect(page.get_by_test_id("fact-round-trip")).to_have_text(re.compile(r"^\d+ ms$|^\d+\.\d s$"))
        await expect(page.get_by_test_id("fact-underruns")).to_have_text(re.compile(r"^\d+$"))
        for step in ("transcript", "retrieval", "sound", "heard"):
            await expect(page.locator(f"tr[data-step={step}]")).to_have_count(1, timeout=PATIENCE)
    await calling.close()


async def test_a_barge_in_over_webrtc_cuts_the_answer_where_the_server_stopped_playing_it(
    engine, library, say, tmp_path
):
    # However slow the machine is, one of these questions falls into the long answer to one before.
    recording = spoken(say, tmp_path, *[("Tell me about the lighthouse.", 5)] * 5)
    calling = EngineCalling(engine)
    async with assistant(engine, library, calling) as address, page_hearing(recording, address) as (page, crossed):
        await ready(page)
        await page.get_by_test_id("talk").click()
        cut = page.locator("[data-testid=message-assistant][data-cut=true]")
        await expect(cut.first).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_test_id("message-user").nth(1)).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text(".", timeout=PATIENCE)
    await calling.close()
    events = [json.loads(each) for each in crossed if each.startswith('{"type":')]
    kinds = [event["type"] for event in events]
    assert kinds.index("output_audio_buffer.cleared") < kinds.index("conversation.item.truncated")
    assert "extension.playback" not in kinds
    assert "conversation.item.truncate" not in kinds


async def test_talking_by_holding_a_key_and_typing_over_the_answer_work_in_a_call_as_on_a_socket(
    engine, library, say, tmp_path
):
    question = say("How many steps does the lighthouse have?")
    recording = tmp_path / "speech.wav"
    write_wav(recording, np.concatenate([question, np.zeros(RATE * 20, np.int16)]))
    calling = EngineCalling(engine)
    async with assistant(engine, library, calling) as address, page_hearing(recording, address) as (page, crossed):
        await ready(page)
        await page.keyboard.down("Space")
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "push", timeout=PATIENCE)
        await asyncio.sleep(len(question) / RATE)
        await page.keyboard.up("Space")
        first = page.get_by_test_id("message-assistant").first
        await expect(first).to_contain_text("142", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-user")).to_contain_text("lighthouse", ignore_case=True)
        await sounding(page)
        await page.get_by_role("textbox").fill("How much is the Island Pass?")
        await page.keyboard.press("Enter")
        await expect(first).to_have_attribute("data-cut", "true", timeout=PATIENCE)
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("£", timeout=PATIENCE)
        await sounding(page)
    await calling.close()
    assert '"type":"input_audio_buffer.append"' not in "\n".join(crossed)


async def test_the_previews_flow_runs_its_tools_on_the_server_and_hides_the_key_but_cannot_hide_the_prompt(
    engine, library, say, tmp_path
):
    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    async with service(engine) as (elsewhere, http):
        sessions = f"{elsewhere}/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
        calling = PreviewCalling(http, PreviewUrls(sessions, f"{elsewhere}/v1/realtimertc", "deployment"), KEY, "verse")
        async with (
            assistant(engine, library, calling) as address,
            page_hearing(recording, address) as (page, crossed),
        ):
            assert page.url.endswith("?transport=webrtc-preview")
            await ready(page)
            await page.get_by_test_id("talk").click()
            await expect(page.get_by_test_id("message-user")).to_contain_text(
                "lighthouse", timeout=PATIENCE, ignore_case=True
            )
            await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
            await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
            await sounding(page)
            await expect(page.get_by_test_id("citation").first).to_be_visible(timeout=PATIENCE)
    everything = "\n".join(crossed)
    assert "/v1/realtime/tools" in everything
    assert "response.audio_transcript.done" in everything
    assert KEY not in everything
    assert "heliotrope" in everything  # no sideband, no filter: this is why it is off by default


@pytest.mark.parametrize(("button", "status"), [("Approve", "completed"), ("Do not do it", "denied")])
async def test_on_the_previews_flow_too_the_page_is_asked_before_a_tool_runs_and_tells_what_was_said(
    engine, library, say, tmp_path, button, status
):
    reserved, heard = [], []

    @tool(policy=ToolPolicy(approval=True))
    def reserve_seats(count: int, context: ToolContext) -> str:
        """Reserve seats on the next sailing."""
        reserved.append(count)
        heard.extend(each.text for each in context.conversation)
        return f"{count} seats are reserved."

    recording = spoken(say, tmp_path, ("Hello.", 1))
    async with service(engine) as (elsewhere, http):
        sessions = f"{elsewhere}/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
        calling = PreviewCalling(http, PreviewUrls(sessions, f"{elsewhere}/v1/realtimertc", "deployment"), KEY, "verse")
        async with (
            assistant(engine, library, calling, tools=[reserve_seats]) as address,
            page_hearing(recording, address) as (page, crossed),
        ):
            await ready(page)
            await page.get_by_role("textbox").fill("Please reserve 2 seats on the next sailing.")
            await page.keyboard.press("Enter")
            group = page.get_by_test_id("approval")
            await expect(group).to_be_visible(timeout=PATIENCE)
            assert await group.locator("dt, dd").all_text_contents() == ["Count", "2"]
            assert reserved == []
            await group.get_by_role("button", name=button).click()
            call = page.get_by_test_id("tool-call")
            await expect(call).to_have_attribute("data-status", status, timeout=PATIENCE)
            await expect(group).to_have_count(0)
            if status == "completed":
                answer = page.get_by_test_id("message-assistant").last
                await expect(answer).to_contain_text("2 seats are reserved", timeout=PATIENCE)
    assert reserved == ([2] if status == "completed" else [])
    assert heard == (["Please reserve 2 seats on the next sailing."] if status == "completed" else [])
    assert "waits for the user's approval" in "\n".join(crossed)


async def test_the_page_falls_back_to_its_websocket_when_no_call_comes_about(
    engine, library, say, tmp_path, monkeypatch
):
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: [])
    recording = spoken(say, tmp_path, ("Hello.", 1))
    calling = EngineCalling(engine)
    async with assistant(engine, library, calling) as address, page_hearing(recording, address) as (page, crossed):
        assert page.url.endswith("?transport=webrtc")
        await ready(page)
        await page.get_by_role("textbox").fill("How many steps does the lighthouse have?")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
        await page.get_by_test_id("sound").click()
        await expect(page.get_by_test_id("route")).to_contain_text("No call could be connected", timeout=PATIENCE)
    await calling.close()
    assert any('"type":"response.output_audio.delta"' in each for each in crossed)


# What the preview's documentation shows a page to do, without waiting for candidates.
DOCUMENTED = """
async (key) => {
  const minted = await (await fetch('/openai/realtimeapi/sessions?api-version=2025-04-01-preview', {
    method: 'POST',
    headers: {'api-key': key, 'Content-Type': 'application/json'},
    body: JSON.stringify({model: 'deployment', voice: 'verse'}),
  })).json();
  const peer = new RTCPeerConnection();
  const media = await navigator.mediaDevices.getUserMedia({audio: true});
  peer.addTrack(media.getAudioTracks()[0]);
  const channel = peer.createDataChannel('realtime-channel');
  const events = [];
  const done = new Promise((resolve) => {
    channel.onopen = () => channel.send(JSON.stringify({type: 'session.update', session: {instructions: 'Be kind.'}}));
    channel.onmessage = (message) => {
      events.push(JSON.parse(message.data));
      if (events.at(-1).type === 'output_audio_buffer.stopped') resolve();
    };
  });
  const offer = await peer.createOffer();
  await peer.setLocalDescription(offer);
  const answer = await fetch('/v1/realtimertc?model=deployment', {
    method: 'POST',
    headers: {Authorization: `Bearer ${minted.client_secret.value}`, 'Content-Type': 'application/sdp'},
    body: offer.sdp,
  });
  await peer.setRemoteDescription({type: 'answer', sdp: await answer.text()});
  await done;
  channel.close();
  peer.close();
  return events;
}
"""


async def test_the_documented_page_of_the_preview_talks_to_the_engine_as_it_stands(engine, library, say, tmp_path):
    recording = spoken(say, tmp_path, ("Hello there, who are you?", 3))
    async with service(engine) as (address, http):
        async with http.get(address + "/healthz", headers={"api-key": KEY}) as response:
            assert response.status == 200
        async with page_hearing(recording, "about:blank", mind_errors=False) as (page, _):
            await page.route("**/blank", lambda route: route.fulfill(body="<p>", content_type="text/html"))
            await page.goto(address + "/blank")
            events = await page.evaluate(DOCUMENTED, KEY)
    updated = next(event for event in events if event["type"] == "session.updated")
    assert updated["session"]["instructions"] == "Be kind."
    assert any(event["type"] == "response.audio_transcript.done" for event in events)
