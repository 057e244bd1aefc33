"""The search tool: short passages for the model to answer from, full citations for the client to show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tools.context import ToolContext  # noqa: TC001  (read at run time, from the hint)
from tools.decorator import tool
from tools.errors import SearchError, ToolError
from tools.result import Result
from tools.search.backend import Passages
from tools.speculation import Speculation, plain_words, same_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tools.search.backend import Backend, Passage

DESCRIPTION = (
    "Search the documents for passages that answer a question. "
    "Use it for every question on a subject that the documents may treat, and answer only from what it finds."
)
NOTHING_FOUND = "Nothing in the documents matches."
_LONGEST = 1200  # characters of a passage; a model that speaks needs a few sentences, and pays for each token
# The last two are the ideographic full stop and the full-width marks, which no space follows.
_SENTENCE_END = re.compile("[.!?\u2026](?=\\s)|\n|[\u3002\uff01\uff1f]")


def search_tool(
    backend: Backend,
    *,
    top: int = 5,
    name: str = "search",
    description: str = DESCRIPTION,
    speculate: bool = True,
    agrees: Callable[[str, str], bool] = same_words,
) -> Callable[[str, ToolContext], Awaitable[Result]]:
    """Make a tool that searches an index.

    Args:
        backend: The index.
        top: How many passages the model gets at most.
        name: The tool's name for the model; two indexes in one agent need two names.
        description: What the model is told of it; say what the documents are about.
        speculate: Search while the user still speaks, where the session does so at all.
        agrees: Told the user's words and then the model's query, whether the passages for the first answer the second.
            The default, the same words, changes no result.

    Returns:
        The tool, a plain coroutine function.
    """

    @tool(name=name, description=description, speculate=Speculation("query", agrees) if speculate else None)
    async def search(query: str, context: ToolContext) -> Result:
        """Search the documents.

        Args:
            query: What to look for, as a full question or keywords that stand by themselves.
            context: The call; its user decides which documents may be found.
        """
        try:
            # Closing marks go, whoever asks: what a voice says has none, and the same words must find the same.
            passages = await backend.search(plain_words(query), top=top, user=context.user)
        except SearchError as error:
            raise ToolError(f"The documents cannot be searched now: {error}") from error
        return _result(passages)

    return search


def _result(passages: Sequence[Passage]) -> Result:
    answer: dict[str, Any] = {"passages": [_short(passage) for passage in passages]}
    notes = [] if passages else [NOTHING_FOUND]
    if isinstance(passages, Passages) and passages.incomplete:
        notes.append(passages.incomplete)
    if notes:
        answer["note"] = " ".join(notes)
    citations = [passage.citation() for passage in passages]
    return Result(
        for_model=json.dumps(answer, ensure_ascii=False), for_client={"citations": citations}, citations=citations
    )


def _short(passage: Passage) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": passage.id, "document": passage.document}
    if passage.page is not None:
        shown["page"] = passage.page
    shown["title"] = passage.title
    if passage.headings:
        shown["section"] = " > ".join(passage.headings)
    return {**shown, "text": whole_sentences(passage.text, _LONGEST), "score": round(passage.score, 3)}


def whole_sentences(text: str, longest: int) -> str:
    """The beginning of a text, cut where a sentence or line ends.

    Args:
        text: Any text.
        longest: Characters at most.
    """
    if len(text) <= longest:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, longest) if match.end()]
    if ends:
        return text[: ends[-1]].rstrip()
    # One sentence longer than that: better cut between words and say so than not shown.
    return text[: longest - 1].rsplit(None, 1)[0] + "…"
