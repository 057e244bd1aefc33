import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import docx
import numpy as np
import pptx
import pytest
from fpdf import FPDF

from tools.errors import IngestError
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.reading import read_document

TEXT = "The ferry to Bergen leaves at nine. "


@pytest.fixture
def index():
    with closing(LocalIndex.in_memory()) as index:
        yield index


@pytest.fixture
def take(index):
    def run(*paths, **options):
        return ingest([Path(path) for path in paths], index, embedder=shared_embedder(), **options)

    return run


@pytest.fixture
def folder(tmp_path):
    """One document of each format, in one folder."""
    root = tmp_path / "papers"
    (root / "sub folder").mkdir(parents=True)
    (root / "a.md").write_text(f"# Ferries\n\n{TEXT}")
    (root / "b.txt").write_text("Bread is baked at six.")
    (root / "sub folder" / "ü 日本.html").write_text("<h1>Bags</h1><p>Two bags a guest.</p>")
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    for words in ("Cars pay ninety crowns.", "Bicycles travel free."):
        pdf.add_page()
        pdf.cell(text=words)
    pdf.output(str(root / "c.pdf"))
    word = docx.Document()
    word.add_paragraph("Dogs stay on the open deck.")
    word.save(str(root / "d.docx"))
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Life jackets lie under the seats"
    deck.save(str(root / "e.pptx"))
    return root


def names(index):
    return [document.path for document in index.documents()]


def reasons(summary):
    return {skipped.path: skipped.reason for skipped in summary.skipped}


def test_every_format_is_taken_in_and_found_where_it_stands(folder, take, index):
    summary = take(folder)
    assert (summary.added, summary.chunks, summary.pages, summary.skipped) == (6, 7, 3, [])
    assert names(index) == ["a.md", "b.txt", "c.pdf", "d.docx", "e.pptx", "sub folder/ü 日本.html"]
    for query, document, page in [
        ("when does the ferry leave", "a.md", None),
        ("what does a bicycle cost", "c.pdf", 2),
        ("where do dogs go", "d.docx", None),
        ("where are the life jackets", "e.pptx", 1),
        ("how many bags", "sub folder/ü 日本.html", None),
    ]:
        best = index.search_now(query, 1)[0]
        assert (best.document, best.page) == (document, page)
        # What the server shows in place is what was found.
        assert read_document(folder / best.document).page_text(page)[best.start : best.end] == best.text


def test_what_did_not_change_is_not_read_again_and_what_did_is(folder, take, index):
    take(folder)
    (folder / "a.md").write_text("# Trains\n\nThe train to Oslo leaves at ten.")
    (folder / "b.txt").unlink()
    (folder / "new.txt").write_text("A new paper.")
    os.utime(folder / "c.pdf")
    summary = take(folder)
    counts = (summary.added, summary.updated, summary.unchanged, summary.removed, summary.chunks)
    assert counts == (1, 1, 4, 1, 2)
    assert "b.txt" not in names(index)
    assert "Oslo" in index.search_now("train to Oslo", 1)[0].text
    assert take(folder).unchanged == 6


def test_taking_in_one_folder_does_not_remove_what_came_from_another(tmp_path, take, index):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"Paper of {name}")
    take(tmp_path / "one")
    assert take(tmp_path / "two").removed == 0
    assert names(index) == ["a.md", "two/a.md"]
    assert (take(tmp_path / "one", tmp_path / "two").unchanged, names(index)) == (2, ["a.md", "two/a.md"])


def test_a_folder_that_moved_keeps_its_names(tmp_path, take, index):
    old = tmp_path / "old"
    old.mkdir()
    (old / "a.md").write_text(TEXT)
    take(old)
    old.rename(tmp_path / "new")
    assert take(tmp_path / "new").updated == 1
    assert [document.source for document in index.documents()] == [(tmp_path / "new" / "a.md").as_posix()]


def test_each_bad_file_is_a_line_in_the_summary_and_the_rest_goes_on(folder, take, index):
    (folder / "empty.txt").touch()
    (folder / "broken.pdf").write_bytes((folder / "c.pdf").read_bytes()[:150])
    (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "really a pdf.txt").write_bytes((folder / "c.pdf").read_bytes() + b"\n")
    with (folder / "large.md").open("wb") as file:
        file.truncate(200_000_000)
    summary = take(folder)
    assert {name: reason.split(":")[0] for name, reason in reasons(summary).items()} == {
        "broken.pdf": "damaged",
        "empty.txt": "empty",
        "large.md": "too large",
        "picture.md": "not a document",
    }
    assert summary.added == 7
    assert {document.path: document.format for document in index.documents()}["really a pdf.txt"] == "pdf"


def test_a_document_that_became_unreadable_stays_as_it_was(folder, take, index):
    take(folder)
    (folder / "d.docx").write_bytes(b"PK\x03\x04 cut short")
    summary = take(folder)
    assert "stays in the index" in reasons(summary)["d.docx"]
    assert summary.removed == 0
    assert "Dogs" in index.search_now("where do dogs go", 1)[0].text


def test_a_file_that_vanishes_while_others_are_read_is_reported_and_removed(folder, take, index):
    take(folder)
    (folder / "a.md").write_text("changed")

    def remove(progress):
        (folder / "d.docx").unlink(missing_ok=True)

    summary = take(folder, progress=remove)
    assert "vanished" in reasons(summary)["d.docx"]
    assert (summary.removed, summary.updated) == (1, 1)
    assert "d.docx" not in names(index)
    (folder / "fresh.txt").write_text("gone before it was ever read")
    summary = take(folder, progress=lambda _: (folder / "fresh.txt").unlink(missing_ok=True))
    assert (summary.removed, list(reasons(summary))) == (0, ["fresh.txt"])


def test_a_folder_that_cannot_be_listed_keeps_its_documents(folder, take, index, monkeypatch):
    take(folder)
    listing = Path.iterdir

    def refuse(self):
        if self.name == "sub folder":
            raise PermissionError(13, "Permission denied")
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    summary = take(folder)
    assert (summary.removed, reasons(summary)) == (0, {"sub folder": "cannot be listed: Permission denied"})


@pytest.mark.parametrize("content", [{}, {"photo.png": b"x"}, {"a.md": b""}, {f"{n}.md": b"" for n in range(7)}])
def test_nothing_to_read_is_an_error_and_the_index_stays(folder, tmp_path, take, index, content):
    take(folder)
    other = tmp_path / "other"
    other.mkdir()
    for name, data in content.items():
        (other / name).write_bytes(data)
    with pytest.raises(IngestError, match="could be read" if "md" in str(content) else "no documents") as error:
        take(other)
    assert "other" in str(error.value)
    assert ("and 2 more" in str(error.value)) == (len(content) == 7)
    assert len(names(index)) == 6


def test_a_missing_path_is_an_error_that_names_it(tmp_path, take, index):
    with pytest.raises(IngestError, match="nowhere"):
        take(tmp_path / "nowhere")


def test_progress_is_told_from_the_first_document_to_the_last(folder, take):
    told = []
    summary = take(folder, progress=told.append)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert (told[0].document, told[0].done, told[0].chunks) == ("a.md", 0, 0)
    assert (told[-1].done, told[-1].total, told[-1].chunks) == (6, 6, summary.chunks)


def test_an_embedder_that_fails_halfway_leaves_the_index_as_it_was(folder, take, index):
    take(folder)
    (folder / "a.md").write_text("new words")
    (folder / "b.txt").write_text("\n\n".join(f"# {n}\n\n" + f"word{n} " * 150 for n in range(150)))

    class Failing:
        dimensions, name, calls = 384, "failing", 0

        def embed(self, texts):
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("no more")
            return np.ones((len(texts), 384), dtype=np.float32)

    with pytest.raises(RuntimeError):
        ingest([folder], index, embedder=Failing())
    assert "ferry" in index.search_now("when does the ferry leave", 1)[0].text


KILLED = """
import sys
from pathlib import Path
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
embedder = shared_embedder()
embedder.embed(["warm"])
print("begun", flush=True)
ingest([Path(sys.argv[1])], LocalIndex.open(Path(sys.argv[2])), embedder=embedder)
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.02, 0.1, 0.3, 0.8])
def test_an_ingest_killed_at_any_moment_leaves_the_previous_index_whole(tmp_path, delay):
    papers, file = tmp_path / "papers", tmp_path / "index.sqlite"
    papers.mkdir()
    (papers / "a.md").write_text(f"# Ferries\n\n{TEXT}")
    index = LocalIndex.open(file, create=True)
    ingest([papers], index, embedder=shared_embedder())
    index.close()
    (papers / "a.md").write_text("# Trains\n\nThe train to Oslo leaves at ten.")
    for number in range(200):
        (papers / f"more {number}.md").write_text(f"# Paper {number}\n\n{TEXT * 60}")

    command = [sys.executable, "-c", KILLED, str(papers), str(file)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout.readline().strip() == b"begun"
        time.sleep(delay)
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    index = LocalIndex.open(file)
    assert names(index) == ["a.md"]
    assert "ferry" in index.search_now("when does the ferry leave", 1)[0].text
    # And the next one finds nothing in its way.
    for number in range(1, 200):
        (papers / f"more {number}.md").unlink()
    assert ingest([papers], index, embedder=shared_embedder()).updated == 1
    assert "Oslo" in index.search_now("train to Oslo", 1)[0].text
    index.close()
