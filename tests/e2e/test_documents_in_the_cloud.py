"""Documents in Azure AI Search: callers find them in the page's panel as the assistant does, and are told of them."""

from __future__ import annotations

import json
import urllib.request

import pytest

from agent.cli import run_command
from tests.e2e.conftest import Running
from tests.tools.search.azure.contract.service import ADMIN, SearchStandIn
from tests.tools.search.azure.contract.threaded import threaded

pytestmark = pytest.mark.slow


@pytest.fixture
def filled(monkeypatch, tmp_path):
    """A folder whose `.env` names a search service with a document in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leave.md").write_text("# Leave\n\nEverybody has 25 days of annual leave.\n", "utf-8")
    with threaded(SearchStandIn().application()) as address:
        named = f"AZURE_SEARCH_ENDPOINT={address}\nAZURE_SEARCH_API_KEY={ADMIN}\n"
        (tmp_path / ".env").write_text(named, "utf-8")
        assert run_command(["ingest", "leave.md", "--to", "azure:handbook"]) == 0
        yield tmp_path


@pytest.fixture
def served(filled):
    """Serves by a command line; gives what a path answers."""
    running = []

    def serve(*options):
        running.append(Running("run", "--port", "0", "--model", "engine", *options, cwd=filled))

        def get(path):
            with urllib.request.urlopen(running[-1].http + path, timeout=30) as answer:
                return json.load(answer)

        return get

    yield serve
    for each in running:
        each.stop()


def test_a_caller_finds_what_lies_there_and_is_told_that_it_cannot_be_listed(served):
    get = served("--index", "azure:handbook")
    assert get("/api/documents") == {"documents": [], "incomplete": True}
    (passage,) = get("/api/documents/search?q=annual+leave")["passages"]
    assert passage["document"] == "leave.md"
    assert "25 days" in passage["text"]


def test_so_does_one_who_may_bring_documents_beside_an_index_file(filled, served):
    (filled / "own.md").write_text("# Own\n\nAnnual leave is taken in the summer.\n", "utf-8")
    assert run_command(["ingest", "own.md", "--index", "own.sqlite"]) == 0
    get = served("--index", "azure:handbook", "--index", "own.sqlite", "--uploads", "brought")
    listing = get("/api/documents")
    assert ([each["path"] for each in listing["documents"]], listing.get("incomplete")) == (["own.md"], True)
    assert listing["uploads"]["used"] == {"files": 0, "bytes": 0}
    found = {each["document"] for each in get("/api/documents/search?q=annual+leave")["passages"]}
    assert found == {"azure/leave.md", "own.md"}
