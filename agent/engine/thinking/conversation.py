"""The conversation as the reasoner reads it: who asked what, what the tools gave, what was said last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
        said: What the assistant has said, oldest first, as far as it was heard; never empty texts.
        replied: What the assistant had said last before the request; "" when nothing.
        outcomes: Calls made since the request.
        unheard: Calls made before the request whose results nobody has been told: the user spoke over them.
    """

    request: str = ""
    asked: bool = False
    earlier: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    replied: str = ""
    outcomes: tuple[Outcome, ...] = ()
    unheard: tuple[Outcome, ...] = ()


def read(items: Sequence[Mapping[str, Any]]) -> Turn:
    """Read the items of a conversation."""
    last = max((at for at, item in enumerate(items) if _is_message(item, "user")), default=-1)
    outputs = {
        str(item.get("call_id")): str(item.get("output") or "")
        for item in items
        if _kind(item) == "function_call_output"
    }
    asked = _user_texts(items[: last + 1])
    heard_at = max(
        (at for at, item in enumerate(items) if _is_message(item, "assistant") and text_of(item)), default=-1
    )
    before = items[: max(last, 0)]
    replies = [text for item in before if _is_message(item, "assistant") and (text := text_of(item))]
    return Turn(
        request=asked[-1] if asked else "",
        asked=bool(asked),
        earlier=tuple(text for text in asked[:-1] if text),
        said=tuple(text for item in items if _is_message(item, "assistant") and (text := text_of(item))),
        replied=replies[-1] if replies else "",
        outcomes=_calls(items[last + 1 :], outputs),
        unheard=_calls(before[heard_at + 1 :] if heard_at < last else (), outputs),
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


def _user_texts(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the user said, message by message; a sentence that a pause cut in two is one again."""
    texts: list[str] = []
    adjacent = False
    for item in items:
        if _is_message(item, "user"):
            text = text_of(item)
            if adjacent and text and texts[-1] and _unfinished(texts[-1]):
                texts[-1] = f"{texts[-1].rstrip('-… ')} {text}"
            else:
                texts.append(text)
            adjacent = True
        elif not (_is_message(item, "assistant") and not text_of(item)):
            adjacent = False
    return texts


def _unfinished(text: str) -> bool:
    # Ears write a full stop or a question mark where a sentence ends, and dots or a dash where it breaks off.
    return text[-1].isalpha() or text[-1] in ",-–—…"


def _calls(items: Sequence[Mapping[str, Any]], outputs: Mapping[str, str]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(str(item.get("name")), str(item.get("arguments") or "{}"), outputs.get(str(item.get("call_id"))))
        for item in items
        if _kind(item) == "function_call"
    )


def _loaded(arguments: str) -> object:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
