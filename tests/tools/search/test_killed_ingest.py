"""An ingest that is killed: the index is as it was before or as it was to be, and the next one goes on from there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tools.errors import SearchError
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.staging import Staging

ROOT = Path(__file__).parents[3]
DOCUMENTS = 60
KILLS = 50

# A process that ingests until it is killed by itself, at the N-th of the moments at which something is done to a
# database, a file is read or a text is embedded: so the moments are everywhere, and the same on every machine.
KILLED = """
import os, signal, sqlite3, sys, threading
from pathlib import Path
from tests.tools.search.test_killed_ingest import Quick
from tools.search import schema, staging, storage
from tools.search.index import LocalIndex
from tools.search.ingest import ingest

moment = int(sys.argv[3])
counting = threading.Lock()
count = 0

def tick(*_):
    global count
    with counting:
        count += 1
        if count == moment:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return 0

def watched(location, *, uri=False, connect=schema.connect):
    connection = connect(location, uri=uri)
    if not uri:
        connection.set_progress_handler(tick, 400)
        connection.set_trace_callback(tick)
    return connection

storage.connect = staging.connect = watched
index = LocalIndex.open(Path(sys.argv[2]), embedder=Quick())
ingest([Path(sys.argv[1])], index, embedder=Quick(tick), workers=2)
index.close()
print(count, flush=True)
"""


class Quick:
    """Counts letters: instant, and the same in every process."""

    dimensions, name = 26, "letters"

    def __init__(self, told=lambda: None):
        self.told, self.texts = told, 0

    def embed(self, texts):
        self.told()
        self.texts += len(texts)
        rows = np.array([[text.lower().count(chr(97 + at)) + 0.1 for at in range(26)] for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def write(papers, edition):
    papers.mkdir(exist_ok=True)
    for number in range(DOCUMENTS):
        text = f"# Paper {number}\n\nThe {edition} edition of paper {number}. " + " ".join(
            f"Sentence {at} of {edition} paper {number}." for at in range(100)
        )
        (papers / f"{number:03}.md").write_text(text, encoding="utf-8")


def editions(file):
    """Which editions an index holds, by everything in it that a search goes by; fails where these do not agree."""
    with closing(LocalIndex.open(file, embedder=Quick())) as index:
        found = set()
        with index._storage.reading() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = connection.execute("SELECT document, text FROM chunks").fetchall()
            for edition in ("first", "second"):
                words = connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (edition,)).fetchone()[0]
                assert words == sum(edition in text for _, text in rows)
        for _, text in rows:
            found.add("first" if "first" in text else "second")
        best = index.search_now("edition of paper 7", 5)
        assert {"first" if "first" in passage.text else "second" for passage in best} == found
        assert len(index.documents()) == DOCUMENTS == len({document for document, _ in rows})
        return found


def run(papers, file, moment):
    command = [sys.executable, "-c", KILLED, str(papers), str(file), str(moment)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_fifty_moments_an_ingest_leaves_the_old_index_or_the_new_one_never_a_mix(tmp_path):
    papers, original, file = tmp_path / "papers", tmp_path / "original.sqlite", tmp_path / "index.sqlite"
    write(papers, "first")
    with closing(LocalIndex.open(original, create=True, embedder=Quick())) as index:
        ingest([papers], index, embedder=Quick())
    write(papers, "second")
    file.write_bytes(original.read_bytes())
    whole = run(papers, file, 0)
    assert editions(file) == {"second"}, whole.stderr
    moments = int(whole.stdout)
    seen = []
    for moment in random.Random(4).sample(range(1, moments), KILLS):
        for left in tmp_path.glob("index.sqlite*"):
            left.unlink()
        file.write_bytes(original.read_bytes())
        ended = run(papers, file, moment)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        seen.append(editions(file))
    assert all(len(found) == 1 for found in seen)
    assert {"first"} in seen
    # The last one that was killed goes on from where it stood, whatever it left behind.
    with closing(LocalIndex.open(file, embedder=Quick())) as index:
        ingest([papers], index, embedder=Quick())
    assert editions(file) == {"second"}
    assert [path.name for path in tmp_path.glob("index.sqlite-staged*")] == []


@pytest.fixture
def halfway(tmp_path):
    """An index file, and an ingest into it that broke off when half of the texts were embedded."""
    write(tmp_path / "papers", "first")
    file = tmp_path / "index.sqlite"

    class Breaking(Quick):
        def embed(self, texts):
            if self.texts > 100:
                raise RuntimeError("out of power")
            return super().embed(texts)

    with closing(LocalIndex.open(file, create=True, embedder=Quick())) as index:
        with pytest.raises(RuntimeError):
            ingest([tmp_path / "papers"], index, embedder=Breaking())
        assert index.count() == 0
    return tmp_path


def finish(halfway, embedder):
    with closing(LocalIndex.open(halfway / "index.sqlite", embedder=embedder)) as index:
        return ingest([halfway / "papers"], index, embedder=embedder)


def test_what_was_embedded_before_a_break_is_not_embedded_again(halfway):
    embedder = Quick()
    summary = finish(halfway, embedder)
    assert (summary.added, summary.reused + embedder.texts) == (DOCUMENTS, summary.chunks)
    assert summary.reused >= 100
    assert editions(halfway / "index.sqlite") == {"first"}
    assert list(halfway.glob("*-staged*")) == []


def test_documents_that_changed_since_the_break_are_read_anew(halfway):
    write(halfway / "papers", "second")
    (halfway / "papers" / "000.md").unlink()
    (halfway / "papers" / "new.md").write_text("The second edition of paper 7, anew.")
    finish(halfway, Quick())
    assert editions(halfway / "index.sqlite") == {"second"}


def test_what_another_embedder_made_is_not_taken_up(halfway):
    staging = halfway / "index.sqlite-staged"
    other = Staging(staging, "another")
    assert other.held() == {}
    other.close(keep=True)
    assert finish(halfway, Quick()).reused == 0


def test_a_staging_file_that_is_damaged_is_made_anew(halfway):
    (halfway / "index.sqlite-staged").write_bytes(b"no database at all" * 100)
    summary = finish(halfway, Quick())
    assert (summary.added, summary.reused) == (DOCUMENTS, 0)


def test_a_second_ingest_into_the_same_index_is_told_to_wait(halfway):
    first = Staging(halfway / "index.sqlite-staged", "letters")
    with pytest.raises(SearchError, match="another ingest is writing to this index"):
        finish(halfway, Quick())
    first.close(keep=True)
    assert finish(halfway, Quick()).added == DOCUMENTS


def test_an_index_that_somebody_else_changed_meanwhile_is_left_as_it_is(halfway):
    file = halfway / "index.sqlite"
    with closing(LocalIndex.open(file, embedder=Quick())) as index:

        class Meddling(Quick):
            def embed(self, texts):
                if not index.documents():
                    (halfway / "theirs.md").write_text("Theirs.")
                    with index.writing() as writer:
                        writer._connection.execute("INSERT INTO documents VALUES ('x','x','text','0',NULL,1,'','[]')")
                return super().embed(texts)

        with pytest.raises(SearchError, match="changed by somebody else"):
            ingest([halfway / "papers"], index, embedder=Meddling())
        assert [record.path for record in index.documents()] == ["x"]
        embedder = Quick()
        assert ingest([halfway / "papers"], index, embedder=embedder).added == DOCUMENTS
        assert embedder.texts == 0
