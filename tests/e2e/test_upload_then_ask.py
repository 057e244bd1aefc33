"""Upload, then ask: what is added on the page is what the next question is answered from, typed and spoken."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.chromium import escape
from tests.e2e.browsing import PATIENCE, VIEWS, page_hearing, spoken
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENT = b"""# The bakery

The bakery of the harbour opens at seven in the morning, and its rye bread costs four pounds.

# The museum

The museum of the harbour has 365 paintings of ships, and the oldest is from 1702.
"""


@pytest.fixture(scope="module")
def taking(tmp_path_factory):
    """`vocative run` on the sample documents, with uploads."""
    running = Running("run", "--port", "0", "--uploads", str(tmp_path_factory.mktemp("brought")))
    yield running
    running.stop()


@pytest.mark.parametrize("view", VIEWS)
async def test_a_question_typed_or_spoken_is_answered_from_what_was_just_added(taking, say, tmp_path, view):
    recording = spoken(say, tmp_path, ("How many paintings does the museum have?", 2))
    async with page_hearing(recording, taking.http, **view) as page:
        await page.get_by_test_id("open-documents").click()
        await expect(page.get_by_test_id("document").first).to_be_visible()
        await page.get_by_test_id("documents-input").set_input_files(
            [{"name": "harbour.md", "mimeType": "text/markdown", "buffer": DOCUMENT}]
        )
        # On the second view it is there already: the server keeps what it was given.
        stage = re.compile("added|unchanged")
        await expect(page.get_by_test_id("upload")).to_have_attribute("data-stage", stage, timeout=PATIENCE)
        await page.keyboard.press("Escape")

        composer = page.get_by_role("textbox")
        await composer.fill("How much does the rye bread of the bakery cost?")
        await composer.press("Enter")
        answer = page.get_by_test_id("message-assistant").first
        await expect(answer).to_contain_text("four pounds", timeout=PATIENCE)

        await page.get_by_test_id("talk").click()
        await expect(page.get_by_test_id("message-user").nth(1)).to_contain_text(
            "museum", timeout=PATIENCE, ignore_case=True
        )
        await expect(page.get_by_test_id("message-assistant").nth(1)).to_contain_text("365", timeout=PATIENCE)
        # Both questions have their first source in the document that was added.
        for text in ("four pounds", "365"):
            said = page.get_by_test_id("message-assistant").filter(has_text=text)
            await said.get_by_test_id("citation").first.click()
            address = await page.get_by_test_id("source-link").get_attribute("href")
            assert address.startswith("/documents/uploads/harbour.md?view=passage")
            await expect(page.get_by_test_id("source-text")).to_contain_text(text)
            await escape(page, "source")
