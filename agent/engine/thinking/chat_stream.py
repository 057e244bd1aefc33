"""A streamed chat completion, put together: text in pieces fit to be spoken, calls whole, usage last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from agent.engine.parts import Call, ReasonerError, Say, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SENTENCE_END = re.compile(r".*[.!?…][\"'\u201d\u2019)\]]*\s|.*\n", re.DOTALL)
_CLAUSE_END = re.compile(r".*[,;:\u2013\u2014]\s", re.DOTALL)
CLAUSE = 80  # characters from which a piece may end inside a sentence


@dataclass(slots=True)
class _PartialCall:
    name: str = ""
    arguments: str = ""
    id: str = ""


class Assembler:
    """Puts the chunks of one completion together."""

    def __init__(self) -> None:
        self._text = ""
        self._calls: dict[int, _PartialCall] = {}
        self._usage: Mapping[str, Any] = {}
        self._finish = ""

    @property
    def finished(self) -> bool:
        """Whether the endpoint said that the completion is complete."""
        return bool(self._finish)

    def add(self, chunk: Mapping[str, Any]) -> Iterator[Say]:
        """Take in a chunk.

        Yields:
            Text that is ready to be spoken.

        Raises:
            ReasonerError: The chunk reports an error.
        """
        if chunk.get("error"):
            raise ReasonerError(f"the chat endpoint broke off: {detail(chunk)}")
        if isinstance(usage := chunk.get("usage"), dict):
            self._usage = cast("dict[str, Any]", usage)
        choices = chunk.get("choices")
        listed = cast("list[object]", choices) if isinstance(choices, list) else []
        choice = _mapping(listed[0] if listed else None)
        delta = _mapping(choice.get("delta") or choice.get("message"))
        self._finish = str(choice.get("finish_reason") or self._finish)
        tool_calls = delta.get("tool_calls")
        for piece in cast("list[object]", tool_calls) if isinstance(tool_calls, list) else []:
            self._add_call(_mapping(piece))
        if isinstance(text := delta.get("content") or delta.get("refusal"), str):
            self._text += text
            ready = self._ready()
            if ready:
                yield Say(ready)

    def rest(self) -> Iterator[Say | Call | Usage]:
        """What is left when the stream has ended: the last words, the calls, the usage."""
        if self._text:
            yield Say(self._text)
            self._text = ""
        for _, call in sorted(self._calls.items()):
            if call.name:
                yield Call(call.name, call.arguments or "{}")
        details = {"finish_reason": self._finish} if self._finish else {}
        yield Usage(_count(self._usage, "prompt_tokens"), _count(self._usage, "completion_tokens"), details)

    def _ready(self) -> str:
        end = _SENTENCE_END.match(self._text) or (_CLAUSE_END.match(self._text) if len(self._text) >= CLAUSE else None)
        if not end:
            return ""
        ready, self._text = self._text[: end.end()], self._text[end.end() :]
        return ready

    def _add_call(self, piece: Mapping[str, Any]) -> None:
        index, call_id = piece.get("index"), str(piece.get("id") or "")
        if not isinstance(index, int):
            # Some endpoints leave the index out: a new id is a new call, no id goes on with the last.
            known = next((at for at, call in self._calls.items() if call_id and call.id == call_id), None)
            last = max(self._calls, default=-1)
            index = known if known is not None else last + 1 if call_id or last < 0 else last
        call = self._calls.setdefault(index, _PartialCall())
        call.id = call.id or call_id
        function = _mapping(piece.get("function"))
        call.name += str(function.get("name") or "")
        call.arguments += str(function.get("arguments") or "")


def detail(error: Mapping[str, Any]) -> str:
    """The message in an error body, whichever of the usual shapes it has."""
    inner: object = error.get("error", error)
    if isinstance(inner, dict):
        mapping = cast("dict[str, Any]", inner)
        return str(mapping.get("message") or mapping.get("detail") or mapping.get("code") or "no reason given")
    return str(inner or "no reason given")


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _count(usage: Mapping[str, Any], key: str) -> int:
    value = usage.get(key)
    return value if isinstance(value, int) else 0
