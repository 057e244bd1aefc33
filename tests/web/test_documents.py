"""The documents panel in a real browser, before a real server with real documents and uploads."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from agent import Agent, Uploads
from agent.door.door import Door, Rules
from agent.library import Library
from agent.server import Server
from tests.attacks.conftest import LeakyModel
from tests.chromium import chromium, complaints_of, escape

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

LEAVE = "# Leave\n\nEveryone gets 25 days of leave a year.\n"
BREAD = b"# Bread\n\nBread is baked at six in the morning by Mx. Okafor.\n"
PHONE = {"viewport": {"width": 375, "height": 720}, "has_touch": True, "is_mobile": True}


@dataclass
class Desk:
    """A page, and the server behind it."""

    page: Page
    library: Library
    http: TestServer

    async def open(self):
        await self.page.get_by_test_id("open-documents").click()
        await expect(self.page.get_by_test_id("documents")).to_be_visible()

    async def add(self, *files):
        payload = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
        await self.page.get_by_test_id("documents-input").set_input_files(payload)

    async def drag(self, kind, name, data):
        """Drag a file over the page, or let it go, as the system does it: by events that carry the file."""
        transfer = await self.page.evaluate_handle(
            """([name, text]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([text], name));
              return transfer;
            }""",
            [name, data.decode()],
        )
        await self.page.dispatch_event("body", kind, {"dataTransfer": transfer})

    def upload(self, name):
        return self.page.get_by_test_id("upload").filter(has_text=name)

    def document(self, title):
        return self.page.get_by_test_id("document").filter(has_text=title)


@pytest.fixture
def open_desk(bundle, tmp_path):
    """Opens pages: `async with open_desk(max_bytes=1000) as desk`; a complaint on the console fails the test."""

    @contextlib.asynccontextmanager
    async def opened(*, uploads=True, shared=True, expect_errors=False, context=None, **limits):
        index = None
        if shared:
            (tmp_path / "papers").mkdir()
            (tmp_path / "papers" / "leave.md").write_text(LEAVE, encoding="utf-8")
            index = Library.gather([tmp_path / "papers"])[0].index
        place = Uploads(folder=tmp_path / "brought", **limits)
        door = Door(Rules())
        library = Library(index, uploads=Library.shelves(place, anonymous=True) if uploads else None)
        model = LeakyModel()
        async with TestServer(Server(Agent(), model.connect, library, door).application()) as http:
            async with chromium() as browser:
                page = await (await browser.new_context(**(context or {}))).new_page()
                complaints = complaints_of(page, "error", "warning")
                await page.goto(str(http.make_url("/")))
                yield Desk(page, library, http)
            await model.stop()
        library.close()
        assert expect_errors or complaints == []

    return opened


async def test_what_the_assistant_knows_is_listed_and_opens(open_desk):
    async with open_desk() as desk:
        await desk.open()
        row = desk.document("Leave")
        await expect(row).to_contain_text("Markdown")
        await expect(row).to_contain_text(f"{len(LEAVE)} bytes")
        await expect(desk.page.get_by_test_id("documents")).to_contain_text("Shared")
        await expect(row.get_by_role("button")).to_have_count(0)
        opened = await desk.page.request.get(await row.get_by_role("link").get_attribute("href"))
        assert opened.ok
        assert "25 days" in await opened.text()
        await desk.page.keyboard.press("Escape")
        await expect(desk.page.get_by_test_id("open-documents")).to_be_focused()


async def test_where_no_uploads_are_allowed_there_is_nothing_to_add_with_and_a_drop_is_told_so(open_desk):
    async with open_desk(uploads=False) as desk:
        await desk.drag("dragenter", "bread.md", BREAD)
        await expect(desk.page.get_by_test_id("drop-target")).to_have_attribute("data-welcome", "false")
        await expect(desk.page.get_by_test_id("drop-target")).to_contain_text("takes no documents")
        await desk.drag("drop", "bread.md", BREAD)
        await expect(desk.page.get_by_test_id("drop-target")).to_have_count(0)
        await expect(desk.page.get_by_test_id("documents-trouble")).to_contain_text("takes no documents from you")
        await expect(desk.document("Leave")).to_be_visible()
        await expect(desk.page.get_by_test_id("documents-add")).to_have_count(0)
        await expect(desk.page.get_by_test_id("upload")).to_have_count(0)
        await desk.page.keyboard.press("Escape")
        await desk.open()
        await expect(desk.document("Leave")).to_be_visible()
        await expect(desk.page.get_by_test_id("documents-trouble")).to_have_count(0)


async def test_a_file_that_is_added_is_listed_as_ones_own_found_and_deleted_again(open_desk):
    async with open_desk(shared=False) as desk:
        page = desk.page
        await desk.open()
        await expect(page.get_by_test_id("documents-empty")).to_contain_text("Add one")
        await desk.add(("bread.md", BREAD))
        await expect(desk.upload("bread.md")).to_have_attribute("data-stage", "added")
        await expect(desk.document("Bread")).to_be_visible()
        await expect(page.get_by_test_id("documents-limits")).to_contain_text("1 of 50 documents")
        assert [each["path"] for each in desk.library.documents()] == ["uploads/bread.md"]

        await page.get_by_test_id("documents-search").fill("Who bakes?")
        await expect(page.get_by_test_id("documents-found")).to_have_text("1 passage found")
        await page.get_by_test_id("found-passage").click()
        await expect(page.get_by_test_id("source-text")).to_contain_text("Okafor")
        await escape(page, "source")
        await page.get_by_test_id("documents-search").fill("")

        await page.get_by_role("button", name="Delete Bread").click()
        await expect(page.get_by_role("button", name="Keep")).to_be_focused()
        await page.get_by_role("button", name="Keep").press("Enter")
        await page.get_by_role("button", name="Delete Bread").press("Enter")
        await page.get_by_test_id("delete-now").press("Enter")
        await expect(desk.document("Bread")).to_have_count(0)
        await expect(page.get_by_test_id("documents-list")).to_be_focused()
        await expect(page.get_by_text("Bread is deleted.")).to_be_attached()
        assert desk.library.documents() == []


async def test_each_file_has_a_verdict_of_its_own_in_words(open_desk):
    async with open_desk(max_bytes=1000) as desk:
        await desk.open()
        await desk.add(("bread.md", BREAD), ("large.md", b"x" * 1001), ("report.pdf", b"\x89PNG\r\n" + bytes(60)))
        await expect(desk.upload("bread.md")).to_have_attribute("data-stage", "added")
        large, picture = desk.upload("large.md"), desk.upload("report.pdf")
        await expect(large).to_contain_text("Too large: it has 1 kB, and 1 kB are allowed")
        await expect(large.get_by_role("button", name="Try large.md again")).to_have_count(0)
        await expect(picture).to_contain_text("Not added: not a document: a PNG picture.")
        assert len(desk.library.documents()) == 2
        await picture.get_by_role("button", name="Take report.pdf off this list").click()
        await expect(picture).to_have_count(0)


async def test_the_same_file_again_is_told_and_a_new_one_of_its_name_takes_its_place(open_desk):
    async with open_desk(shared=False) as desk:
        await desk.open()
        for data, stage in ((BREAD, "added"), (BREAD, "unchanged"), (BREAD + b"\nOn Sundays at eight.\n", "updated")):
            await desk.add(("bread.md", data))
            await expect(desk.upload("bread.md").last).to_have_attribute("data-stage", stage)
        await expect(desk.document("Bread")).to_have_count(1)


async def test_a_file_under_way_can_be_called_back_and_one_that_waits_too(open_desk):
    async with open_desk(shared=False) as desk:
        await desk.open()
        sent = []

        async def hold_the_first(route):
            sent.append(route)
            if len(sent) > 1:
                await route.continue_()

        await desk.page.route("**/api/uploads", hold_the_first)
        await desk.add(("first.md", BREAD), ("second.md", BREAD), ("third.md", BREAD))
        first, second, third = (desk.upload(f"{name}.md") for name in ("first", "second", "third"))
        await expect(first).to_have_attribute("data-stage", "sending")
        await expect(second).to_have_attribute("data-stage", "waiting")
        await desk.page.get_by_role("button", name="Cancel second.md").click()
        await expect(second).to_have_attribute("data-stage", "cancelled")
        await desk.page.get_by_role("button", name="Cancel first.md").click()
        await expect(first).to_have_attribute("data-stage", "cancelled")
        await expect(third).to_have_attribute("data-stage", "added")
        assert [each["path"] for each in desk.library.documents()] == ["uploads/third.md"]


async def test_a_connection_that_breaks_is_told_and_trying_again_works(open_desk):
    async with open_desk(shared=False, expect_errors=True) as desk:
        await desk.open()
        await desk.page.route("**/api/uploads", lambda route: route.abort("connectionreset"))
        await desk.add(("bread.md", BREAD))
        await expect(desk.upload("bread.md")).to_contain_text("The connection broke")
        await desk.page.unroute("**/api/uploads")
        await desk.page.get_by_role("button", name="Try bread.md again").click()
        await expect(desk.upload("bread.md")).to_have_attribute("data-stage", "added")
        await expect(desk.page.get_by_test_id("upload")).to_have_count(1)


async def test_a_server_that_does_not_answer_is_told_and_heals(open_desk):
    async with open_desk(expect_errors=True) as desk:
        await desk.page.route("**/api/documents", lambda route: route.abort("connectionrefused"))
        await desk.open()
        trouble = desk.page.get_by_test_id("documents-trouble")
        await expect(trouble).to_contain_text("Check that you are online")
        await desk.page.unroute("**/api/documents")
        await desk.page.get_by_test_id("documents-search").fill("leave")
        await expect(desk.page.get_by_test_id("found-passage")).to_have_count(1)
        await expect(trouble).to_have_count(0)


async def test_a_search_that_finds_nothing_says_so_and_the_last_one_typed_counts(open_desk):
    async with open_desk() as desk:
        await desk.open()
        search, found = desk.page.get_by_test_id("documents-search"), desk.page.get_by_test_id("documents-found")
        await search.press_sequentially("days of leave")
        await expect(found).to_have_text("1 passage found")
        await desk.page.route("**/api/documents/search?q=slow", lambda _route: None)
        await search.fill("slow")
        await expect(found).to_have_text("Searching …")
        await search.fill("leave a year")
        await expect(found).to_have_text("1 passage found")
        await search.fill("")
        await expect(desk.document("Leave")).to_be_visible()


async def test_an_index_with_nothing_to_find_says_so(open_desk):
    async with open_desk(shared=False) as desk:
        await desk.open()
        await desk.page.get_by_test_id("documents-search").fill("leave")
        await expect(desk.page.get_by_test_id("documents-found")).to_contain_text("Nothing in the documents matches")


async def test_files_are_dropped_anywhere_on_the_page(open_desk):
    async with open_desk(shared=False) as desk:
        target = desk.page.get_by_test_id("drop-target")
        await desk.drag("dragenter", "bread.md", BREAD)
        await expect(target).to_contain_text("Drop documents here")
        await desk.drag("dragleave", "bread.md", BREAD)
        await expect(target).to_have_count(0)
        await desk.drag("dragenter", "bread.md", BREAD)
        await expect(target).to_have_attribute("data-welcome", "true")
        await desk.drag("dragover", "bread.md", BREAD)
        await desk.drag("drop", "bread.md", BREAD)
        await expect(target).to_have_count(0)
        await expect(desk.upload("bread.md")).to_have_attribute("data-stage", "added")
        await expect(desk.document("Bread")).to_be_visible()


async def test_on_a_phone_the_panel_is_a_sheet_that_fills_the_width(open_desk):
    async with open_desk(context=PHONE) as desk:
        await desk.open()
        await desk.add(("bread.md", BREAD), ("a name without end" + "-and-more" * 20 + ".md", LEAVE.encode()))
        await expect(desk.document("Bread")).to_be_visible()
        await expect(desk.page.get_by_test_id("document")).to_have_count(3)
        box = await desk.page.get_by_test_id("documents").bounding_box()
        assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 375, 720)
        assert await desk.page.evaluate("document.documentElement.scrollWidth") == 375
        inner = desk.page.get_by_role("region", name="Documents")
        assert await inner.evaluate("it => it.scrollWidth <= it.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_rule_of_accessibility_is_broken(open_desk, scheme):
    axe = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
    async with open_desk(
        max_bytes=1000, context={"color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    ) as desk:
        await desk.open()
        await desk.add(("bread.md", BREAD), ("large.md", b"x" * 1001))
        await expect(desk.document("Bread")).to_be_visible()
        await desk.page.get_by_role("button", name="Delete Bread").click()
        await desk.page.evaluate(axe.read_text(encoding="utf-8"))
        for query in ("", "leave"):
            await desk.page.get_by_test_id("documents-search").fill(query)
            await expect(desk.page.get_by_test_id("found-passage")).to_have_count(2 if query else 0)
            told = await desk.page.evaluate("axe.run()")
            assert [(each["id"], each["nodes"][0]["html"]) for each in told["violations"]] == []
