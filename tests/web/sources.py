"""An assistant that answers from real documents, for tests of what the page makes of its citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.links import linked
from tools.search.citing import cite

if TYPE_CHECKING:
    from agent.library import Library
    from tests.web.conftest import Scripted


async def found(library: Library, question: str, answer: str, document: str) -> list[dict[str, Any]]:
    """The citations of an answer, made as the server makes them.

    Args:
        library: The documents.
        question: What is searched for.
        answer: What is answered.
        document: The document that must be among those cited: the test is about it.
    """
    passages = [passage.citation() for passage in await library.index.search(question, top=5)]
    citations = linked(cite(answer, passages))
    for each in citations:
        each["supports"] = [{**support, "content_index": 0} for support in each["supports"]]  # as a session places them
    chosen = [each for each in citations if each["document"] == document and each["supports"]]
    assert chosen, [each["document"] for each in citations]
    return chosen


async def answer(session: Scripted, text: str, citations: list[dict[str, Any]], *, spoken: bool = True) -> None:
    """Ask, and be answered with citations."""
    await session.introduce()
    await session.item("u1", "user", None, "A question.")
    await session.send("response.created", response={"id": "r1"})
    await session.item("a1", "assistant", "u1")
    if spoken:
        await session.speak("a1", text, 0.2)
    else:
        await write(session, "a1", text)
    await session.send("extension.citations", response_id="r1", item_id="a1", citations=citations, heard=None)


async def write(session: Scripted, item_id: str, text: str) -> None:
    """Answer in writing, in pieces."""
    part = {"response_id": "r1", "item_id": item_id, "output_index": 0, "content_index": 0}
    for at in range(0, len(text), 9):
        await session.send("response.output_text.delta", **part, delta=text[at : at + 9])
    await session.send("response.output_text.done", **part, text=text)
    await session.send("response.done", response={"id": "r1", "status": "completed", "output": []})
