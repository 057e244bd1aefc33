"""The engine on the phone: aiortc on both ends, real Opus, real ICE and DTLS over the loopback."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from agent.engine.serving import engine_app
from tests.rtc import HummingVoice, Phone, offer_loopback, tone


@pytest.fixture
def voice():
    return HummingVoice()


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    offer_loopback(monkeypatch)


@pytest.fixture
async def address(new_engine):
    runner = web.AppRunner(engine_app(new_engine()))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def http(address):
    async with aiohttp.ClientSession(address) as session:
        yield session


@pytest.fixture
async def call(http):
    """Ring up; gives the phone and where the call is."""
    phones = []

    async def ring(*, path="/v1/realtime/calls", headers=None, query="", label="oai-events", session=None):
        phone = Phone(label)
        phones.append(phone)
        offer = await phone.offer()
        headers = {"Content-Type": "application/sdp", **(headers or {})}
        data = offer
        if session is not None:
            headers.pop("Content-Type")
            data = aiohttp.MultipartWriter("form-data")
            data.append(offer, {"Content-Type": "application/sdp"}).set_content_disposition("form-data", name="sdp")
            part = data.append(json.dumps(session), {"Content-Type": "application/json"})
            part.set_content_disposition("form-data", name="session")
        async with http.post(path + query, data=data, headers=headers) as response:
            assert response.status == 201, await response.text()
            assert response.content_type == "application/sdp"
            await phone.accept(await response.text())
            return phone, response.headers.get("Location", "")

    yield ring
    for phone in phones:
        await phone.hang_up()


async def test_a_question_is_heard_and_answered_aloud_in_real_time_without_audio_on_the_channel(call, eventually):
    phone, location = await call()
    assert location.startswith("/v1/realtime/calls/rtc_")
    await phone.until("session.created")
    phone.send("session.update", session={"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}})
    await phone.until("session.updated")
    phone.say(np.concatenate([tone(400, 0.8), tone(0, 1.5)]))
    written = await phone.until("conversation.item.input_audio_transcription.completed")
    assert written["transcript"] == "hello"
    started = await phone.until("output_audio_buffer.started")
    await phone.until("output_audio_buffer.stopped")
    kinds = [event["type"] for event in phone.events]
    assert "response.output_audio.delta" not in kinds
    assert kinds.index("response.done") < kinds.index("output_audio_buffer.stopped")
    assert started["response_id"] == phone.of("response.done")[0]["response"]["id"]
    assert phone.of("response.output_audio_transcript.done")[0]["transcript"] == "You said hello."
    # What was played is still on its way through the jitter buffer.
    await eventually(lambda: phone.loud_s() > len("You said hello.") * 0.05 - 0.15, within_s=10)
    assert phone.loud_s() < len("You said hello.") * 0.05 + 0.2


async def test_breaking_in_clears_the_buffer_and_cuts_the_conversation_where_the_sound_was_cut(call, reasoner):
    reasoner.answer = lambda said: ["A very long answer, " * 20 + "indeed." if said == "go" else "Yes."]
    phone, _ = await call()
    await phone.until("session.created")
    phone.ask("go")
    await phone.until("output_audio_buffer.started")
    item = (await phone.until("response.output_item.done"))["item"]["id"]
    await phone.until("response.done")  # all of it is made already; only the playing can be cut
    phone.say(np.concatenate([tone(600, 0.8), tone(0, 1.5)]))
    cleared = await phone.until("output_audio_buffer.cleared")
    cut = await phone.until("conversation.item.truncated")
    assert cleared["response_id"] == phone.of("response.done")[0]["response"]["id"]
    assert cut["item_id"] == item
    assert 100 < cut["audio_end_ms"] < 5_000
    kinds = [event["type"] for event in phone.events]
    assert kinds.index("input_audio_buffer.speech_started") < kinds.index("output_audio_buffer.cleared")
    await phone.until("output_audio_buffer.stopped")
    assert phone.of("output_audio_buffer.stopped")[0]["response_id"] != cleared["response_id"]
    kept = next(each for each in reasoner.thoughts[-1].items if each["id"] == item)["content"][0]["transcript"]
    assert 0 < len(kept) < 200
    assert phone.loud_s() < 6
    assert phone.of("error") == []


async def test_a_client_clears_the_buffer_by_its_own_event(call, reasoner):
    reasoner.answer = lambda said: ["A very long answer, " * 20 + "indeed."]
    phone, _ = await call()
    await phone.until("session.created")
    phone.ask("go")
    await phone.until("output_audio_buffer.started")
    phone.send("response.cancel")
    phone.send("output_audio_buffer.clear")
    await phone.until("output_audio_buffer.cleared")
    cut = await phone.until("conversation.item.truncated")
    assert 1 <= cut["audio_end_ms"] < 2_000


async def test_a_sideband_sees_every_event_and_may_send_as_well(call, http):
    phone, location = await call()
    await phone.until("session.created")
    async with http.ws_connect(f"/v1/realtime?call_id={location.rpartition('/')[2]}") as sideband:
        created = await sideband.receive_json(timeout=5)
        assert created["type"] == "session.created"
        assert created["session"] == phone.of("session.created")[0]["session"]
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
        await sideband.send_json({"type": "conversation.item.create", "item": item})
        await sideband.send_json({"type": "response.create"})
        seen = []
        while not seen or seen[-1]["type"] != "output_audio_buffer.stopped":
            seen.append(await sideband.receive_json(timeout=10))
        await phone.until("output_audio_buffer.stopped")
        assert seen == phone.events[-len(seen) :]
        assert "response.output_audio.delta" not in [event["type"] for event in seen]
        await phone.hang_up()
        message = await sideband.receive(timeout=10)
        assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


async def test_an_unknown_call_has_no_sideband_and_cannot_be_hung_up(http):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect("/v1/realtime?call_id=rtc_none")
    assert refused.value.status == 404
    async with http.post("/v1/realtime/calls/rtc_none/hangup") as response:
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "call_not_found"


async def test_hanging_up_over_http_ends_the_call(call, http):
    phone, location = await call(path="/openai/v1/realtime/calls")
    await phone.until("session.created")
    async with http.post(location + "/hangup") as response:
        assert response.status == 200
    await asyncio.wait_for(phone.closed.wait(), 10)
    async with http.post(location + "/hangup") as response:
        assert response.status == 404


async def test_a_client_secret_carries_the_configuration_of_its_calls(call, http):
    session = {
        "type": "realtime",
        "instructions": "Be brief.",
        "model": "mine",
        "audio": {"output": {"voice": "cedar"}},
    }
    async with http.post("/v1/realtime/client_secrets", json={"session": session}) as response:
        minted = await response.json()
    assert minted["value"].startswith("ek_")
    assert minted["session"]["instructions"] == "Be brief."
    phone, _ = await call(headers={"Authorization": f"Bearer {minted['value']}"})
    created = (await phone.until("session.created"))["session"]
    assert (created["instructions"], created["model"]) == ("Be brief.", "mine")
    assert created["audio"]["output"]["voice"] == "cedar"


async def test_a_call_may_bring_its_configuration_along(call):
    phone, _ = await call(session={"type": "realtime", "instructions": "Be kind."})
    assert (await phone.until("session.created"))["session"]["instructions"] == "Be kind."


async def test_a_wrong_client_secret_is_refused(http):
    headers = {"Authorization": "Bearer ek_guessed", "Content-Type": "application/sdp"}
    async with http.post("/v1/realtime/calls", data="v=0", headers=headers) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "invalid_client_secret"


@pytest.mark.parametrize("offer", ["", "hello", "v=0\r\nm=audio 9 nonsense\r\n"])
async def test_what_is_no_offer_is_refused_in_words(http, offer):
    async with http.post("/v1/realtime/calls", data=offer, headers={"Content-Type": "application/sdp"}) as response:
        assert response.status == 400
        assert "Invalid SDP offer" in (await response.json())["error"]["message"]


@pytest.mark.parametrize(
    "more",
    [
        [f"a=candidate:{number} 1 udp 1 127.0.0.1 {number} typ host" for number in range(1, 102)],
        [f"a=ssrc:{number} cname:x" for number in range(500)],
    ],
    ids=["candidates", "lines"],
)
async def test_an_offer_that_would_hold_up_everybody_else_is_refused_in_words(http, more):
    phone = Phone("oai-events")
    offer = "\r\n".join([(await phone.offer()).rstrip(), *more, ""])
    async with http.post("/v1/realtime/calls", data=offer, headers={"Content-Type": "application/sdp"}) as response:
        assert response.status == 400
        assert "too long" in (await response.json())["error"]["message"]
    await phone.hang_up()


@pytest.mark.parametrize(
    "body",
    [
        {"session": {"type": "realtime", "color": "red"}},
        {"expires_after": {"seconds": 5}},
        {"unknown": 1},
        {"session": 3},
    ],
)
async def test_a_configuration_that_cannot_be_is_refused_when_the_secret_is_minted(http, body):
    async with http.post("/v1/realtime/client_secrets", json=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]["message"]


async def test_the_filter_keeps_the_channel_to_few_events_and_hides_the_instructions(call, http):
    phone, location = await call(query="?webrtcfilter=on", session={"type": "realtime", "instructions": "A secret."})
    async with http.ws_connect(f"/v1/realtime?call_id={location.rpartition('/')[2]}") as sideband:
        while phone.channel.readyState != "open":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        phone.ask("hi")
        await phone.until("output_audio_buffer.stopped")
        assert (await sideband.receive_json(timeout=5))["session"]["instructions"] == "A secret."
    shown = json.dumps(phone.events)
    assert "A secret." not in shown
    assert {event["type"] for event in phone.events} == {
        "conversation.item.added",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.done",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
    }


async def test_the_previews_flow_needs_an_api_key_and_speaks_the_previews_names(call, http):
    path = "/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
    async with http.post(path, json={"model": "d"}, headers={"Authorization": "Bearer token"}) as response:
        assert response.status == 401
    async with http.post(path, json={"model": "d", "voice": "verse"}, headers={"api-key": "k"}) as response:
        minted = await response.json()
    assert minted["id"].startswith("sess_")
    key = minted["client_secret"]["value"]
    phone, location = await call(
        path="/v1/realtimertc?model=d", headers={"Authorization": f"Bearer {key}"}, label="realtime-channel"
    )
    assert location == ""
    created = await phone.until("session.created")
    assert created["session"]["voice"] == "verse"
    assert created["session"]["modalities"] == ["text", "audio"]
    phone.send("session.update", session={"instructions": "Be helpful.", "turn_detection": None})
    updated = (await phone.until("session.updated"))["session"]
    assert (updated["instructions"], updated["turn_detection"]) == ("Be helpful.", None)
    phone.ask("hi")
    await phone.until("output_audio_buffer.stopped")
    kinds = {event["type"] for event in phone.events}
    assert {"conversation.item.created", "response.audio_transcript.delta", "response.audio_transcript.done"} <= kinds
    assert not any("output_audio_transcript" in kind or kind == "conversation.item.done" for kind in kinds)
    done = (await phone.until("response.done"))["response"]
    assert done["output"][0]["content"][0]["type"] == "audio"


async def test_a_peer_that_never_connects_is_given_up(new_engine):
    from agent.engine.calls import Calls

    calls, phone = Calls(new_engine(), connecting_time=0.05), Phone()
    await calls.answer(await phone.offer(), None)
    async with asyncio.timeout(5):
        while len(calls):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await phone.hang_up()


async def test_ulaw_on_the_wire_changes_nothing_for_the_ear(call, eventually):
    formats = {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": {"type": "audio/pcmu"}}}
    phone, _ = await call(session={"type": "realtime", "audio": formats})
    await phone.until("session.created")
    phone.say(np.concatenate([tone(400, 0.8), tone(0, 1.5)]))
    await phone.until("output_audio_buffer.stopped")
    assert phone.of("response.output_audio_transcript.done")[0]["transcript"] == "You said hello."
    await eventually(lambda: phone.loud_s() > len("You said hello.") * 0.05 - 0.2, within_s=10)
    assert phone.loud_s() < len("You said hello.") * 0.05 + 0.2
