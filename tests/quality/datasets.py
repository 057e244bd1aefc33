"""The sets that retrieval is measured on, each taken into an index of its own by the product's own code."""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from evidence import BM25, Measured, Query, gather
from measures import hit, ndcg

from tools.search.document import Chunk, DocumentRecord
from tools.search.index import LocalIndex
from tools.search.ingest import ingest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tools.search.embedder import Embedder

FORMATS = ("md", "html", "docx", "pptx", "pdf")


def passages(data: Path, cache: Path, embedder: Embedder, *, name: str, target: float) -> Measured:
    """A set in the layout of BEIR: passages as they are, graded judgements."""
    folder = data / name
    index = LocalIndex.open(cache / f"{name}.sqlite", create=True, embedder=embedder)
    corpus = list(_lines(folder / "corpus.jsonl"))
    if index.count() != len(corpus):
        _take_in(index, embedder, corpus)
    grades: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, passage, grade = line.split("\t")
        grades.setdefault(query, {})[passage] = float(grade)
    queries = [
        Query(line["text"], grades[line["_id"]]) for line in _lines(folder / "queries.jsonl") if line["_id"] in grades
    ]
    return _measured(index, embedder, queries, ndcg, name=name, metric="nDCG@10", target=target, key=_document)


def contoso(data: Path, cache: Path, embedder: Embedder, *, target: float) -> Measured:
    """A handbook in PDF: is the right page among the first five?"""
    folder = data / "contoso"
    index = LocalIndex.open(cache / "contoso.sqlite", create=True, embedder=embedder)
    ingest([folder / "pdf", *sorted(folder.glob("*.md"))], index, embedder=embedder)
    queries = [
        Query(line["question"], {_page(gold["file"], _or_none(gold)): 1.0 for gold in line["gold"]})
        for line in _lines(folder / "qa" / "answerable.jsonl")
    ]
    return _measured(
        index,
        embedder,
        queries,
        partial(hit, depth=5),
        name="contoso",
        metric="page in top 5",
        target=target,
        key=_page,
    )


def multicorpus(data: Path, cache: Path, embedder: Embedder, *, target: float) -> Iterator[Measured]:
    """The same documents in five formats: is the right document first?"""
    folder = data / "multicorpus"
    companies = sorted(path for path in (folder / "datasets").iterdir() if path.is_dir())
    present = {company.name for company in companies}
    queries = [
        Query(line["query"], {_letters(gold): 1.0 for gold in line["gold_docs"]})
        for line in _lines(folder / "queries.jsonl")
        if line["org"] in present
    ]
    for kind in FORMATS:
        index = LocalIndex.open(cache / f"multicorpus-{kind}.sqlite", create=True, embedder=embedder)
        ingest([company / kind for company in companies], index, embedder=embedder)
        yield _measured(
            index,
            embedder,
            queries,
            partial(hit, depth=1),
            name=f"multicorpus {kind}",
            metric="document first",
            target=target,
            key=_stem,
            group="multicorpus",
        )


def _measured(
    index: LocalIndex,
    embedder: Embedder,
    queries: Sequence[Query],
    measure: Callable[..., float],
    *,
    name: str,
    metric: str,
    target: float,
    key: Callable[[str, int | None], str],
    group: str = "",
) -> Measured:
    plain, evidence = gather(index, embedder, queries, BM25), gather(index, embedder, queries)
    names = [key(document, page) for document, page in index.places()]
    return Measured(name, metric, target, queries, evidence, plain, names, measure, group or name)


def _take_in(index: LocalIndex, embedder: Embedder, corpus: Sequence[dict[str, Any]]) -> None:
    chunks = [
        Chunk(
            id=line["_id"],
            document=line["_id"],
            ordinal=0,
            page=None,
            headings=(),
            start=0,
            end=len(line["text"]),
            text=line["text"],
            context=line.get("title", ""),
        )
        for line in corpus
    ]
    vectors = embedder.embed([chunk.meaning for chunk in chunks])
    with index.writing() as writer:
        for chunk, vector in zip(chunks, vectors, strict=True):
            digest = hashlib.sha256(chunk.meaning.encode()).hexdigest()
            record = DocumentRecord(chunk.id, chunk.context, "text", digest, None, len(chunk.text))
            writer.put(record, [chunk], np.atleast_2d(vector))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _document(document: str, _: int | None) -> str:
    return document


def _page(document: str, page: int | None) -> str:
    return f"{document}#{page}"


def _or_none(gold: dict[str, Any]) -> int | None:
    """A format without pages has one, by the judges' count."""
    return gold["page"] if gold["file"].endswith(".pdf") else None


def _stem(document: str, _: int | None) -> str:
    return _letters(document.rsplit("/", 1)[-1].rsplit(".", 1)[0])


def _letters(name: str) -> str:
    """File names of the set have odd spaces."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
