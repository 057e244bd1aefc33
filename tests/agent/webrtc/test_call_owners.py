"""Whose a call is: nobody else joins it or hangs up on it, whoever joins comes by the door, and it has one place."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.server import Server
from tests.agent.webrtc.test_calls import Model

ADA, BOB = "a" * 20, "b" * 20
PROMISE = ("vocative.v1", "vocative.authenticate")


@asynccontextmanager
async def served(**limits):
    door = Door(Rules(bind="0.0.0.0", keys=ApiKeys([ADA, BOB]), limits=Limits(**limits)))
    model = Model()
    server = Server(Agent(instructions="Be brief."), None, None, door, calling=model)
    server._signalling._now = lambda: 1000.0
    async with TestClient(TestServer(server.application())) as client:
        client.model, client.calls, client.door = model, server._signalling.calls, door
        yield client


async def ring(http, key):
    async with http.post("/v1/realtime/calls", data="v=0 offer", headers={"api-key": key}) as response:
        assert response.status == 201, await response.text()
        return response.headers["Location"].rpartition("/")[2]


def join(http, call_id, key=None, protocols=("vocative.v1",)):
    return http.ws_connect(
        f"/v1/realtime?call_id={call_id}", protocols=protocols, headers={} if key is None else {"api-key": key}
    )


async def hang_up(http, call_id, key):
    async with http.post(f"/v1/realtime/calls/{call_id}/hangup", headers={"api-key": key}) as response:
        return response.status


async def ticket(http, key):
    async with http.post("/v1/tickets", headers={"api-key": key}) as response:
        return (await response.json())["ticket"]


async def test_a_call_is_joined_and_hung_up_on_by_its_own_user_and_by_nobody_else():
    async with served() as http:
        call_id = await ring(http, ADA)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await join(http, call_id, BOB)
        assert refused.value.status == 404
        assert await hang_up(http, call_id, BOB) == 404
        async with join(http, call_id, ADA) as socket:
            assert not socket.closed
            assert http.model.hung_up == []
            assert await hang_up(http, call_id, ADA) == 200
        assert http.model.hung_up == ["rtc_theirs"]


@pytest.mark.parametrize("first", ['{"type":"response.create"}', None])
async def test_whoever_promised_to_say_who_they_are_gets_nothing_of_a_call_before_they_do(first):
    async with served() as http:
        call_id = await ring(http, ADA)
        said = first or json.dumps({"type": "extension.authenticate", "ticket": await ticket(http, BOB)})
        async with join(http, call_id, protocols=PROMISE) as socket:
            await socket.send_str(said)
            error = json.loads((await socket.receive(timeout=5)).data)["error"]
            assert error["code"] == ("call_not_found" if first is None else "authentication_required")
            assert (await socket.receive(timeout=5)).data == 1008
        assert http.model.hung_up == []


async def test_whoever_keeps_that_promise_is_in_their_own_call():
    async with served() as http:
        call_id = await ring(http, ADA)
        async with join(http, call_id, protocols=PROMISE) as socket:
            await socket.send_json({"type": "extension.authenticate", "ticket": await ticket(http, ADA)})
            await socket.close()
        await http.calls.close()
        assert http.model.hung_up == ["rtc_theirs"]
        assert http.door.admissions.count == 0


@pytest.mark.parametrize("path", ["client_secrets", "calls", "calls/rtc_theirs/hangup"])
async def test_whoever_only_promises_to_say_who_they_are_gets_no_secret_and_no_call(path):
    promise = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Protocol": "vocative.authenticate"}
    async with served() as http, http.post(f"/v1/realtime/{path}", headers=promise) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "authentication_required"


async def test_what_a_companion_sends_is_limited_as_on_every_other_socket():
    async with served(message_bytes=2_000, burst_bytes=2_000) as http:
        call_id = await ring(http, ADA)
        async with join(http, call_id, ADA) as socket:
            await socket.send_str('{"type":"' + "x" * 3_000 + '"}')
            assert json.loads((await socket.receive(timeout=5)).data)["error"]["code"] == "message_too_large"


async def test_a_call_and_its_companion_take_one_place_together():
    async with served(sessions_per_user=1) as http:
        call_id = await ring(http, ADA)
        async with join(http, call_id, ADA):
            assert http.door.admissions.count == 1
            async with http.post("/v1/realtime/calls", data="v=0 offer", headers={"api-key": ADA}) as response:
                assert response.status == 429


async def test_a_companion_may_be_silent_for_as_long_as_the_call_lasts():
    async with served(idle_s=0.0) as http:
        call_id = await ring(http, ADA)
        async with join(http, call_id, ADA) as socket:
            assert await hang_up(http, call_id, ADA) == 200
            assert (await socket.receive(timeout=5)).data == 1000


async def test_a_companion_that_came_with_a_client_secret_stays_when_that_has_expired():
    async with served() as http:
        async with http.post("/v1/realtime/client_secrets", headers={"api-key": ADA}) as response:
            secret = (await response.json())["value"]
        headers = {"Authorization": f"Bearer {secret}"}
        http.door._clock = lambda: 1059.0  # the model's key is valid until 1060
        async with http.post("/v1/realtime/calls", data="v=0 offer", headers=headers) as response:
            call_id = response.headers["Location"].rpartition("/")[2]
        times = iter([1059.0])  # at the door; all that follows is later
        http.door._clock = lambda: next(times, 2000.0)
        url = f"/v1/realtime?call_id={call_id}"
        async with http.ws_connect(url, protocols=("vocative.v1",), headers=headers) as socket:
            assert await hang_up(http, call_id, ADA) == 200
            assert (await socket.receive(timeout=5)).data == 1000


async def test_a_client_secret_makes_no_sign_in_last_longer_whatever_is_made_with_it():
    async with served() as http:
        http.door._clock = lambda: 1000.0
        secret, until = await secret_of(http, {"api-key": ADA})
        assert until == 1060
        http.door._clock = lambda: 1050.0
        http.model.valid_until = 1110  # as a model's keys are that are made later
        assert (await secret_of(http, {"Authorization": f"Bearer {secret}"}))[1] == until
        async with http.post("/v1/tickets", headers={"Authorization": f"Bearer {secret}"}) as response:
            by_ticket = {"Authorization": f"Bearer {(await response.json())['ticket']}"}
        again, still = await secret_of(http, by_ticket)
        assert still == until
        http.door._clock = lambda: 1060.0
        async with http.post("/v1/realtime/client_secrets", headers={"Authorization": f"Bearer {again}"}) as response:
            assert response.status == 401


async def test_one_user_cannot_have_all_the_client_secrets_that_there_are():
    async with served(sessions_per_user=1) as http:
        for _ in range(10):
            await secret_of(http, {"api-key": ADA})
        async with http.post("/v1/realtime/client_secrets", headers={"api-key": ADA}) as no:
            assert (no.status, (await no.json())["error"]["code"]) == (429, "too_many_client_secrets")
        assert len(http.model.minted) == 10
        await ring(http, ADA)  # for which nobody is handed a secret
        await secret_of(http, {"api-key": BOB})


async def secret_of(http, headers):
    async with http.post("/v1/realtime/client_secrets", headers=headers) as response:
        assert response.status == 200, await response.text()
        body = await response.json()
        return body["value"], body["expires_at"]
