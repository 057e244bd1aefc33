"""A folder of bad files: each is reported by its name or read rightly, and the rest is taken in."""

from __future__ import annotations

import sys
from contextlib import closing

import numpy as np
import pytest

from tests.tools.search import bad_files
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.reading.isolation import IsolatedReader


class Flat:
    """Finds no meaning in anything, at once: words alone decide."""

    dimensions = 4
    name = "flat"

    def embed(self, texts):
        return np.full((len(texts), 4), 0.5, dtype=np.float32)


@pytest.fixture
def index():
    with closing(LocalIndex.in_memory(embedder=Flat())) as index:
        yield index


@pytest.fixture
def folder(tmp_path):
    bad_files.build(tmp_path / "papers")
    return tmp_path / "papers"


def test_every_bad_file_is_reported_with_its_reason_and_every_odd_one_is_read(folder, index):
    summary = ingest([folder], index, embedder=Flat())
    told = {skipped.path: skipped.reason for skipped in summary.skipped}
    assert {name: reason for name, reason in told.items() if name not in bad_files.REFUSED} == {}
    for name, reason in bad_files.REFUSED.items():
        assert reason in told.get(name, "read"), name
    assert {document.path for document in index.documents()} == {"good.md", *bad_files.READ}
    with index._storage.reading() as connection:
        rows = connection.execute("SELECT document, context, text FROM chunks").fetchall()
    for name, words in bad_files.READ.items():
        text = "\n".join(f"{context}\n{text}" for document, context, text in rows if document == name)
        assert all(word in text.casefold() for word in words.casefold().split()), name
    assert not [row for row in rows if "zanzibar" in str(row)], "nothing that a page hides or runs is indexed"
    assert max(len(text) for _, _, text in rows) < 7_000, "no passage is longer than somebody could listen to"


@pytest.mark.skipif(sys.platform == "win32", reason="no links, pipes and sockets there without special rights")
def test_links_pipes_sockets_and_odd_names_are_reported_and_nothing_outside_is_read(tmp_path, index):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "good.md").write_text("The ferry leaves at nine.")
    due = bad_files.build_special(papers, tmp_path / "outside")
    summary = ingest([papers], index, embedder=Flat())
    told = {skipped.path: skipped.reason for skipped in summary.skipped}
    assert told.keys() == due.keys()
    for name, reason in due.items():
        assert reason in told[name], name
    assert [document.path for document in index.documents()] == ["good.md"]
    assert all(passage.text != bad_files.SECRET for passage in index.search_now("safe 4711"))


def test_what_a_link_leads_to_is_read_when_it_was_given_as_well(tmp_path, index):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more.md").write_text("More.")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "link").symlink_to(tmp_path / "outside")
    summary = ingest([tmp_path / "papers", tmp_path / "outside"], index, embedder=Flat())
    assert (summary.added, summary.skipped) == (1, [])


@pytest.mark.skipif(sys.platform != "linux", reason="the limit can be set on Linux only")
def test_a_document_that_needs_too_much_memory_costs_only_itself(folder, index, monkeypatch):
    for path in folder.iterdir():
        if path.name not in {"wide table.html", "good.md", "script.html"}:
            path.unlink()
    table = (folder / "wide table.html").read_bytes()
    (folder / "wide table.html").write_bytes(table.replace(b"crossing", b"crossing <b>again</b> " * 60))
    summary = ingest([folder], index, embedder=Flat(), memory_limit=150_000_000)
    assert [skipped.path for skipped in summary.skipped] == ["wide table.html"]
    assert "memory" in summary.skipped[0].reason
    assert summary.added == 2


def test_a_reader_that_dies_is_started_anew_for_the_next_document(folder, monkeypatch):
    page = (folder / "script.html").read_bytes()
    with IsolatedReader() as reader:
        assert "Ferry" in reader.parse(page, "a.html").pages[0].text
        reader.kill()
        with pytest.raises(Exception, match="crashed"):
            reader.parse(page, "a.html")
        assert "Ferry" in reader.parse(page, "a.html").pages[0].text
