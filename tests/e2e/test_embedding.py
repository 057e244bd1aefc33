"""The page of docs/embedding.md, served from another origin under a strict policy: a visitor talks to the assistant."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import expect

from agent.engine.wav import write_wav
from tests.e2e.browsing import PATIENCE, RATE, page_hearing
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCS = (Path(__file__).parents[2] / "docs" / "embedding.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```html\n(.*?)```", DOCS, re.DOTALL)[1]
# What the page tells its reader to allow; all else is forbidden.
ALLOWED = re.search(r"^    (script-src .*)$", DOCS, re.MULTILINE)[1]


@asynccontextmanager
async def served(server: str, port: int):
    """The example, with the server's address in it, at `localhost`, which is another origin than `127.0.0.1`."""

    async def page(_request: web.Request) -> web.Response:
        policy = f"default-src 'none'; require-trusted-types-for 'script'; {ALLOWED}"
        return web.Response(
            text=EXAMPLE.replace("https://assistant.example", server),
            content_type="text/html",
            headers={"Content-Security-Policy": policy.replace("https://assistant.example", server)},
        )

    async def nothing(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    application = web.Application()
    application.router.add_get("/", page)
    application.router.add_get("/favicon.ico", nothing)
    async with TestServer(application, host="127.0.0.1", port=port):
        yield f"http://localhost:{port}/"


async def test_a_visitor_of_another_page_asks_aloud_and_that_page_learns_what_was_said(say, tmp_path):
    recording = tmp_path / "question.wav"
    silence = np.zeros(RATE * 2, np.int16)
    write_wav(recording, np.concatenate([say("How many steps does the lighthouse have?"), silence]))

    async def listen(page):
        await page.add_init_script(
            "window.said = []; addEventListener('vocative-message', (event) => said.push(event.detail))"
        )

    port = unused_port()
    running = Running("run", "--port", "0", "--allow-origin", f"http://localhost:{port}")
    try:
        async with (
            served(running.http, port) as address,
            page_hearing(recording, address, before=listen) as page,
        ):
            await page.get_by_role("button", name="Lantern Sound Ferries").click()
            inside = page.frame_locator("iframe")
            await inside.get_by_test_id("talk").click()
            await expect(inside.get_by_test_id("message-assistant")).to_contain_text("142", timeout=PATIENCE)
            await page.wait_for_function("said.some((each) => each.role === 'assistant' && each.text.includes('142'))")
            asked = await page.evaluate("said.find((each) => each.role === 'user').text")
            assert "lighthouse" in asked.lower()
            await inside.get_by_test_id("close").click()
            await expect(page.locator("iframe")).to_be_hidden()
            await expect(inside.get_by_test_id("status")).not_to_have_attribute("data-phase", "listening")
    finally:
        running.stop()
