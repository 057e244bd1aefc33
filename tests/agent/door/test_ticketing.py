"""Where tickets are made."""

from __future__ import annotations

import contextlib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.http import gate, visit_of
from agent.door.ticketing import MAX_BODY, PATH, ticket_routes

KEY = "k" * 20
KEYED = {"api-key": KEY}


async def who(request):
    user = visit_of(request).admission.user
    return web.json_response({"id": user.id, "name": user.name, "groups": user.groups, "claims": user.claims})


@contextlib.asynccontextmanager
async def served(clock, bind="0.0.0.0", **rules):
    door = Door(Rules(bind=bind, keys=ApiKeys([KEY]), **rules), clock=clock)
    app = web.Application(middlewares=[gate(door)])
    app.router.add_routes([*ticket_routes(door), web.get("/who", who)])
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def http(clock):
    async with served(clock) as client:
        yield client


async def test_a_server_gets_tickets_for_its_users(http, clock):
    user = {"id": "ada", "name": "Ada", "groups": ["staff"], "claims": {"team": "x"}}
    answer = await http.post(PATH, headers=KEYED, json={"user": user})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    said = await answer.json()
    assert (said["expires_at"], said["session_expires_at"]) == (int(clock.now) + 60, int(clock.now) + 3600)
    bearer = {"Authorization": f"Bearer {said['ticket']}"}
    assert await (await http.get("/who", headers=bearer)).json() == user


async def test_whoever_names_nobody_gets_one_for_itself(http):
    for body in (b"", b"  ", b"{}", b'{"user": null}'):
        said = await (await http.post(PATH, headers=KEYED, data=body)).json()
        owner = await (await http.get("/who", headers={"api-key": said["ticket"]})).json()
        assert owner["id"].startswith("key:")


async def test_nobody_gets_one_who_has_not_signed_in(http):
    assert (await http.post(PATH)).status == 401


async def test_a_ticket_gets_no_ticket(http):
    said = await (await http.post(PATH, headers=KEYED)).json()
    answer = await http.post(PATH, headers={"api-key": said["ticket"]})
    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "no_ticket")


async def test_where_nobody_signs_in_nobody_needs_one(clock):
    async with served(clock, bind="127.0.0.1") as http:
        answer = await http.post(PATH)
        assert (answer.status, await answer.text()) == (204, "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON"),
        (b"[]", "JSON object"),
        (b'{"user": 7}', "user.id"),
        (b'{"user": {"id": ""}}', "user.id"),
        (b'{"user": {"id": 7}}', "user.id"),
        (b'{"user": {"id": "a", "name": 7}}', "user.name"),
        (b'{"user": {"id": "a", "groups": "staff"}}', "user.groups"),
        (b'{"user": {"id": "a", "groups": [1]}}', "user.groups"),
        (b'{"user": {"id": "a", "claims": []}}', "user.claims"),
        (b"\xff", "JSON"),
        (b"[" * 60_000, "JSON"),
    ],
)
async def test_what_is_wrong_with_the_body_is_told(http, body, said):
    answer = await http.post(PATH, headers=KEYED, data=body)
    assert answer.status == 400
    assert said in (await answer.json())["error"]["message"]


async def test_a_body_without_end_is_not_read_to_its_end(http):
    answer = await http.post(PATH, headers=KEYED, data=b" " * (MAX_BODY + 1))
    assert answer.status == 413


async def test_a_name_that_is_no_proper_text_breaks_nothing(http):
    answer = await http.post(PATH, headers=KEYED, data=b'{"user": {"id": "\\ud800"}}')
    assert answer.status == 200
