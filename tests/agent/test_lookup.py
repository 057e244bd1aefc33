"""Lookup: a person's own search finds passages as citations, or says why it finds none."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent.library import Library
from agent.lookup import lookup_routes
from tools.errors import SearchError
from tools.search.backend import Passages
from tools.search.several import Several

TEXT = "# Leave\n\nEveryone gets 25 days of leave.\n\n# Bread\n\nBread is baked at six.\n"


class Failing:
    """A backend that cannot be searched."""

    async def search(self, query, *, top=5, user=None):
        raise SearchError("it is locked")

    def close(self):
        pass


def told_nobody(_request):
    return None


async def opened(library):
    application = web.Application()
    application.router.add_routes(lookup_routes(library, told_nobody))
    return TestClient(TestServer(application))


@pytest.fixture
async def client(tmp_path):
    (tmp_path / "staff handbook.md").write_text(TEXT, encoding="utf-8")
    library, _ = Library.gather([tmp_path])
    async with await opened(library) as client:
        yield client
    library.close()


async def test_a_search_gives_passages_that_open_where_they_stand(client):
    answer = await client.get("/api/documents/search", params={"q": " How much leave? ", "top": "1"})
    assert answer.headers["Cache-Control"] == "no-store"
    told = await answer.json()
    assert (told["query"], len(told["passages"]), "note" in told) == ("How much leave?", 1, False)
    passage = told["passages"][0]
    assert (passage["document"], passage["number"], passage["supports"]) == ("staff handbook.md", 1, [])
    assert "25 days" in passage["text"]
    assert passage["url"].startswith("/documents/staff%20handbook.md?view=passage&start=")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "missing_query"),
        ({"q": "  "}, "missing_query"),
        ({"q": "?!"}, "missing_query"),
        ({"q": "x" * 501}, "query_too_long"),
        ({"q": "leave", "top": "0"}, "invalid_top"),
        ({"q": "leave", "top": "51"}, "invalid_top"),
        ({"q": "leave", "top": "many"}, "invalid_top"),
        ({"q": "leave", "top": "\u0663"}, "invalid_top"),
    ],
)
async def test_what_cannot_be_searched_for_is_refused_with_what_to_do(client, params, code):
    answer = await client.get("/api/documents/search", params=params)
    assert (answer.status, (await answer.json())["error"]["code"]) == (400, code)


async def test_an_assistant_without_documents_finds_nothing():
    async with await opened(None) as client:
        answer = await client.get("/api/documents/search", params={"q": "leave"})
        assert await answer.json() == {"query": "leave", "passages": []}


async def test_an_index_that_fails_is_told_of_and_does_not_cost_the_others(tmp_path, caplog):
    (tmp_path / "a.md").write_text(TEXT, encoding="utf-8")
    library, _ = Library.gather([tmp_path])
    async with await opened(Library(Failing())) as client:
        answer = await client.get("/api/documents/search", params={"q": "leave"})
        told = (await answer.json())["error"]
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert (told["code"], told["message"]) == (
            "index_unavailable",
            "The documents cannot be searched now. Whoever runs this assistant finds the reason in its log.",
        )
        assert "the documents cannot be searched: it is locked" in caplog.text
    async with await opened(Library(Several({"": library.index, "board": Failing()}))) as client:
        told = await (await client.get("/api/documents/search", params={"q": "leave"})).json()
        assert told["passages"][0]["document"] == "a.md"
        assert "'board'" in told["note"]
    library.close()


async def test_a_name_that_is_no_unicode_does_not_cost_the_whole_answer(tmp_path):
    (tmp_path / "a.md").write_text(TEXT, encoding="utf-8")
    library, _ = Library.gather([tmp_path])
    index = library.index

    class Odd:
        async def search(self, query, *, top=5, user=None):
            from dataclasses import replace

            return Passages([replace(each, document="\udcff.md") for each in await index.search(query, top=top)])

        def close(self):
            index.close()

    odd = Library(Odd())
    async with await opened(odd) as client:
        told = await (await client.get("/api/documents/search", params={"q": "leave"})).json()
        assert told["passages"][0]["document"] == "?.md"
    odd.close()
