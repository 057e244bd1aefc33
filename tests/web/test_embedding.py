"""The element in a page of another origin, before the real server: who may show it, how it opens, who its user is."""

from __future__ import annotations

import contextlib
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import expect

from agent import Agent, Page
from agent.door.admission import Grounds
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.origin import Origins
from agent.server import Server
from tests.attacks.conftest import KEY, LeakyModel
from tests.chromium import ASKED_AND_ALLOWED, chromium, complaints_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bundle")]

# As strict as a page can be that allows what docs/embedding.md asks for.
POLICY = "default-src 'none'; script-src {0} 'nonce-own'; frame-src {0}; require-trusted-types-for 'script'"
PAGE = """<!doctype html><title>Theirs</title><body><h1>Theirs</h1>
<script nonce="own">
  window.told = [];
  for (const name of ["open", "close", "ready", "status", "message", "error"])
    addEventListener(`vocative-${name}`, (event) => told.push([name, event.detail]));
</script>
<script type="module" src="SERVER/embed.js"></script>
<vocative-assistant ATTRIBUTES></vocative-assistant></body>"""
AGENT = Agent(name="Contoso assistant", page=Page(accent="#5b2a86"))


@asynccontextmanager
async def foreign(attributes="", *, listed=True, agent=AGENT, rules=None, expect_errors=False, **context):
    """A page at `localhost` with the element of a server at `127.0.0.1`, in a browser; and that server's door."""
    port = unused_port()
    address = f"http://localhost:{port}"
    door = Door(Rules(origins=Origins([address] if listed else []), **(rules or {})))
    model = LeakyModel()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(Server(agent, model.connect, None, door).application()))
        ours = f"http://127.0.0.1:{server.port}"

        async def page(_request: web.Request) -> web.Response:
            text = PAGE.replace("SERVER", ours).replace("ATTRIBUTES", attributes)
            headers = {"Content-Security-Policy": POLICY.format(ours)}
            return web.Response(text=text, content_type="text/html", headers=headers)

        async def nothing(_request: web.Request) -> web.Response:
            return web.Response(status=204)

        theirs = web.Application()
        theirs.router.add_get("/", page)
        theirs.router.add_get("/favicon.ico", nothing)
        await stack.enter_async_context(TestServer(theirs, host="127.0.0.1", port=port))
        async with chromium(ASKED_AND_ALLOWED) as browser:
            shown = await (await browser.new_context(**context)).new_page()
            complaints = complaints_of(shown)
            await shown.goto(f"{address}/")
            yield shown, door
        await model.stop()
        assert expect_errors or complaints == []


async def told(page, name):
    """The details of the events of a name, once there is one."""
    await page.wait_for_function("(name) => told.some((each) => each[0] === name)", arg=name)
    return [detail for kind, detail in await page.evaluate("told") if kind == name]


async def test_the_button_opens_the_assistant_and_closes_it_again_with_the_focus_kept():
    async with foreign() as (page, _door):
        button = page.get_by_role("button", name="Contoso assistant")
        await expect(page.locator("iframe")).to_have_count(0)
        await button.focus()
        await page.keyboard.press("Enter")
        inside = page.frame_locator("iframe")
        await expect(inside.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        assert (await told(page, "ready"))[0] == {"name": "Contoso assistant"}
        assert await page.evaluate(
            "document.querySelector('vocative-assistant').shadowRoot.activeElement.localName"
        ) == ("iframe")
        await expect(button).to_have_attribute("aria-expanded", "true")
        await inside.get_by_test_id("close").click()
        await expect(page.locator("iframe")).to_be_hidden()
        await expect(button).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(inside.get_by_test_id("talk")).to_be_visible()
        await page.evaluate("document.querySelector('vocative-assistant').shadowRoot.querySelector('button').focus()")
        await page.keyboard.press("Escape")
        await expect(page.locator("iframe")).to_be_hidden()
        assert [name for name, _ in await page.evaluate("told") if name in {"open", "close"}] == [
            "open", "close", "open", "close"]  # fmt: skip


async def test_what_the_page_asks_is_asked_and_it_learns_what_was_said():
    async with foreign() as (page, _door):
        await page.evaluate("document.querySelector('vocative-assistant').ask('How much is the pass?')")
        (said,) = await told(page, "message")
        assert (said["role"], said["text"], said["cut"]) == ("user", "How much is the pass?", False)
        await expect(page.frame_locator("iframe").get_by_test_id("message-user")).to_contain_text("the pass?")


async def test_a_page_that_is_not_listed_is_told_what_its_operator_has_to_do():
    async with foreign(listed=False, expect_errors=True) as (page, _door):
        await page.get_by_role("button", name="Contoso assistant").click()
        refusal = page.get_by_role("alert")
        await expect(refusal).to_contain_text("--allow-origin", timeout=20_000)
        assert "localhost" in (await told(page, "error"))[0]["reason"]
        await expect(refusal.get_by_role("button")).to_be_visible()


async def test_the_pages_own_ticket_says_who_its_user_is():
    async with foreign(rules={"bind": "0.0.0.0", "keys": ApiKeys([KEY])}, expect_errors=True) as (page, door):
        grounds = []
        admit = door.admit

        async def watched(knock, **how):
            admission = await admit(knock, **how)
            grounds.append((admission.grounds, admission.user))
            return admission

        door.admit = watched
        answer = await page.request.post(
            f"{await page.evaluate('new URL(document.scripts[1].src).origin')}/v1/tickets",
            headers={"api-key": KEY},
            data=json.dumps({"user": {"id": "ada"}}),
        )
        ticket = (await answer.json())["ticket"]
        await page.evaluate(
            "(ticket) => { document.querySelector('vocative-assistant').ticket = async () => ticket }", ticket
        )
        await page.get_by_role("button", name="Contoso assistant").click()
        await expect(page.frame_locator("iframe").get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        assert grounds[-1][0] is Grounds.TICKET
        assert grounds[-1][1].id == "ada"


async def test_in_the_flow_of_the_page_there_is_no_button_and_nothing_to_close():
    async with foreign('mode="inline" accent="#94350f"') as (page, _door):
        inside = page.frame_locator("iframe")
        await expect(inside.get_by_test_id("talk")).to_be_enabled(timeout=20_000)
        await expect(page.get_by_role("button", name="Contoso assistant")).to_have_count(0)
        await expect(inside.get_by_test_id("close")).to_have_count(0)
        accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
        assert await inside.locator("html").evaluate(f"() => {accent}") == "#94350f"


async def test_a_colour_that_cannot_be_read_is_refused_in_words_where_its_author_looks():
    async with foreign('accent="#ffcc00"', expect_errors=True) as (page, _door):
        await page.get_by_role("button", name="Contoso assistant").click()
        await expect(page.frame_locator("iframe").locator("body")).to_contain_text("4.5 to 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_the_panel_is_the_screen_and_the_button_has_the_agents_colour(scheme):
    view = {"color_scheme": scheme, "viewport": {"width": 390, "height": 844}}
    async with foreign(**view) as (page, _door):
        button = page.get_by_role("button", name="Contoso assistant")
        colour = await button.evaluate("(element) => getComputedStyle(element).backgroundColor")
        assert (colour == "rgb(91, 42, 134)") == (scheme == "light")
        await button.click()
        await expect(page.frame_locator("iframe").get_by_test_id("close")).to_be_visible(timeout=20_000)
        box = await page.locator("iframe").bounding_box()
        assert (box["x"], box["width"], box["height"]) == (0, 390, 844)
