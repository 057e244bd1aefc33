"""A watched folder: what changes in it is found soon, and nothing that goes wrong ends the watch."""

from __future__ import annotations

import queue
import shutil
import threading
from contextlib import closing

import pytest
import watchfiles

from tools.errors import SearchError
from tools.search.index import LocalIndex
from tools.search.watching import Watch


@pytest.fixture
def index(words_embedder):
    with closing(LocalIndex.in_memory(embedder=words_embedder)) as index:
        yield index


@pytest.fixture
def papers(tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a.md").write_text("The ferry leaves at nine.")
    return papers


class Watching:
    """A watch in its thread, and what it told."""

    def __init__(self, watch, done, trouble):
        self.watch, self.done, self.trouble = watch, done, trouble
        self.thread = threading.Thread(target=watch.run, daemon=True)

    def stop(self):
        self.watch.stop()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def start(words_embedder):
    started = []

    def begin(index, *paths, embedder=words_embedder):
        done, trouble = queue.Queue(), queue.Queue()
        watch = Watch(list(paths), index, embedder=embedder, changed=done.put, trouble=trouble.put)
        started.append(Watching(watch, done, trouble))
        started[-1].thread.start()
        return started[-1]

    yield begin
    for one in started:
        one.stop()


def names(index):
    return [record.path for record in index.documents()]


def test_what_is_there_already_and_what_comes_changes_moves_and_goes_is_followed(index, papers, start):
    watching = start(index, papers)
    assert watching.done.get(timeout=60).added == 1
    (papers / "b.md").write_text("The bridge is closed.")
    assert watching.done.get(timeout=60).added == 1
    (papers / "a.md").write_text("The ferry leaves at ten.")
    assert watching.done.get(timeout=60).updated == 1
    assert index.search_now("ferry", 1)[0].text == "The ferry leaves at ten."
    (papers / "b.md").rename(papers / "c.md")
    summary = watching.done.get(timeout=60)
    assert (summary.added, summary.removed, names(index)) == (1, 1, ["a.md", "c.md"])
    for path in papers.iterdir():
        path.unlink()
    assert watching.done.get(timeout=60).removed == 2
    assert names(index) == []
    assert watching.trouble.empty()


def test_a_file_that_an_editor_replaces_is_followed_though_it_was_given_by_itself(index, papers, start):
    watching = start(index, papers / "a.md")
    watching.done.get(timeout=60)
    (papers / "new").write_text("The ferry leaves at noon.")
    (papers / "new").replace(papers / "a.md")
    assert watching.done.get(timeout=60).updated == 1
    assert index.search_now("ferry", 1)[0].text == "The ferry leaves at noon."


def test_a_file_that_cannot_be_read_is_told_once_and_read_when_it_is_whole(index, papers, start):
    watching = start(index, papers)
    watching.done.get(timeout=60)
    (papers / "half.pdf").write_bytes(b"%PDF-1.7 half")
    assert [skipped.path for skipped in watching.done.get(timeout=60).skipped] == ["half.pdf"]
    (papers / "half.pdf").write_text("<html><p>Whole after all.</p>")
    summary = watching.done.get(timeout=60)
    assert (summary.added, summary.skipped) == (1, [])


def test_a_folder_that_goes_and_comes_back_is_watched_again(index, papers, start, tmp_path):
    watching = start(index, papers)
    watching.done.get(timeout=60)
    papers.rename(tmp_path / "elsewhere")
    assert "waiting" in watching.trouble.get(timeout=60)
    assert names(index) == ["a.md"], "a disk that was taken out does not empty the index"
    (tmp_path / "elsewhere" / "b.md").write_text("The bridge.")
    shutil.copytree(tmp_path / "elsewhere", papers)
    while names(index) != ["a.md", "b.md"]:
        watching.done.get(timeout=60)


def test_whatever_goes_wrong_is_told_once_and_tried_again(index, papers, start, words_embedder, monkeypatch):
    monkeypatch.setattr("tools.search.watching._RETRY", 0.1)

    class Failing:
        dimensions, name, failures = 32, "words", [SearchError("no model"), ValueError("odd"), ValueError("odd")]

        def embed(self, texts):
            if self.failures:
                raise self.failures.pop(0)
            return words_embedder.embed(texts)

    watching = start(index, papers, embedder=Failing())
    assert watching.trouble.get(timeout=60) == "no model"
    assert watching.trouble.get(timeout=60) == "ValueError: odd"
    assert watching.done.get(timeout=60).added == 1
    assert watching.trouble.empty()


def test_a_system_that_cannot_watch_for_a_while_does_not_end_it(index, papers, start, monkeypatch):
    monkeypatch.setattr("tools.search.watching._RETRY", 0.1)
    real = watchfiles.watch
    failures = [
        OSError("OS file watch limit reached"),
        OSError("OS file watch limit reached"),
        FileNotFoundError("gone"),
    ]

    def watch(*places, **options):
        if failures:
            raise failures.pop(0)
        return real(*places, **options)

    monkeypatch.setattr(watchfiles, "watch", watch)
    watching = start(index, papers)
    assert watching.trouble.get(timeout=60) == (
        "the documents cannot be watched now: OSError: OS file watch limit reached"
    )  # fmt: skip
    assert watching.trouble.get(timeout=60) == "the documents cannot be watched now: FileNotFoundError: gone"
    assert watching.done.get(timeout=60).added == 1
    assert watching.trouble.empty()


@pytest.mark.parametrize("above", ["papers", "."])
def test_rules_of_access_are_followed_that_stand_in_the_folder_or_above_it(index, papers, start, tmp_path, above):
    watching = start(index, papers)
    watching.done.get(timeout=60)
    (tmp_path / above / ".vocative-access").write_text('[access]\n"a.md" = ["group:crew"]\n')
    assert watching.done.get(timeout=60).granted == 1
    assert names(index) == []
    (tmp_path / above / ".vocative-access").write_text('[access]\n"a.md" = ["crew"]\n')
    assert "'crew' says nobody" in watching.trouble.get(timeout=60)
    assert names(index) == [], "a slip opens nothing"


def test_an_index_within_the_folder_that_it_is_of_does_not_set_itself_off(papers, start, words_embedder):
    with closing(LocalIndex.open(papers / "index.sqlite", create=True, embedder=words_embedder)) as index:
        watch = Watch([papers], index, embedder=words_embedder, changed=print, trouble=print)
        for name in ("index.sqlite", "index.sqlite-wal", "index.sqlite-staged", "~$a.docx", ".a.md.swp"):
            assert not watch._matters(None, str(papers / name))
        for name in ("a.md", ".vocative-access"):
            assert watch._matters(None, str(papers / name))


def test_it_ends_in_the_middle_of_an_ingest_when_it_is_told_to(index, papers, start, words_embedder):
    for number in range(4):
        text = "\n\n".join(f"# {part}\n\n" + f"word{part} " * 150 for part in range(130))
        (papers / f"{number}.md").write_text(text + str(number))
    reached, go_on = threading.Event(), threading.Event()

    class Slow:
        dimensions, name = 32, "words"

        def embed(self, texts):
            reached.set()
            assert go_on.wait(60)
            return words_embedder.embed(texts)

    watching = start(index, papers, embedder=Slow())
    assert reached.wait(60)
    watching.watch.stop()
    go_on.set()
    watching.thread.join(60)
    assert not watching.thread.is_alive()
    assert names(index) == []
