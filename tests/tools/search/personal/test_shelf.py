"""One user's documents: what is taken, replaced and removed, and what a crash leaves."""

import io
import os
import shutil
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import docx
import pytest

from tools.errors import SearchError
from tools.search import intake
from tools.search.index import LocalIndex
from tools.search.personal import shelf as shelf_module
from tools.search.personal.quota import Quota
from tools.search.personal.shelf import OwnShelf, Sent
from tools.search.reading import UnreadableError

TEXT = b"# Ferries\n\nThe ferry to Bergen leaves at nine.\n"


@pytest.fixture
def shelf(tmp_path, words_embedder):
    shelf = OwnShelf(tmp_path / "somebody", embedder=words_embedder)
    yield shelf
    shelf.close()


def send(shelf, *files, quota=None, report=lambda _: None):
    sent = []
    for name, data in files:
        path = shelf.incoming()
        path.write_bytes(data)
        sent.append(Sent(name, path, len(data)))
    shelf.take(sent, quota or Quota(), report)
    assert list((shelf._folder / "incoming").iterdir()) == []
    assert not (shelf._folder / "changing").exists()
    return sent


def told(sent):
    return [(each.status, each.document) for each in sent]


def names(shelf):
    listed = [each.path for each in shelf.index().documents()]
    assert sorted([*listed, ".vocative-access"]) == sorted(each.name for each in (shelf._folder / "files").iterdir())
    return listed


def test_a_shelf_without_anything_is_no_folder(shelf):
    assert not shelf.exists
    assert shelf.sizes() == {}
    assert not shelf.remove("a.md")
    assert shelf.expire(1e12) == 0
    assert not shelf.exists


def test_files_become_documents_that_are_found_at_once(shelf):
    steps = []
    sent = send(shelf, ("a.md", TEXT), ("../b.txt", b"Bread is baked at six."), report=steps.append)
    assert told(sent) == [("added", "a.md"), ("added", "b.txt")]
    assert shelf.index().search_now("Bread", 1)[0].document == "b.txt"
    assert shelf.sizes() == {"a.md": len(TEXT), "b.txt": 22}
    assert steps[-1].done == steps[-1].total == 2


def test_a_file_of_the_same_name_takes_the_place_of_the_document(shelf):
    send(shelf, ("a.md", TEXT))
    assert told(send(shelf, ("a.md", TEXT))) == [("unchanged", "a.md")]
    assert told(send(shelf, ("A.MD", b"# New\n\nOther words stand here."))) == [("updated", "a.md")]
    assert names(shelf) == ["a.md"]
    assert "Other words" in shelf.index().search_now("words", 1)[0].text
    assert told(send(shelf, ("b.md", TEXT), ("b.md", b"# Later\n\nThe later one stays."))) == [("added", "b.md")] * 2
    assert "later" in shelf.index().text_of("b.md")[0].text


BAD = {
    "picture.md": (b"\x89PNG\r\n\x1a\n" + bytes(50), "not a document: a PNG picture"),
    "program.txt": (b"\x7fELF" + bytes(50), "not a document: a program"),
    "not.pdf": (b"plain words", "damaged: named .pdf"),
    "zip.docx": (b"PK\x03\x04 nothing of a zip", "damaged"),
    "empty.txt": (b"  \n", "empty"),
    "broken.pdf": (b"%PDF-1.4 and nothing more", "damaged"),
    "page.html": (b"<html></html>", "no text in it"),
}


def test_what_is_no_document_by_its_content_is_refused_with_the_reason_and_the_rest_is_taken(shelf):
    sent = send(shelf, *((name, data) for name, (data, _) in BAD.items()), ("good.md", TEXT))
    assert [each.status for each in sent] == ["refused"] * len(BAD) + ["added"]
    for each, (_, reason) in zip(sent, BAD.values(), strict=False):
        assert reason in each.reason
        assert each.document is None
    assert names(shelf) == ["good.md"]


@pytest.mark.parametrize(
    "bad", [BAD["picture.md"][0], BAD["page.html"][0]], ids=["no document", "a document of nothing"]
)
def test_what_cannot_be_read_does_not_take_the_place_of_what_could(shelf, bad):
    send(shelf, ("a.html", b"<p>The ferry to Bergen leaves at nine.</p>"))
    (refused,) = send(shelf, ("a.html", bad))
    assert refused.status == "refused"
    assert "ferry" in shelf.index().search_now("ferry", 1)[0].text
    assert b"ferry" in (shelf._folder / "files" / "a.html").read_bytes()


def test_limits_are_kept_within_one_upload_and_over_several(shelf):
    quota = Quota(max_bytes=100, max_files=2, max_total=120, formats=("markdown",))
    sent = send(shelf, ("a.md", TEXT), ("b.txt", b"Bread is baked."), ("c.md", TEXT), ("d.md", TEXT), quota=quota)
    assert [each.status for each in sent] == ["added", "refused", "added", "refused"]
    assert "a text document is not taken here" in sent[1].reason
    assert "2 are allowed" in sent[3].reason
    shelf.remove("a.md")
    assert "of your" in send(shelf, ("e.md", TEXT + b"x" * 40), quota=quota)[0].reason
    assert "too large" in send(shelf, ("f.md", TEXT * 5), quota=quota)[0].reason
    assert names(shelf) == ["c.md"]


def test_a_file_that_was_refused_while_it_was_sent_stays_refused(shelf):
    shelf.incoming()
    sent = [Sent("a.md", None, 5, "too large"), Sent("b.md", None)]
    shelf.take(sent, Quota(), lambda _: None)
    assert told(sent) == [("refused", None)] * 2


def test_a_document_is_removed_with_its_file_and_nothing_else_can_be(shelf, tmp_path):
    send(shelf, ("a.md", TEXT), ("b.md", TEXT))
    (tmp_path / "other.md").write_bytes(TEXT)
    for name in ("../../other.md", "/etc/passwd", ".vocative-access", "../index.sqlite", "c.md", ""):
        assert not shelf.remove(name)
    assert shelf.remove("a.md")
    assert not shelf.remove("a.md")
    assert names(shelf) == ["b.md"]
    assert shelf.remove("b.md")
    assert names(shelf) == []
    assert shelf.index().search_now("ferry", 1) == []
    assert (tmp_path / "other.md").exists()


def test_what_is_said_of_the_folders_above_is_not_about_a_users_own_documents(shelf, tmp_path):
    (tmp_path / ".vocative-access").write_text('[access]\n"**" = ["group:hr"]\n', "utf-8")
    send(shelf, ("a.md", TEXT))
    assert shelf.index().document("a.md").access == ()


@pytest.mark.parametrize("moment", ["before the files", "after the files", "after the index"])
def test_a_crash_leaves_an_upload_undone_or_done(shelf, words_embedder, monkeypatch, moment):
    send(shelf, ("a.md", TEXT))

    class Killed(BaseException):
        pass

    def die(*_args, **_options):
        raise Killed

    with monkeypatch.context() as patch:
        if moment == "before the files":
            patch.setattr(OwnShelf, "_put", die)
        elif moment == "after the files":
            patch.setattr(shelf_module, "ingest", die)
        else:
            real = OwnShelf._refresh
            patch.setattr(OwnShelf, "_refresh", lambda *given: (real(*given), die()))
        path = shelf.incoming()
        path.write_bytes(b"# Bread\n\nBread is baked at six.")
        with pytest.raises(Killed):
            shelf.take([Sent("b.md", path)], Quota(), lambda _: None)
    shelf.close()
    again = OwnShelf(shelf._folder, embedder=words_embedder)
    expected = ["a.md"] if moment == "before the files" else ["a.md", "b.md"]
    assert names(again) == expected
    assert not (shelf._folder / "changing").exists()
    again.close()


@pytest.mark.parametrize("left", ["file", "nothing"])
def test_a_crash_between_file_and_index_does_not_bring_a_removed_document_back(shelf, words_embedder, left):
    send(shelf, ("a.md", TEXT), *([("b.md", TEXT)] if left == "file" else []))
    (shelf._folder / "changing").touch()
    (shelf._folder / "files" / "a.md").unlink()
    shelf.close()
    again = OwnShelf(shelf._folder, embedder=words_embedder)
    assert names(again) == (["b.md"] if left == "file" else [])
    again.close()


def test_a_file_that_became_unreadable_is_removed_when_the_index_is_made_anew(shelf, words_embedder):
    send(shelf, ("a.md", TEXT), ("b.md", TEXT))
    (shelf._folder / "files" / "a.md").write_bytes(BAD["picture.md"][0])
    (shelf._folder / "changing").touch()
    assert names(shelf) == ["b.md"]


def test_a_file_that_the_ingest_cannot_read_after_all_is_refused(shelf, monkeypatch):
    send(shelf, ("z.md", TEXT))
    real = shelf_module.ingest

    def spoil(paths, *given, **options):
        (shelf._folder / "files" / "a.md").write_bytes(BAD["picture.md"][0])
        return real(paths, *given, **options)

    monkeypatch.setattr(shelf_module, "ingest", spoil)
    (sent,) = send(shelf, ("a.md", TEXT))
    assert (sent.status, sent.document) == ("refused", None)
    assert "PNG" in sent.reason
    assert names(shelf) == ["z.md"]


@pytest.mark.parametrize("failing", [["a.md"], ["a.md", "b.md"]])
def test_a_disk_that_fails_for_a_moment_costs_nobody_a_document(shelf, monkeypatch, failing):
    send(shelf, ("a.md", TEXT), ("b.md", TEXT))
    real = intake.take_snapshot

    def fail(path, **options):
        if path.name in failing:
            raise UnreadableError("cannot be opened: Too many open files")
        return real(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take_snapshot", fail)
        assert told(send(shelf, ("c.md", TEXT))) == [("added", "c.md")]
        (shelf._folder / "changing").touch()
        assert names(shelf) == ["a.md", "b.md", "c.md"]
    assert told(send(shelf, ("c.md", TEXT))) == [("unchanged", "c.md")]
    assert names(shelf) == ["a.md", "b.md", "c.md"]


def test_where_nobody_can_tell_who_may_read_them_the_documents_stay(shelf):
    send(shelf, ("a.md", TEXT))
    rules = shelf._folder / "files" / ".vocative-access"
    said = rules.read_bytes()
    rules.write_text("no TOML")
    (shelf._folder / "changing").touch()
    assert names(shelf) == ["a.md"]
    assert (shelf._folder / "changing").exists()
    rules.write_bytes(said)
    assert names(shelf) == ["a.md"]
    assert not (shelf._folder / "changing").exists()


def test_a_file_may_be_as_large_as_the_operator_says(shelf):
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("The ferry to Bergen leaves at nine.")
    document.save(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/media/film.bin", bytes(101_000_000))
    assert told(send(shelf, ("a.docx", file.getvalue()), quota=Quota(max_bytes=150_000_000))) == [("added", "a.docx")]
    assert names(shelf) == ["a.docx"]


def test_an_upload_to_an_index_that_cannot_be_opened_leaves_nothing_behind(shelf):
    path = shelf.incoming()
    path.write_bytes(TEXT)
    (shelf._folder / "index.sqlite").write_bytes(b"not an index at all" * 100)
    with pytest.raises(SearchError, match="is not an index"):
        shelf.take([Sent("a.md", path)], Quota(), lambda _: None)
    assert list(path.parent.iterdir()) == []


def test_while_the_index_is_made_anew_others_search_the_state_that_it_has(shelf, monkeypatch):
    send(shelf, ("a.md", TEXT))
    (shelf._folder / "changing").touch()
    begun, may_end, real = threading.Event(), threading.Event(), shelf_module.ingest

    def slowly(*given, **options):
        begun.set()
        may_end.wait()
        return real(*given, **options)

    monkeypatch.setattr(shelf_module, "ingest", slowly)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(shelf.index)
        try:
            assert begun.wait(60)
            assert [each.path for each in threads.submit(shelf.index).result(60).documents()] == ["a.md"]
        finally:
            may_end.set()
        first.result()
    assert not (shelf._folder / "changing").exists()


def test_while_another_process_writes_the_index_stays_as_it_was(shelf, monkeypatch):
    send(shelf, ("a.md", TEXT))
    (shelf._folder / "changing").touch()

    def locked(*_args, **_options):
        raise SearchError("it is being written by another process")

    monkeypatch.setattr(shelf_module, "ingest", locked)
    assert names(shelf) == ["a.md"]
    assert (shelf._folder / "changing").exists()


def test_a_change_under_way_in_this_process_is_left_alone(shelf):
    send(shelf, ("a.md", TEXT))
    (shelf._folder / "changing").touch()
    with shelf._changing:
        shelf.index()
    assert (shelf._folder / "changing").exists()


def test_what_is_old_is_taken_away_and_what_was_never_sent_to_its_end_too(shelf):
    send(shelf, ("old.md", TEXT), ("new.md", TEXT))
    files, incoming = shelf._folder / "files", shelf._folder / "incoming"
    os.utime(files / "old.md", (1000, 1000))
    os.utime(files / ".vocative-access", (1000, 1000))
    for name in ("fresh", "stale"):
        (incoming / name).write_bytes(b"x")
    os.utime(incoming / "stale", (1000, 1000))
    assert shelf.expire(None) == 0
    assert [each.name for each in incoming.iterdir()] == ["fresh"]
    (incoming / "fresh").unlink()
    assert shelf.expire(2000) == 1
    assert names(shelf) == ["new.md"]


def test_what_is_brought_anew_while_old_documents_are_taken_away_stays(shelf, monkeypatch):
    send(shelf, ("a.md", TEXT))
    os.utime(shelf._folder / "files" / "a.md", (1000, 1000))
    real, brought = OwnShelf.index, []

    def index(self):
        if not brought:
            brought.append("a.md")
            send(self, ("a.md", b"# New\n\nThe ferry leaves at ten."))
        return real(self)

    monkeypatch.setattr(OwnShelf, "index", index)
    assert shelf.expire(2000) == 0
    assert brought
    assert names(shelf) == ["a.md"]
    assert "ten" in shelf.index().text_of("a.md")[0].text


def test_an_index_that_was_deleted_is_made_anew_from_the_files_by_the_next_upload(shelf, words_embedder):
    send(shelf, ("a.md", TEXT))
    shelf.close()
    for path in shelf._folder.glob("index.sqlite*"):
        path.unlink()
    again = OwnShelf(shelf._folder, embedder=words_embedder)
    send(again, ("b.md", TEXT))
    assert names(again) == ["a.md", "b.md"]
    again.close()
    shutil.rmtree(shelf._folder)


def test_the_index_is_an_ordinary_one(shelf, words_embedder):
    send(shelf, ("a.md", TEXT))
    shelf.close()
    index = LocalIndex.open(shelf._folder / "index.sqlite", embedder=words_embedder)
    assert index.document("a.md").title == "Ferries"
    index.close()
