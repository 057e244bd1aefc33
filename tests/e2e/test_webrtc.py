"""The page on the phone: a real browser whose microphone is a recording, real WebRTC, the real engine and documents."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import expect

from agent import Agent
from agent.engine.serving import engine_app
from agent.webrtc.engine_calling import EngineCalling
from agent.webrtc.preview_calling import PreviewCalling, PreviewUrls
from agent.webrtc.service_calling import CallUrls, ServiceCalling
from tests.e2e.browsing import PATIENCE, VIEWS, ready, see_where_it_stands, spoken, talk
from tests.e2e.calling import SOUND_AS_EVENTS, answering, listening, page_calling, sounding
from tools import ToolContext, ToolPolicy, tool

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("loopback"),
]

KEY = "standard-key-of-the-resource"


@asynccontextmanager
async def service(model):
    """The engine as Azure would be: elsewhere, and for holders of the resource's key or of an ephemeral one only."""

    @web.middleware
    async def guard(request, handler):
        ephemeral = request.headers.get("Authorization", "").startswith("Bearer ek_")
        mine = request.path.endswith(("/calls", "/realtimertc")) and ephemeral
        if not mine and request.headers.get("api-key") != KEY:
            return web.Response(status=401)
        return await handler(request)

    application = engine_app(model)
    application.middlewares.append(guard)
    async with listening(application) as address, aiohttp.ClientSession() as http:
        yield address, http


@pytest.mark.parametrize("view", VIEWS)
async def test_a_spoken_question_over_webrtc_is_answered_by_tools_on_the_server_and_neither_key_nor_prompt_is_seen(
    model, library, say, tmp_path, view
):
    async def headers():
        return {"api-key": KEY}

    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    async with service(model) as (elsewhere, http):
        urls = CallUrls.of(elsewhere.replace("http", "ws") + "/openai/v1/realtime?model=deployment")
        async with (
            answering(model, library, ServiceCalling(http, urls, headers)) as address,
            page_calling(recording, address, **view) as (page, crossed),
        ):
            assert page.url.endswith("?transport=webrtc")
            await talk(page)
            await expect(page.get_by_test_id("message-user")).to_contain_text(
                "lighthouse", timeout=PATIENCE, ignore_case=True
            )
            await expect(page.get_by_test_id("tool-call")).to_contain_text("search", timeout=PATIENCE, ignore_case=True)
            await expect(page.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
            await sounding(page)
            await see_where_it_stands(page, "142", "visitor-guide.pdf", 3)
            assert await page.evaluate("window.channel.length") > 0
    everything = "\n".join(crossed)
    assert "/v1/realtime/calls/rtc_" in everything
    assert "extension.citations" in everything
    assert SOUND_AS_EVENTS not in everything  # it did not fall back to the WebSocket
    assert KEY not in everything
    assert "heliotrope" not in everything
    assert '"parameters"' not in everything


async def test_the_connection_panel_tells_of_a_call_what_it_tells_of_a_socket(model, library, say, tmp_path):
    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    calling = EngineCalling(model)
    async with answering(model, library, calling) as address, page_calling(recording, address) as (page, _):
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


async def test_the_previews_flow_runs_its_tools_on_the_server_and_hides_the_key_but_cannot_hide_the_prompt(
    model, library, say, tmp_path
):
    recording = spoken(say, tmp_path, ("How many steps does the lighthouse have?", 3))
    async with service(model) as (elsewhere, http):
        sessions = f"{elsewhere}/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
        calling = PreviewCalling(http, PreviewUrls(sessions, f"{elsewhere}/v1/realtimertc", "deployment"), KEY, "verse")
        async with (
            answering(model, library, calling) as address,
            page_calling(recording, address) as (page, crossed),
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
    model, library, say, tmp_path, button, status
):
    reserved, heard = [], []

    @tool(policy=ToolPolicy(approval=True))
    def reserve_seats(count: int, context: ToolContext) -> str:
        """Reserve seats on the next sailing."""
        reserved.append(count)
        heard.extend(each.text for each in context.conversation)
        return f"{count} seats are reserved."

    agent = Agent(instructions="You answer from the documents.", tools=[reserve_seats])
    recording = spoken(say, tmp_path, ("Hello.", 1))
    async with service(model) as (elsewhere, http):
        sessions = f"{elsewhere}/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
        calling = PreviewCalling(http, PreviewUrls(sessions, f"{elsewhere}/v1/realtimertc", "deployment"), KEY, "verse")
        async with (
            answering(model, library, calling, agent) as address,
            page_calling(recording, address) as (page, crossed),
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
    model, library, say, tmp_path, monkeypatch
):
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: [])
    recording = spoken(say, tmp_path, ("Hello.", 1))
    calling = EngineCalling(model)
    async with answering(model, library, calling) as address, page_calling(recording, address) as (page, crossed):
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


async def test_the_documented_page_of_the_preview_talks_to_the_engine_as_it_stands(model, library, say, tmp_path):
    recording = spoken(say, tmp_path, ("Hello there, who are you?", 3))
    async with service(model) as (address, http):
        async with http.get(address + "/healthz", headers={"api-key": KEY}) as response:
            assert response.status == 200
        async with page_calling(recording, "about:blank", mind_errors=False) as (page, _):
            await page.route("**/blank", lambda route: route.fulfill(body="<p>", content_type="text/html"))
            await page.goto(address + "/blank")
            events = await page.evaluate(DOCUMENTED, KEY)
    updated = next(event for event in events if event["type"] == "session.updated")
    assert updated["session"]["instructions"] == "Be kind."
    assert any(event["type"] == "response.audio_transcript.done" for event in events)
