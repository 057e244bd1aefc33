"""Print how well the reasoner answers over the packaged sample documents: `python tests/quality/samples.py [--show]`.

Every question goes through the index, the search tool and the reasoner as a typed question to `vocative run` does:
small talk, the choice of the tool, the refusal and all. See `sample_questions.toml` for what counts as right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.assistant import INSTRUCTIONS
from agent.engine.parts import Call, Say, Thought
from agent.engine.thinking import replies
from agent.engine.thinking.extractive import Extractive
from agent.samples import documents_path, questions_path
from tools import ToolContext, spec_of
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest
from tools.search.tool import search_tool

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.search.embedder import Embedder

# What has been reached, so that a change that loses some is seen; the unanswerable are near the subjects on purpose.
TARGETS = {"packaged": 0.90, "tune": 0.70, "keep": 0.65, "unanswerable": 0.75}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what a right answer holds.

    Attributes:
        text: The question.
        right: Words of which one must stand in the answer; empty where the documents do not say.
        before: The question that it follows, if it does.
    """

    text: str
    right: tuple[str, ...] = ()
    before: str = ""

    def answered(self, said: str) -> bool:
        """Whether an answer is right."""
        if not self.right:
            return replies.NOT_IN_DOCUMENTS in said
        return any(words.lower() in said.lower() for words in self.right)


class Talk:
    """The reasoner over an index of documents, asked one question after another, each in a conversation of its own."""

    def __init__(self, documents: Path, embedder: Embedder) -> None:
        self.index = LocalIndex.in_memory(embedder=embedder)
        ingest([documents], self.index, embedder=embedder)
        self._search = search_tool(self.index)
        self._tool = spec_of(self._search).definition()
        self._reasoner = Extractive(embedder, clock=lambda: datetime(2026, 6, 10, 12, tzinfo=UTC))

    def ask(self, question: Question) -> str:
        """What is said to a question."""
        items = [_message("user", question.before), _message("assistant", "")] if question.before else []
        items.append(_message("user", question.text))
        for piece in self._decide(items):
            if isinstance(piece, Say):
                return piece.text
            output = asyncio.run(self._search(**json.loads(piece.arguments), context=ToolContext())).for_model
            call = {"call_id": "call_1", "name": piece.name, "arguments": piece.arguments}
            items += [{"type": "function_call", **call}]
            items += [{"type": "function_call_output", "call_id": "call_1", "output": str(output)}]
        return " ".join(piece.text for piece in self._decide(items) if isinstance(piece, Say))

    def _decide(self, items: Sequence[dict[str, Any]]) -> list[Say | Call]:
        return self._reasoner.decide(Thought(INSTRUCTIONS, list(items), [self._tool], "auto", None))


def load() -> dict[str, list[Question]]:
    """Every list of questions by its name."""
    lines = [json.loads(line) for line in questions_path().read_text(encoding="utf-8").splitlines()]
    asked = {line["id"]: line["question"] for line in lines}
    packaged = [
        Question(line["question"], (line["answer"],) if line["answer"] else (), asked.get(line.get("after"), ""))
        for line in lines
    ]
    ours = tomllib.loads(Path(__file__).with_name("sample_questions.toml").read_text(encoding="utf-8"))
    return {
        "packaged": [question for question in packaged if question.right],
        "tune": [Question(text, tuple(right)) for text, *right in ours["tune"]],
        "keep": [Question(text, tuple(right)) for text, *right in ours["keep"]],
        "unanswerable": [question for question in packaged if not question.right]
        + [Question(text) for text in ours["unanswerable"]],
    }


def report(lists: dict[str, list[Question]], talk: Talk, show: Collection[str]) -> bool:
    """Print the table.

    Args:
        lists: The questions.
        talk: Who is asked.
        show: The lists whose every answer is printed.

    Returns:
        Whether every target is reached.
    """
    print(f"{'questions (samples)':<22}{'asked':>6}{'right':>7}{'refused':>9}{'target':>8}")
    reached = True
    for name, questions in lists.items():
        said = [talk.ask(question) for question in questions]
        right = [question.answered(answer) for question, answer in zip(questions, said, strict=True)]
        refused = sum(replies.NOT_IN_DOCUMENTS in answer for answer in said) / len(said)
        share = sum(right) / len(right)
        reached &= share >= TARGETS[name]
        print(f"{name:<22}{len(questions):>6}{share:7.3f}{refused:9.3f}{TARGETS[name]:8.2f}")
        if name in show:
            for question, answer, good in zip(questions, said, right, strict=True):
                print(f"  {'+' if good else '-'} {question.text}\n      {answer}")
    return reached


def _message(role: str, text: str) -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def main() -> int:
    """Run from the command line; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", nargs="*", default=(), metavar="LIST", help="print every answer of these lists")
    return 0 if report(load(), Talk(documents_path(), shared_embedder()), parser.parse_args().show) else 1


if __name__ == "__main__":
    sys.exit(main())
