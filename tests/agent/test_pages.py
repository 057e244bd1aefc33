"""Pages and documents: the bundle, and a route that reaches the index's documents and nothing else."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent.library import Library
from agent.pages import document_url, documents_routes, page_routes
from tools.search.several import Several


@pytest.fixture
async def client(tmp_path):
    bundle = tmp_path / "web"
    (bundle / "assets").mkdir(parents=True)
    (bundle / "index.html").write_text("<!doctype html>page", encoding="utf-8")
    (bundle / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    folder = tmp_path / "documents"
    folder.mkdir()
    text = "# Leave\n\nEveryone gets 25 days. &lt;script&gt;alert(1)&lt;/script&gt; is text here.\n"
    (folder / "staff handbook.md").write_text(text, encoding="utf-8")
    (tmp_path / "private.md").write_text("# Private\n\nNobody may read this.\n", encoding="utf-8")
    library, _ = Library.gather([folder])
    application = web.Application()
    application.router.add_routes(documents_routes(library))
    application.router.add_routes(page_routes(bundle))
    async with TestClient(TestServer(application)) as client:
        client.folder, client.bundle, client.library = folder, bundle, library
        yield client
    library.close()


async def test_the_page_comes_with_a_strict_policy(client):
    answer = await client.get("/")
    assert (await answer.text()) == "<!doctype html>page"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    asset = await client.get("/assets/app-1a2b.js")
    assert "immutable" in asset.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/../secret.js", "/assets/%2e%2e/secret.js", "/assets/..%2fsecret.js", "/no.js"),
        *("/assets/%00", "/%00.js", f"/assets/{'a' * 300}"),
    ],
)
async def test_nothing_outside_the_bundle_is_served(client, path):
    answer = await client.get(path)
    assert answer.status == 404


async def test_the_documents_are_listed(client):
    listed = await (await client.get("/api/documents")).json()
    assert [each["path"] for each in listed["documents"]] == ["staff handbook.md"]
    assert listed["documents"][0]["title"] == "Leave"


@pytest.mark.parametrize("path", ["/api/documents", "/documents/staff%20handbook.md?view=passage", "/documents/a.pdf"])
async def test_an_index_that_cannot_be_read_is_told_in_words(client, path, caplog):
    client.library.close()
    answer = await client.get(path)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "The documents cannot be read now." in (await answer.json())["error"]["message"]
    assert "the documents cannot be read: the index was closed" in caplog.text


async def test_a_list_that_does_not_name_all_says_so(client):
    class SearchOnly:
        async def search(self, query, *, top=5, user=None):
            return []

    assert (await (await client.get("/api/documents")).json()).keys() == {"documents"}
    application = web.Application()
    application.router.add_routes(documents_routes(Library(Several({"azure": SearchOnly()}))))
    async with TestClient(TestServer(application)) as other:
        assert await (await other.get("/api/documents")).json() == {"documents": [], "incomplete": True}


async def test_a_passage_is_shown_in_its_place_and_document_text_never_runs(client):
    answer = await client.get("/documents/staff%20handbook.md", params={"start": 0, "end": 5})
    page = await answer.text()
    assert answer.status == 200
    assert '<mark id="passage">' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/documents/../private.md", "/documents/%2e%2e/private.md", "/documents/private.md", "/documents/x.pdf"]
)
async def test_no_file_but_the_indexs_own_documents_can_be_fetched(client, path):
    assert (await client.get(path)).status == 404


async def test_a_document_that_has_gone_is_not_found(client):
    (client.folder / "staff handbook.md").unlink()
    assert (await client.get("/documents/staff%20handbook.md")).status == 404


async def test_odd_positions_do_no_harm(client):
    for query in ("?start=99999999&end=x", "?start=-4&end=2", "?page=7", "?start=9&end=3"):
        assert (await client.get("/documents/staff%20handbook.md" + query)).status in {200, 404}


async def test_an_unbuilt_page_says_what_to_do(tmp_path):
    application = web.Application()
    application.router.add_routes(page_routes(tmp_path / "nowhere"))
    application.router.add_routes(documents_routes(None))
    async with TestClient(TestServer(application)) as client:
        answer = await client.get("/")
        assert answer.status == 503
        assert "make setup" in await answer.text()
        assert await (await client.get("/api/documents")).json() == {"documents": []}
        assert (await client.get("/documents/a.md")).status == 404


def test_a_pdf_opens_at_its_page_and_other_documents_at_the_passage():
    assert document_url({"document": "a b.pdf", "page": 3}) == "/documents/a%20b.pdf#page=3"
    assert document_url({"document": "a.pdf", "page": None}) == "/documents/a.pdf"
    slide = document_url({"document": "d/a.pptx", "page": 2, "start": 1, "end": 9})
    assert slide == "/documents/d/a.pptx?view=passage&start=1&end=9&page=2#passage"
    assert document_url({"document": "ü.md", "page": None}) == "/documents/%C3%BC.md?view=passage&start=0&end=0#passage"


async def test_a_server_that_takes_calls_tells_the_page_how_to_connect_unless_its_address_does(tmp_path):
    (tmp_path / "index.html").write_text("<p>page</p>", encoding="utf-8")
    application = web.Application()
    application.add_routes(page_routes(tmp_path, "webrtc"))
    async with TestClient(TestServer(application)) as http:
        async with http.get("/?a=1", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (302, "?a=1&transport=webrtc")
        async with http.get("/?transport=websocket") as response:
            assert (response.status, await response.text()) == (200, "<p>page</p>")


async def test_a_documents_text_is_told_as_json_and_never_as_a_page(client):
    answer = await client.get("/documents/staff%20handbook.md", params={"view": "text", "start": 0, "end": 5})
    assert answer.content_type == "application/json"
    told = await answer.json()
    assert told["text"][told["start"] : told["end"]] == "Leave"
    assert "<script>alert(1)</script>" in told["text"]
    assert told["blocks"][0] == {"kind": "heading", "start": 0, "end": 5, "level": 1}


@pytest.mark.parametrize("path", ["private.md", "x.pdf", "staff%20handbook.md?page=3"])
async def test_the_text_of_what_is_not_there_is_not_found(client, path):
    answer = await client.get(f"/documents/{path}{'&' if '?' in path else '?'}view=text")
    assert answer.status == 404
    assert "There is no document" in await answer.text()


async def test_the_text_of_a_document_that_was_broken_since_is_gone_in_words(client):
    (client.folder / "staff handbook.md").write_bytes(b"\x00\x01\x02" * 1000)
    answer = await client.get("/documents/staff%20handbook.md?view=text")
    assert answer.status == 410
    assert "cannot be read any more" in await answer.text()


async def test_a_module_of_the_bundle_comes_as_a_script(client):
    (client.bundle / "assets" / "pdf.worker-1a2b.mjs").write_text("1", encoding="utf-8")
    answer = await client.get("/assets/pdf.worker-1a2b.mjs")
    assert answer.content_type in {"text/javascript", "application/javascript"}
