"""The conversation as the reasoner reads it: who asked what, what the tools gave, what was said last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_OF_TOOLS = frozenset({"function_call", "function_call_output", "mcp_call"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call of a tool and what came of it.

    Attributes:
        name: The tool's name.
        arguments: Its arguments as JSON text.
        output: The result's text; None while there is none.
    """

    name: str
    arguments: str
    output: str | None = None

    def same_call(self, name: str, arguments: str) -> bool:
        """Whether this is a call of that tool with those arguments, however they are spaced and ordered."""
        return self.name == name and _loaded(self.arguments) == _loaded(arguments)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a conversation stands.

    Attributes:
        request: What the user said last, in words; "" when nothing was understood.
        asked: Whether the user has said or written anything at all.
        earlier: What the user said before, oldest first.
        replies: What the assistant had said last after each of those, as far as it was heard; "" where nothing.
        questions: The same, with "" in place of what told a tool's result: that is in the words of others, and whatever
            it seems to ask, the assistant did not ask it.
        said: The last thing the assistant said that was heard at all.
        outcomes: Calls made since the request.
        unheard: Calls made before the request whose results nobody has been told: the user spoke over them.
        late: Calls made before the request whose results came after it, and after all that was said.
    """

    request: str = ""
    asked: bool = False
    earlier: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    said: str = ""
    outcomes: tuple[Outcome, ...] = ()
    unheard: tuple[Outcome, ...] = ()
    late: tuple[Outcome, ...] = ()


def read(items: Sequence[Mapping[str, Any]]) -> Turn:
    """Read the items of a conversation."""
    last = max((at for at, item in enumerate(items) if _is_message(item, "user")), default=-1)
    heard = [at for at, item in enumerate(items) if _is_message(item, "assistant") and text_of(item)]
    heard_before = max((at for at in heard if at < last), default=-1)
    outputs = {
        str(item.get("call_id")): str(item.get("output") or "")
        for item in items
        if _kind(item) == "function_call_output"
    }
    exchanges = _exchanges(items[: last + 1])
    before = [exchange for exchange in exchanges[:-1] if exchange.asked]
    return Turn(
        request=exchanges[-1].asked if exchanges else "",
        asked=bool(exchanges),
        earlier=tuple(exchange.asked for exchange in before),
        replies=tuple(exchange.reply for exchange in before),
        questions=tuple("" if exchange.used_tools else exchange.reply for exchange in before),
        said=text_of(items[heard[-1]]) if heard else "",
        outcomes=_calls(items[last + 1 :], outputs),
        unheard=_calls(items[heard_before + 1 : max(last, 0)], outputs),
        late=_late(items[:last], items[heard[-1] + 1 :], outputs) if heard and heard[-1] > last >= 0 else (),
    )


def text_of(item: Mapping[str, Any]) -> str:
    """What a message says: its texts and transcripts, joined."""
    content: object = item.get("content")
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        return ""
    parts = [_part_text(part) for part in cast("list[Any]", content)]
    return " ".join(part for part in parts if part)


def _part_text(part: object) -> str:
    if not isinstance(part, dict):
        return ""
    mapping = cast("dict[str, Any]", part)
    value = mapping.get("text") or mapping.get("transcript")
    return value.strip() if isinstance(value, str) else ""


def _kind(item: Mapping[str, Any]) -> str:
    return str(item.get("type", "message"))


def _is_message(item: Mapping[str, Any], role: str) -> bool:
    return _kind(item) == "message" and item.get("role") == role


@dataclass(slots=True)
class _Exchange:
    asked: str
    reply: str = ""
    used_tools: bool = False


def _exchanges(items: Sequence[Mapping[str, Any]]) -> list[_Exchange]:
    """What the user said and what was answered; a sentence that a pause cut in two is one again."""
    exchanges: list[_Exchange] = []
    adjacent = False
    for item in items:
        text = text_of(item)
        if _is_message(item, "user"):
            asked = exchanges[-1].asked if exchanges else ""
            if adjacent and text and asked and _unfinished(asked):
                exchanges[-1] = _Exchange(f"{asked.rstrip('-… ')} {text}")
            else:
                exchanges.append(_Exchange(text))
            adjacent = True
        elif _is_message(item, "assistant") and text:
            if exchanges:
                exchanges[-1].reply = text
            adjacent = False
        elif not _is_message(item, "assistant"):
            adjacent = False
            if exchanges and _kind(item) in _OF_TOOLS:
                exchanges[-1].used_tools = True
    return exchanges


def _unfinished(text: str) -> bool:
    # Ears write a full stop or a question mark where a sentence ends, and dots or a dash where it breaks off.
    return text[-1].isalpha() or text[-1] in ",-\u2013\u2014\u2026"


def _calls(items: Sequence[Mapping[str, Any]], outputs: Mapping[str, str]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(str(item.get("name")), str(item.get("arguments") or "{}"), outputs.get(str(item.get("call_id"))))
        for item in items
        if _kind(item) == "function_call"
    )


def _late(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], outputs: Mapping[str, str]
) -> tuple[Outcome, ...]:
    came = {item.get("call_id") for item in after if _kind(item) == "function_call_output"}
    return _calls([item for item in before if item.get("call_id") in came], outputs)


def _loaded(arguments: str) -> object:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
