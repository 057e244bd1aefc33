"""The page of a branded agent, before the real server: right from the first paint, and honest about what it keeps."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from agent import Agent, Page
from agent.server import Server
from tests.agent.options.test_logo import SVG
from tests.attacks.conftest import LeakyModel
from tests.chromium import chromium, complaints_of

pytestmark = pytest.mark.browser


@asynccontextmanager
async def branded(agent, bundle, *, connects=True):
    model = LeakyModel()
    async with TestServer(Server(agent, model.connect, None).application()) as server, chromium() as browser:
        page = await browser.new_page(color_scheme="light")
        complaints = complaints_of(page, "error", "warning")
        if not connects:
            await page.route_web_socket("**/v1/realtime*", lambda _socket: None)
        await page.goto(str(server.make_url("/")))
        yield page
    await model.stop()
    assert complaints == []


async def test_the_page_looks_like_the_agents_before_it_is_connected(bundle):
    look = Page(accent="#5b2a86", logo=SVG, notice="Deleted every night.")
    agent = Agent(name="Harbour desk", greeting="I am the desk's AI.", examples=("Any berths?",), page=look)
    async with branded(agent, bundle, connects=False) as page:
        await expect(page.locator("main")).to_contain_text("I am the desk's AI.")
        await expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "connecting")
        assert await page.title() == "Harbour desk"
        await expect(page.get_by_role("heading", level=1)).to_have_text("Harbour desk")
        assert await page.get_by_test_id("logo").evaluate(
            "(image) => image.decode().then(() => image.naturalWidth > 0)"
        )
        talk = page.get_by_test_id("talk")
        assert await talk.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--accent')") == (
            "#5b2a86"
        )
        await expect(page.get_by_test_id("notice")).to_have_text("Deleted every night.")
        await expect(page.get_by_test_id("example")).to_be_disabled()


@pytest.mark.parametrize(("kept", "words"), [("session", "only while it is open"), ("device", "until you delete")])
async def test_an_agent_without_words_of_its_own_says_that_it_is_an_ai_and_what_is_kept(bundle, kept, words):
    async with branded(Agent(page=Page(transcripts=kept)), bundle) as page:
        await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        await expect(page.locator("main")).to_contain_text("I am an AI assistant")
        await expect(page.get_by_test_id("notice")).to_contain_text(words)


async def test_an_agent_without_a_picture_has_the_products_mark(bundle):
    async with branded(Agent(name="One"), bundle) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("One")
        await expect(page.get_by_test_id("logo")).to_have_count(0)


@pytest.mark.parametrize("panels", [(), ("history",)])
async def test_a_panel_that_the_agent_does_not_offer_has_no_button(bundle, panels):
    async with branded(Agent(page=Page(panels=panels)), bundle) as page:
        await expect(page.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        buttons = await page.locator("[data-testid^=open-]").evaluate_all(
            "(all) => all.map((each) => each.dataset.testid)"
        )
        assert not {"open-documents", "open-history", "open-connection"} & set(buttons) - {
            f"open-{name}" for name in panels
        }
