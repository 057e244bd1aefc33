"""Whoever's budget is spent is turned away in words, over every way in, and others are not."""

from __future__ import annotations

import json

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, Budget
from agent.core.account import Account
from agent.core.actions import Spent
from agent.core.usage import Usage
from agent.door.api_keys import ApiKeys
from agent.door.credentials import AUTHENTICATE_PROTOCOL
from agent.door.door import Door, Rules
from agent.pricing.books import Books
from agent.server import Server
from agent.telemetry.unwatched import Unwatched
from agent.webrtc.preview_signalling import PreviewSignalling
from agent.webrtc.signalling import Signalling

KEY = "an-operators-key-for-tests"
REASON = "your budget for today is spent: try again tomorrow"


class Unreachable:
    """A model that a test must not get to."""

    def __getattr__(self, name):
        raise AssertionError(name)


async def never():
    raise AssertionError("the model was dialled")


async def spend(books, user):
    till = books.till("s1", user)
    till.take(Spent(5.0, True, Usage(), "m"), lambda _totals: None)
    await till.close(Account())


@pytest.fixture
async def books():
    books = Books(Budget(user=1.0))
    await spend(books, "ann")
    return books


@pytest.fixture
async def http(books):
    door = Door(Rules(bind="0.0.0.0", keys=ApiKeys([KEY])))
    async with TestClient(TestServer(Server(Agent(), never, None, door, books=books).application())) as client:
        yield client


async def ticket(http, user):
    asked = {"user": {"id": user}}
    answer = await http.post("/v1/tickets", headers={"api-key": KEY}, json=asked)
    return (await answer.json())["ticket"]


async def test_a_spent_user_is_refused_before_the_socket_opens_with_the_time_to_come_back(http):
    bearer = {"Authorization": f"Bearer {await ticket(http, 'ann')}"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect("/v1/realtime", headers=bearer)
    assert refused.value.status == 429
    assert 0 < int(refused.value.headers["Retry-After"]) <= 24 * 3600


async def test_a_page_may_read_why(http):
    bearer = {"Authorization": f"Bearer {await ticket(http, 'ann')}"}
    answer = await http.get("/v1/realtime", headers=bearer)
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["message"]) == (429, "budget_spent", REASON)
    bearer = {"Authorization": f"Bearer {await ticket(http, 'bob')}"}
    assert (await http.get("/v1/realtime", headers=bearer)).status == 426


async def test_a_client_that_says_only_then_who_it_is_is_shown_out_in_words(http):
    async with http.ws_connect("/v1/realtime", protocols=["realtime", "vocative.v1", AUTHENTICATE_PROTOCOL]) as socket:
        await socket.send_json({"type": "extension.authenticate", "ticket": await ticket(http, "ann")})
        error = json.loads((await socket.receive()).data)["error"]
        assert (error["code"], error["message"]) == ("budget_spent", REASON)
        await socket.receive()
        assert socket.close_code == 1013


async def test_who_is_turned_away_is_counted_once_on_either_way(books):
    counted = []
    watcher = type("Counting", (Unwatched,), {"refused": lambda _self, reason: counted.append(reason)})()
    door = Door(Rules(bind="0.0.0.0", keys=ApiKeys([KEY])))
    server = Server(Agent(), never, None, door, books=books, telemetry=watcher)
    async with TestClient(TestServer(server.application())) as http:
        bearer = {"Authorization": f"Bearer {await ticket(http, 'ann')}"}
        await http.get("/v1/realtime", headers=bearer)
        assert counted == ["budget_spent"]
        offers = ["realtime", "vocative.v1", AUTHENTICATE_PROTOCOL]
        async with http.ws_connect("/v1/realtime", protocols=offers) as socket:
            await socket.send_json({"type": "extension.authenticate", "ticket": await ticket(http, "ann")})
            await socket.receive()
    assert counted == ["budget_spent", "budget_spent"]


@pytest.mark.parametrize("path", ["/v1/realtime/client_secrets", "/v1/realtime/calls"])
async def test_a_call_over_webrtc_is_refused_before_the_model_is_asked(books, path):
    async def admit(_request):
        return type("User", (), {"id": "ann"})()

    counted = []
    books.counts = lambda no: counted.append(no.code)
    routes = Signalling(Agent(), Unreachable(), cite=None, admit=admit, enter=None, books=books).routes()
    assert await refusal(routes, path) == (429, "budget_spent")
    assert counted == ["budget_spent"]


async def test_a_call_over_the_preview_is_refused_too(books):
    async def admit(_request):
        return type("User", (), {"id": "ann"})()

    counted = []
    books.counts = lambda no: counted.append(no.code)
    routes = PreviewSignalling(Agent(), Unreachable(), url_of=None, admit=admit, books=books).routes()
    assert await refusal(routes, "/v1/realtime/sessions") == (429, "budget_spent")
    assert counted == ["budget_spent"]


async def refusal(routes, path):
    application = aiohttp.web.Application()
    application.router.add_routes(routes)
    async with TestClient(TestServer(application)) as client:
        answer = await client.post(path)
        return answer.status, (await answer.json())["error"]["code"]
