"""The sample documents: what is shipped is what the sources say, and every gold answer stands where it should."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import docx
import pptx
import pypdfium2
import pytest

from agent import samples

QUESTIONS = [json.loads(line) for line in samples.questions_path().read_text(encoding="utf-8").splitlines()]
GOLD = [row for row in QUESTIONS if row["kind"] != "unanswerable"]


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("sample_builder", Path(__file__).with_name("build.py"))
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name while they are made.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _table(rows) -> str:
    return "\n".join(cell.text for row in rows for cell in row.cells)


def _shape(shape) -> str:
    return shape.text_frame.text if shape.has_text_frame else _table(shape.table.rows)


def pages(path: Path) -> list[str]:
    """The text of each page or slide; one entry where the format has no pages."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            texts = [page.get_textpage().get_text_bounded() for page in pdf]
    elif path.suffix == ".docx":
        document = docx.Document(str(path))
        texts = ["\n".join([*(p.text for p in document.paragraphs), *(_table(t.rows) for t in document.tables)])]
    elif path.suffix == ".pptx":
        texts = [" ".join(map(_shape, slide.shapes)) for slide in pptx.Presentation(str(path)).slides]
    else:
        texts = [path.read_text(encoding="utf-8")]
    return [_squeezed(text) for text in texts]


def test_the_samples_are_at_least_six_files_in_five_formats_and_small():
    documents = list(samples.documents_path().iterdir())
    assert len(documents) >= 6
    assert len({path.suffix for path in documents}) >= 5
    assert sum(path.stat().st_size for path in documents) < 1_000_000
    assert max(len(pages(path)) for path in documents if path.suffix == ".pdf") >= 6


def test_the_committed_binaries_say_what_their_sources_say(builder, tmp_path):
    built = builder.build(tmp_path)
    assert len(built) == len(builder.TARGETS)
    for path in built:
        assert pages(samples.documents_path() / path.name) == pages(path), f"{path.name}: run tests/samples/build.py"


def test_building_twice_gives_the_same_bytes(builder, tmp_path):
    first = [path.read_bytes() for path in builder.build(tmp_path / "one")]
    assert first == [path.read_bytes() for path in builder.build(tmp_path / "two")]


def test_every_pdf_has_a_title(builder):
    for path in samples.documents_path().glob("*.pdf"):
        with pypdfium2.PdfDocument(path) as pdf:
            assert pdf.get_metadata_value("Title") == builder.read(path.stem).title


@pytest.mark.parametrize("row", GOLD, ids=[row["id"] for row in GOLD])
def test_a_gold_answer_stands_on_its_page(row):
    texts = pages(samples.documents_path() / row["document"])
    if row["page"] is None:
        assert len(texts) == 1, f"{row['document']} has pages: say which"
    text = texts[(row["page"] or 1) - 1]
    assert row["answer"].lower() in text.lower()


def test_there_are_enough_questions_of_each_kind():
    kinds = [row["kind"] for row in QUESTIONS]
    assert kinds.count("answerable") >= 25
    assert kinds.count("unanswerable") >= 6
    assert kinds.count("follow-up") >= 3
    assert len({row["id"] for row in QUESTIONS}) == len(QUESTIONS)


def test_a_follow_up_follows_a_question_about_the_same_document():
    by_id = {row["id"]: row for row in QUESTIONS}
    for row in (row for row in QUESTIONS if row["kind"] == "follow-up"):
        first = by_id[row["after"]]
        assert (first["document"], first["page"]) == (row["document"], row["page"])
        assert first["answer"] != row["answer"]


def test_every_document_is_asked_about():
    assert {row["document"] for row in GOLD} == {path.name for path in samples.documents_path().iterdir()}


def test_the_examples_on_the_page_are_among_the_questions():
    assert set(samples.EXAMPLES) <= {row["question"] for row in QUESTIONS if row["kind"] == "answerable"}
