"""Remembered: what of one conversation item a later session has to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.events import objects

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = dict[str, Any]

# What stands for a sound or a picture that cannot be handed on.
UNTRANSCRIBED = "(The user said something here that was not written down.)"
PICTURE = "(The user showed a picture here.)"

# Speech has some fifteen characters a second; used only where nobody knows how long the sound was.
MS_PER_CHARACTER = 66

_PLAIN = ("id", "kind", "role", "call_id", "name", "text", "placed", "whole", "generation")
_INPUT_TYPES = {"message", "function_call", "function_call_output"}
# Begins the id of an item that has none yet. No service takes such an id, so none can be confused with it.
MAKESHIFT = "~"
# Ids that a service takes from a client: at most 32 characters of these.
PORTABLE_ID = re.compile(r"[\w.:-]{1,32}\Z", re.ASCII)


@dataclass(slots=True)
class Part:
    """One content part of a message.

    Attributes:
        kind: `"text"`, `"audio"` or `"image"`.
        text: Its text or transcript; None while nobody knows it.
        end_ms: Where its sound was cut, in ms; None where it was not.
        length_ms: How much sound there was when it was cut, in ms; 0 where nobody knows.
    """

    kind: str
    text: str | None = None
    end_ms: int | None = None
    length_ms: int = 0

    @property
    def heard(self) -> str:
        """The part of the text that was heard."""
        text = self.text or ""
        return text if self.end_ms is None else heard(text, self.end_ms, self.length_ms)


@dataclass(slots=True)
class Remembered:
    """One item.

    Attributes:
        id: As the client knows it; an item that no service has acknowledged yet has a makeshift one.
        kind: Its `type` on the wire.
        role: Of a message: `"user"`, `"assistant"` or `"system"`.
        parts: Of a message: its parts by their content index.
        call_id: Of a call or an output.
        name: Of a call: the tool.
        text: The arguments of a call, the output of an output.
        placed: A service has said that it stands in the conversation.
        whole: Nothing more will come of it.
        generation: Counts the sessions; the one in which the item came to be.
    """

    id: str
    kind: str
    role: str = ""
    parts: dict[int, Part] = field(default_factory=dict[int, Part])
    call_id: str = ""
    name: str = ""
    text: str = ""
    placed: bool = True
    whole: bool = False
    generation: int = 0

    @classmethod
    def of(cls, item: Mapping[str, Any], item_id: str) -> Remembered:
        """Remember an item as it stands on the wire."""
        remembered = cls(item_id, _string(item.get("type")), _string(item.get("role")))
        remembered.learn(item)
        return remembered

    def learn(self, item: Mapping[str, Any]) -> None:
        """Take over what another event tells of the same item; what it leaves out stays known."""
        self.call_id = _string(item.get("call_id")) or self.call_id
        self.name = _string(item.get("name")) or self.name
        self.text = _string(item.get("arguments")) or _string(item.get("output")) or self.text
        for index, part in enumerate(objects(item.get("content"))):
            kind = _string(part.get("type"))
            told = part.get("text") if "text" in kind else part.get("transcript")
            self.tell(index, _kind(kind), told if isinstance(told, str) else None)

    def tell(self, index: int, kind: str, text: str | None) -> None:
        """A part's text becomes known. It only grows: a service that shortens it after a truncate is not believed."""
        part = self.parts.setdefault(index, Part(kind))
        if text is not None and len(text) >= len(part.text or ""):
            part.text = text

    @property
    def size(self) -> int:
        """How much room it takes in a model's context, in characters, with something for its frame."""
        return 32 + len(self.text) + sum(len(part.text or UNTRANSCRIBED) for part in self.parts.values())

    @property
    def makeshift(self) -> bool:
        """Whether its id is not the one by which the client knows it, or will."""
        return self.id.startswith(MAKESHIFT)

    @property
    def opens_turn(self) -> bool:
        """Whether a new turn of the conversation begins with it."""
        return self.kind == "message" and self.role == "user"

    @property
    def untranscribed(self) -> bool:
        """Whether its transcript may yet come."""
        return self.opens_turn and any(part.kind == "audio" and part.text is None for part in self.parts.values())

    def seed(self) -> Json | None:
        """The item for a later session, without an id; None where there is nothing to tell."""
        match self.kind:
            case "function_call":
                return {"type": self.kind, "call_id": self.call_id, "name": self.name, "arguments": self.text or "{}"}
            case "function_call_output":
                return {"type": self.kind, "call_id": self.call_id, "output": self.text}
            case "message":
                content = [part for _, each in sorted(self.parts.items()) for part in self._seeds(each)]
                return {"type": self.kind, "role": self.role, "content": content} if content else None
            case _:
                # A service makes these by itself (`mcp_list_tools` …) and takes them from nobody.
                return None

    def view(self) -> Json:
        """The item as a service would retrieve it, without its sound."""
        shown: Json = {"id": self.id, "object": "realtime.item", "type": self.kind, "status": "completed"}
        if self.kind == "message":
            content = [self._view(part) for _, part in sorted(self.parts.items())]
            return shown | {"role": self.role, "content": content}
        fields = self.seed()
        return shown | fields if fields else shown

    def kept(self) -> Json:
        """All that is known of it, as JSON; `restored` makes it again."""
        parts = [[index, each.kind, each.text, each.end_ms, each.length_ms] for index, each in self.parts.items()]
        fields = {name: getattr(self, name) for name in _PLAIN}
        return fields | {"parts": parts}

    @classmethod
    def restored(cls, kept: Json) -> Remembered:
        """An item as `kept` gave it."""
        parts = {index: Part(*rest) for index, *rest in kept["parts"]}
        return cls(parts=parts, **{name: kept[name] for name in _PLAIN})

    def _seeds(self, part: Part) -> list[Json]:
        if self.role == "assistant":
            # The cut is by the sound; a service takes no spoken message of the assistant's from us, only its text.
            return [{"type": "output_text", "text": part.heard}] if part.heard else []
        text = part.text or {"audio": UNTRANSCRIBED, "image": PICTURE}.get(part.kind, "")
        return [{"type": "input_text", "text": text}] if text else []

    def _view(self, part: Part) -> Json:
        side = "output" if self.role == "assistant" else "input"
        if part.kind == "audio":
            return {"type": f"{side}_audio", "transcript": part.heard if part.text is not None else None}
        return {"type": f"{side}_{part.kind}"} | ({"text": part.heard} if part.kind == "text" else {})


def seedable(kind: str) -> bool:
    """Whether items of this type can be given to a service by a client."""
    return kind in _INPUT_TYPES


def heard(text: str, end_ms: int, length_ms: int) -> str:
    """The beginning of a text whose sound was cut.

    Args:
        text: All that was said.
        end_ms: Where the sound was cut.
        length_ms: How long it was; 0 where nobody knows.
    """
    length = length_ms or len(text) * MS_PER_CHARACTER
    if not text or end_ms >= length:
        return text
    end = len(text) * max(end_ms, 0) // length
    kept = text[:end]
    if _spells(text[end]):
        # A word that broke off was not heard as that word.
        while kept and _spells(kept[-1]):
            kept = kept[:-1]
    return kept.rstrip()


def _spells(character: str) -> bool:
    """Whether words are spelt with it, in a script that has letters; in others a character is heard or it is not."""
    return character.lower() != character.upper() or character.isdecimal() or character in "'\u2019"


def _kind(wire_type: str) -> str:
    return next((kind for kind in ("audio", "image") if kind in wire_type), "text")


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
