"""The engine on a socket, with the official SDK and with a bare WebSocket."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from openai import AsyncOpenAI

from agent.engine.serving import engine_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from agent.engine.runtime import Engine


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Engine], Awaitable[tuple[str, web.AppRunner]]]]:
    runners: list[web.AppRunner] = []

    async def start(engine: Engine) -> tuple[str, web.AppRunner]:
        runner = web.AppRunner(engine_app(engine))
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}", runner

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def address(new_engine, serve) -> str:
    return (await serve(new_engine()))[0]


async def test_the_official_sdk_holds_a_conversation(address):
    sdk = AsyncOpenAI(api_key="any", base_url=f"{address}/v1")
    async with sdk.realtime.connect(model="my-model") as connection:
        created = await connection.recv()
        assert created.session.model == "my-model"
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
        await connection.conversation.item.create(item=item)
        await connection.response.create()
        audio = b""
        async for event in connection:
            if event.type == "response.output_audio.delta":
                audio += base64.b64decode(event.delta)
            if event.type == "response.done":
                break
    assert event.response.output[0].content[0].transcript == "You said hello."
    assert len(audio) == len("You said hello.") * 50 * 48
    await sdk.close()


@pytest.mark.parametrize("path", ["/v1/realtime", "/openai/v1/realtime"])
async def test_both_paths_greet_and_choose_the_realtime_subprotocol(address, path):
    async with aiohttp.ClientSession() as http:
        protocols = ("realtime", "openai-insecure-api-key.any")
        async with http.ws_connect(address + path, protocols=protocols, compress=15) as socket:
            assert socket.protocol == "realtime"
            assert not socket.compress
            assert (await socket.receive_json())["type"] == "session.created"


async def test_a_binary_frame_is_an_error_and_not_the_end(address):
    async with aiohttp.ClientSession() as http, http.ws_connect(address + "/v1/realtime") as socket:
        await socket.receive_json()
        await socket.send_bytes(b"\x00")
        assert (await socket.receive_json())["error"]["code"] == "invalid_message_type"
        await socket.send_str(json.dumps({"type": "input_audio_buffer.clear"}))
        assert (await socket.receive_json())["type"] == "input_audio_buffer.cleared"


async def test_a_frame_above_16_mib_closes_the_socket_with_1009_and_nobody_elses(address):
    async with aiohttp.ClientSession() as http, http.ws_connect(address + "/v1/realtime") as other:
        await other.receive_json()
        async with http.ws_connect(address + "/v1/realtime") as socket:
            await socket.receive_json()
            sending = asyncio.create_task(socket.send_str(json.dumps({"type": "x", "pad": "A" * (17 * 2**20)})))
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert message.data == 1009
            await asyncio.gather(sending, return_exceptions=True)
        await other.send_str("{}")
        assert (await other.receive_json())["type"] == "error"


async def test_the_health_page_answers(address):
    async with aiohttp.ClientSession() as http, http.get(address + "/healthz") as response:
        assert await response.json() == {"status": "ok"}


async def test_a_plain_request_is_told_to_upgrade(address):
    async with aiohttp.ClientSession() as http, http.get(address + "/v1/realtime") as response:
        assert response.status in {400, 426}


async def test_a_session_at_its_cap_closes_the_socket_with_1001(new_engine, serve):
    url, _ = await serve(new_engine(session_cap_s=0.1))
    async with aiohttp.ClientSession() as http, http.ws_connect(url + "/v1/realtime") as socket:
        kinds = [json.loads(message.data)["type"] async for message in socket]
        assert kinds == ["session.created", "error"]
        assert socket.close_code == 1001


async def test_a_graceful_stop_does_not_wait_for_open_sessions(new_engine, serve):
    url, runner = await serve(new_engine())
    async with aiohttp.ClientSession() as http, http.ws_connect(url + "/v1/realtime") as socket:
        await socket.receive_json()
        stopping = asyncio.create_task(runner.cleanup())
        message = await socket.receive(timeout=5)
        assert message.data == 1001
        await asyncio.wait_for(stopping, 5)
