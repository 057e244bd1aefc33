"""Questions with what the search tool gives for them: some that the documents answer, some that they do not."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import datasets
from samples import Talk, load

from agent.samples import documents_path
from tools import ToolContext
from tools.search.index import LocalIndex
from tools.search.tool import search_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tools.context import User
    from tools.search.backend import Passage
    from tools.search.embedder import Embedder

SAMPLE = 200  # questions of a set that is not measured itself, only fitted on
SEED = 7
PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question after the search.

    Attributes:
        source: The set it is from.
        question: The question.
        answerable: Whether the passages can hold the answer.
        output: The search tool's output for the model.
        citations: The same passages as the client gets them.
        gold: Where the answer stands, as (document's file name, page) pairs; empty where the set does not say.
    """

    source: str
    question: str
    answerable: bool
    output: str
    citations: Sequence[Mapping[str, Any]]
    gold: frozenset[tuple[str, int | None]] = field(default_factory=frozenset)


def contoso(data: Path, cache: Path, embedder: Embedder) -> list[Asked]:
    """A handbook's questions: 201 that it answers, 45 that it does not."""
    datasets.contoso(data, cache, embedder, target=0)  # takes the documents into the index
    index = LocalIndex.open(cache / "contoso.sqlite", embedder=embedder)
    folder = data / "contoso" / "qa"
    asked: list[Asked] = []
    for name, answerable in (("answerable", True), ("unanswerable", False)):
        for line in _lines(folder / f"{name}.jsonl"):
            gold = frozenset((one["file"], one["page"]) for one in line.get("gold", ()))
            output, citations = _searched(_Held(index, set()), line["question"])
            asked.append(Asked("contoso", line["question"], answerable, output, citations, gold))
    return asked


def samples(embedder: Embedder) -> list[Asked]:
    """Questions over the packaged documents, those that are kept to check with left out."""
    talk = Talk(documents_path(), embedder)
    asked: list[Asked] = []
    for name, several in load().items():
        for question in several:
            if "keep" not in name and not question.before:
                output, citations = _searched(_Held(talk.index, set()), question.text)
                asked.append(Asked("samples", question.text, bool(question.right), output, citations))
    return asked


def held_out(data: Path, cache: Path, embedder: Embedder, *, name: str) -> list[Asked]:
    """Questions of another set, each asked twice: of all its documents, and of those without the right ones."""
    index_name, queries = _passages(data, name) if name == "nq" else _companies(data)
    if name == "nq":
        datasets.passages(data, cache, embedder, name="nq", target=0)
    else:
        next(iter(datasets.multicorpus(data, cache, embedder, target=0)))
    index = LocalIndex.open(cache / f"{index_name}.sqlite", embedder=embedder)
    key: Callable[[str], str] = str if name == "nq" else _stem
    asked: list[Asked] = []
    for question, right in random.Random(SEED).sample(queries, min(SAMPLE, len(queries))):
        output, citations = _searched(_Held(index, set()), question)
        if any(key(str(citation["document"])) in right for citation in citations):
            asked.append(Asked(name, question, True, output, citations))
        output, citations = _searched(_Held(index, right, key), question)
        asked.append(Asked(name, question, False, output, citations))
    return asked


@dataclass(slots=True)
class _Held:
    """An index with some documents held back."""

    index: LocalIndex
    without: set[str]
    key: Callable[[str], str] = str

    async def search(self, query: str, *, top: int = PASSAGES, user: User | None = None) -> Sequence[Passage]:
        found = self.index.search_now(query, top=top if not self.without else 10 * top)
        return [passage for passage in found if self.key(passage.document) not in self.without][:top]


def _searched(index: _Held, question: str) -> tuple[str, Sequence[Mapping[str, Any]]]:
    result = asyncio.run(search_tool(index, top=PASSAGES)(question, ToolContext()))
    return str(result.for_model), result.citations


def _passages(data: Path, name: str) -> tuple[str, list[tuple[str, set[str]]]]:
    right: dict[str, set[str]] = {}
    for line in (data / name / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, passage, _ = line.split("\t")
        right.setdefault(query, set()).add(passage)
    lines = _lines(data / name / "queries.jsonl")
    return name, [(line["text"], right[line["_id"]]) for line in lines if line["_id"] in right]


def _companies(data: Path) -> tuple[str, list[tuple[str, set[str]]]]:
    folder = data / "multicorpus"
    present = {path.name for path in (folder / "datasets").iterdir()}
    lines = [line for line in _lines(folder / "queries.jsonl") if line["org"] in present]
    return "multicorpus-md", [(line["query"], {_letters(name) for name in line["gold_docs"]}) for line in lines]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _stem(document: str) -> str:
    return _letters(document.rsplit("/", 1)[-1].rsplit(".", 1)[0])


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
