"""Library: documents as an index to search and as files to show."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading

import docx
import pytest

from agent.errors import InputError
from agent.library import Library
from agent.options.uploads import Uploads
from tools import User
from tools.errors import SearchError, ToolsError
from tools.search.personal.shelf import Sent
from tools.search.several import Several

TEXT = "# Leave & rest\n\nEveryone &lt; 60 gets 25 days of annual leave.\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "documents"
    (folder / "staff").mkdir(parents=True)
    (folder / "staff" / "leave.md").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def library(folder):
    library, _ = Library.gather([folder])
    yield library
    library.close()


def test_documents_are_taken_in_and_listed(library, folder):
    file = folder / "staff" / "leave.md"
    listed = {"path": "staff/leave.md", "title": "Leave & rest", "format": "markdown", "pages": None}
    size, written = file.stat().st_size, file.stat().st_mtime
    assert library.documents() == [{**listed, "bytes": size, "modified": written}]
    file.unlink()
    assert library.documents() == [{**listed, "bytes": size, "modified": None}]


def test_a_list_says_whether_it_names_all_that_can_be_found(library):
    class SearchOnly:
        async def search(self, query, *, top=5, user=None):
            return []

    assert library.listed_whole
    assert Library(Several({"": library.index})).listed_whole
    assert not Library(Several({"": library.index, "azure": SearchOnly()})).listed_whole


async def test_its_index_can_be_searched(library):
    found = await library.index.search("holiday", top=1)
    assert "25 days" in found[0].text


def test_the_file_of_a_document_is_found_and_of_nothing_else(library, folder):
    assert library.file_of("staff/leave.md") == folder / "staff" / "leave.md"
    for name in ("leave.md", "staff", "../secret.md", str(folder / "staff" / "leave.md"), ""):
        assert library.file_of(name) is None


def test_a_file_that_has_gone_is_not_there(library, folder):
    (folder / "staff" / "leave.md").unlink()
    assert library.file_of("staff/leave.md") is None
    assert library.view("staff/leave.md") is None


def test_a_view_marks_the_passage_and_escapes_what_stands_there(library):
    whole = library.view("staff/leave.md")
    assert whole is not None
    assert whole.title == "Leave &amp; rest"
    assert whole.before + whole.passage == ""
    assert "Everyone &lt; 60" in whole.after
    marked = library.view("staff/leave.md", None, 2, 8)
    assert marked is not None
    assert (marked.before, marked.passage) == ("Le", "ave &amp; ")
    assert marked.before + marked.passage + marked.after == whole.after


@pytest.mark.parametrize(("start", "end"), [(8, 2), (-5, 3), (0, 10**9), (10**9, 10**9)])
def test_a_passage_beyond_the_text_is_kept_within_it(library, start, end):
    whole, view = library.view("staff/leave.md"), library.view("staff/leave.md", None, start, end)
    assert view.before + view.passage + view.after == whole.after


def test_an_unknown_document_or_page_has_no_view(library):
    assert library.view("nothing.md") is None
    assert library.view("staff/leave.md", 7) is None


def test_a_document_that_was_broken_since_is_told_in_words(library, folder):
    (folder / "staff" / "leave.md").write_bytes(b"\x00\x01\x02" * 1000)
    with pytest.raises(InputError, match=r"staff/leave\.md cannot be read any more"):
        library.view("staff/leave.md")


def test_an_index_file_is_opened_again(folder, tmp_path):
    path = tmp_path / "index.sqlite"
    library, summary = Library.gather([folder], at=path)
    library.close()
    assert summary.added == 1
    again = Library.open(path)
    assert len(again.documents()) == 1
    again.close()


def test_an_index_that_is_missing_or_none_is_refused(tmp_path):
    (tmp_path / "no.sqlite").write_text("hello", encoding="utf-8")
    for name in ("missing.sqlite", "no.sqlite"):
        with pytest.raises(SearchError):
            Library.open(tmp_path / name)


def test_a_gathering_that_fails_leaves_the_index_as_it_was(folder, tmp_path):
    path = tmp_path / "index.sqlite"
    Library.gather([folder], at=path)[0].close()
    with pytest.raises(ToolsError):
        Library.gather([tmp_path / "nowhere"], at=path)
    with contextlib.closing(Library.open(path)) as library:
        assert [each["path"] for each in library.documents()] == ["staff/leave.md"]


def test_progress_is_told(folder):
    told = []
    library, _ = Library.gather([folder], progress=told.append)
    library.close()
    assert told[-1].done == told[-1].total == 1


@pytest.fixture
def indexes(folder, tmp_path):
    """Two index files, and a third whose name is the second's."""
    (tmp_path / "fares.md").write_text("# Fares\n\nThe ferry costs nine crowns.\n", encoding="utf-8")
    paths = [tmp_path / name for name in ("hand book.sqlite", "fares.db", "sub/fares.sqlite")]
    for path, source in zip(paths, (folder, tmp_path / "fares.md", tmp_path / "fares.md"), strict=True):
        Library.gather([source], at=path)[0].close()
    return paths


async def test_several_indexes_are_one_library_whose_names_lead_back_to_their_files(indexes, folder):
    with contextlib.closing(Library.open(*indexes)) as library:
        listed = [each["path"] for each in library.documents()]
        assert listed == ["fares-2/fares.md", "fares/fares.md", "hand-book/staff/leave.md"]
        assert library.file_of("hand-book/staff/leave.md") == folder / "staff" / "leave.md"
        assert library.file_of("staff/leave.md") is None
        found = (await library.index.search("How much does the ferry cost?", top=1))[0]
        assert found.document == "fares/fares.md"
        assert "nine crowns" in library.view(found.document, found.page, found.start, found.end).passage


def test_of_several_indexes_one_that_cannot_be_opened_closes_the_others(indexes, tmp_path):
    with pytest.raises(SearchError, match="missing"):
        Library.open(*indexes, tmp_path / "missing.sqlite")


def test_a_library_of_nothing_is_none():
    with pytest.raises(TypeError, match="needs an index"):
        Library(None)


def test_a_document_that_a_caller_may_not_read_is_as_if_it_were_not_there(folder):
    library, _ = Library.gather([folder], access=["group:hr"])
    with contextlib.closing(library):
        bob, anna = User("bob"), User("anna", groups=("hr",))
        for user in (None, bob):
            assert library.documents(user) == []
            assert library.file_of("staff/leave.md", user) is None
            assert library.view("staff/leave.md", user=user) is None
        assert len(library.documents(anna)) == 1
        assert library.file_of("staff/leave.md", anna) == folder / "staff" / "leave.md"
        assert library.view("staff/leave.md", user=anna).title == "Leave &amp; rest"


def test_documents_are_kept_up_to_date_beside_what_callers_bring(folder, tmp_path):
    (folder / ".vocative-access").write_text('[access]\n"new.md" = ["group:hr"]\n')
    shelves = Library.shelves(Uploads(folder=tmp_path / "brought"), anonymous=True)
    with contextlib.closing(Library(Library.gather([folder])[0].index, uploads=shelves)) as library:
        done = queue.Queue()
        watch = library.watch([folder], changed=done.put, trouble=done.put)
        thread = threading.Thread(target=watch.run, daemon=True)
        thread.start()
        (folder / "new.md").write_text("# New\n\nSomething new.\n", encoding="utf-8")
        while getattr(done.get(timeout=60), "added", 0) != 1:
            pass
        watch.stop()
        thread.join(30)
        assert [each["path"] for each in library.documents()] == ["staff/leave.md"]
        assert len(library.documents(User("anna", groups=("hr",)))) == 2


def test_what_a_caller_brought_is_never_read_by_the_server_itself(tmp_path, monkeypatch):
    shelves = Library.shelves(Uploads(folder=tmp_path / "brought"), anonymous=True)
    with contextlib.closing(Library(None, uploads=shelves)) as library:
        document, path = docx.Document(), shelves.incoming(None)
        document.add_paragraph("The ferry leaves at nine.")
        document.save(str(path))
        asyncio.run(shelves.take([Sent("a.docx", path)], None, lambda _: None))

        def read_here(*_given):
            raise MemoryError

        monkeypatch.setattr("tools.search.reading.docx.read_docx", read_here)
        assert library.text("uploads/a.docx")["text"] == "The ferry leaves at nine."
        assert library.view("uploads/a.docx", None, 4, 9).passage == "ferry"


def test_several_indexes_cannot_be_kept_up_to_date(indexes, folder):
    with contextlib.closing(Library.open(*indexes)) as library, pytest.raises(TypeError, match="in one index"):
        library.watch([folder], changed=print, trouble=print)
