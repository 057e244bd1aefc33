"""Framing: the pages that may show ours inside them are ours and the listed ones."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent.door.framing import framing
from agent.door.origin import Origins


async def policy(origins, given):
    async def handler(_request):
        return web.Response(headers={} if given is None else {"Content-Security-Policy": given})

    application = web.Application(middlewares=[framing(origins)])
    application.router.add_get("/", handler)
    async with TestClient(TestServer(application)) as client:
        return (await client.get("/")).headers.get("Content-Security-Policy")


async def test_listed_pages_may_frame_what_our_own_may():
    found = await policy(Origins(["https://b.example", "http://localhost:3000"]), "a; frame-ancestors 'self'; b")
    assert found == "a; frame-ancestors 'self' http://localhost:3000 https://b.example; b"


@pytest.mark.parametrize("given", [None, "default-src 'none'", "default-src 'none'; frame-ancestors 'none'"])
async def test_what_nobody_may_frame_stays_so(given):
    assert await policy(Origins(["https://b.example"]), given) == given


async def test_without_a_list_only_our_own_pages_may():
    assert await policy(Origins(), "frame-ancestors 'self'") == "frame-ancestors 'self'"


@pytest.mark.parametrize("odd", ["https://a.example;script-src", "https://a.example,x", "https://'self'"])
def test_an_origin_that_would_end_the_directive_is_not_named(odd):
    assert Origins([odd]).framing == ()
