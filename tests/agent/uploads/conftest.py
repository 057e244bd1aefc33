"""A server that callers bring documents to, with a key for tickets of any user."""

from __future__ import annotations

import json

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, Uploads
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.origin import Origins
from agent.library import Library
from agent.server import Server

KEY = "k" * 20
TEXT = "# Ferries\n\nThe ferry to Bergen leaves at nine.\n"


async def never():
    raise AssertionError("no session is opened here")


class House:
    """A server and how to call it as somebody."""

    def __init__(self, http, library):
        self.http, self.library = http, library

    async def call(self, method, path, user=None, groups=(), **options):
        headers = dict(options.pop("headers", {}))
        if user is not None:
            asked = {"user": {"id": user, "groups": list(groups)}}
            said = await (await self.http.post("/v1/tickets", headers={"api-key": KEY}, json=asked)).json()
            headers["Authorization"] = f"Bearer {said['ticket']}"
        return await self.http.request(method, path, headers=headers, **options)

    async def bring(self, user, *files, **options):
        form = FormData(quote_fields=False)
        for name, data in files:
            form.add_field("files", data, filename=name, content_type="application/octet-stream")
        return await self.call("POST", "/api/uploads", user, data=form, **options)

    async def brought(self, user, *files):
        answer = await self.bring(user, *files)
        assert answer.status == 200
        assert answer.content_type == "application/x-ndjson"
        return [json.loads(line) for line in (await answer.text()).splitlines()]

    async def json(self, method, path, user=None, **options):
        answer = await self.call(method, path, user, **options)
        return answer.status, await answer.json()


@pytest.fixture
async def house(tmp_path):
    """Opens houses: `await house(max_files=2)`; with `rules` for the door, and `documents` for all."""
    opened = []

    async def make(documents=None, rules=None, **uploads):
        given = {"bind": "0.0.0.0", "keys": ApiKeys([KEY]), "origins": Origins(["https://app.example"])}
        door = Door(Rules(**(given if rules is None else rules)))
        shelves = Library.shelves(
            Uploads(folder=tmp_path / "uploads", **uploads), anonymous=not door.rules.open_to_all
        )  # fmt: skip
        index = None if documents is None else Library.gather([documents])[0].index
        library = Library(index, uploads=shelves)
        http = TestClient(TestServer(Server(Agent(), never, library, door).application()))
        await http.start_server()
        opened.append((http, library))
        return House(http, library)

    yield make
    for http, library in opened:
        await http.close()
        library.close()
