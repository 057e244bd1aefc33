"""The page before a real server that does not let everybody in: it gets itself a ticket, or says why it cannot."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from agent import Agent
from agent.door.admission import Grounds
from agent.door.door import Door, Rules
from agent.door.limits import Limits
from agent.server import Server
from tests.attacks.conftest import LeakyModel
from tests.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

pytestmark = pytest.mark.browser

PRINCIPAL = base64.b64encode(json.dumps({"claims": [{"typ": "oid", "val": "ada"}]}).encode()).decode()


@contextlib.asynccontextmanager
async def opened(door: Door, headers: dict[str, str]) -> AsyncIterator[Page]:
    """The page, with headers that somebody in between adds to its plain requests and not to its WebSocket."""
    model = LeakyModel()
    async with TestServer(Server(Agent(), model.connect, None, door).application()) as server:
        async with chromium() as browser:
            page = await browser.new_page()

            async def through_the_platform(route):
                await route.continue_(headers={**route.request.headers, **headers})

            await page.route("**/v1/tickets", through_the_platform)
            await page.goto(str(server.make_url("/")))
            yield page
        await model.stop()


@pytest.fixture
def door(bundle, monkeypatch):
    """A door that writes down on what grounds it let somebody in."""
    door = Door(Rules(bind="0.0.0.0", easy_auth_s=600.0))
    door.grounds = []
    admit = door.admit

    async def watched(knock, **how):
        admission = await admit(knock, **how)
        door.grounds.append((knock.path, admission.grounds))
        return admission

    monkeypatch.setattr(door, "admit", watched)
    return door


async def test_a_page_whose_socket_is_not_let_in_gets_a_ticket_and_comes_in_with_that(door):
    async with opened(door, {"X-MS-CLIENT-PRINCIPAL": PRINCIPAL}) as page:
        await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        await expect(page.get_by_test_id("trouble")).to_have_count(0)
    assert door.grounds == [("/v1/tickets", Grounds.EASY_AUTH), ("/v1/realtime", Grounds.TICKET)]


async def test_a_page_that_gets_no_ticket_says_why_in_the_servers_words(door):
    async with opened(door, {}) as page:
        trouble = page.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("You are not signed in", timeout=20_000)
        await expect(trouble).to_contain_text("sign in")
        await expect(page.get_by_test_id("talk")).to_be_disabled()
    assert door.grounds == []


async def test_a_server_that_is_full_says_so_until_somebody_leaves(bundle):
    async with opened(Door(Rules(limits=Limits(sessions=1))), {}) as page:
        await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        url = page.url
        second = await page.context.browser.new_page()
        await second.goto(url)
        trouble = second.get_by_test_id("trouble")
        await expect(trouble).to_contain_text("The assistant is fully occupied", timeout=20_000)
        await expect(trouble).to_contain_text("try again later")
        await page.goto("about:blank")
        async with asyncio.timeout(20):
            while (await second.request.get(f"{url}v1/realtime")).status != 426:  # the server has seen it leave
                pass
        await second.get_by_test_id("reconnect").click()
        await expect(second.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
