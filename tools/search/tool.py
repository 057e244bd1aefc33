"""The search tool: short passages for the model to answer from, full citations for the client to show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from tools.context import ToolContext  # noqa: TC001  (read at run time, from the hint)
from tools.decorator import tool
from tools.errors import SearchError, ToolError
from tools.quoting import NOTICE, clean
from tools.result import Result
from tools.search.backend import Passages
from tools.search.followups import leans, whole
from tools.search.trouble import told
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

    def answers(said: str, asked: str) -> bool:
        # What leans on the conversation is made whole only when the call comes.
        return not leans(asked) and agrees(said, asked)

    @tool(name=name, description=description, speculate=Speculation("query", answers) if speculate else None)
    async def search(query: str, context: ToolContext) -> Result:
        """Search the documents.

        Args:
            query: What to look for, as a full question or keywords that stand by themselves: for a follow-up such as
                "and for children?", the whole question that it means.
            context: The call; its user decides which documents may be found, its conversation what a follow-up means.
        """
        try:
            # Closing marks go, whoever asks: what a voice says has none, and the same words must find the same.
            wanted = plain_words(whole(query, context.conversation))
            passages = await backend.search(wanted, top=top, user=context.user)
        except SearchError as error:
            raise ToolError(told(error, "searched")) from error
        return _result(passages)

    return search


def _result(passages: Sequence[Passage]) -> Result:
    # JSON, so that no passage can end its quotation: that takes a quotation mark, and those in it are escaped.
    quoted = {"about": NOTICE} if passages else {}
    answer: dict[str, Any] = {**quoted, "passages": [_short(passage) for passage in passages]}
    notes = [] if passages else [NOTHING_FOUND]
    if isinstance(passages, Passages) and passages.incomplete:
        notes.append(passages.incomplete)
    if notes:
        answer["note"] = " ".join(notes)
    citations = [sendable(passage.citation()) for passage in passages]
    return Result(
        for_model=json.dumps(answer, ensure_ascii=False), for_client={"citations": citations}, citations=citations
    )


def sendable(value: Any) -> Any:
    """The same without halves of surrogate pairs: a file's name can hold one, and it must not cost the whole result."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: sendable(each) for name, each in cast("dict[str, Any]", value).items()}
    return [sendable(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value


def _short(passage: Passage) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": clean(passage.id), "document": clean(passage.document)}
    if passage.page is not None:
        shown["page"] = passage.page
    shown["title"] = clean(passage.title)
    if passage.headings:
        shown["section"] = clean(" > ".join(passage.headings))
    if passage.lead:
        shown["follows"] = clean(passage.lead)
    shown |= {"text": whole_sentences(clean(passage.text), _LONGEST), "score": round(passage.score, 3)}
    if passage.also:
        shown["also_in"] = [
            clean(one.document if one.page is None else f"{one.document} p. {one.page}") for one in passage.also
        ]
    return shown


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
