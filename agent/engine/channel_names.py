"""The preview's names on a data channel: whole events to and from GA's, by the tables of `core.dialect`."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

from agent.core.dialect import PREVIEW

Json: TypeAlias = dict[str, Any]

# `.added` becomes `.created`; the preview has no second event for the item's end.
_UNKNOWN = frozenset({"conversation.item.done"})
_PARTS_TO_PREVIEW = {"output_text": "text", "output_audio": "audio"}
_PARTS_TO_GA = {"text": "output_text", "audio": "output_audio"}


def to_preview(event: Json) -> Json | None:
    """A GA event of the session as the preview names it; None where the preview has no such event."""
    if event["type"] in _UNKNOWN:
        return None
    shown: Json = {**event, "type": PREVIEW.event_from_ga(event["type"])}
    if "session" in shown:
        shown["session"] = session_to_preview(shown["session"])
    if "response" in shown:
        shown["response"] = _response(shown["response"])
    if "item" in shown:
        shown["item"] = _item(shown["item"], _PARTS_TO_PREVIEW)
    return shown


def from_preview(event: Json) -> Json:
    """A peer's event in GA's names."""
    read = dict(event)
    for name in ("session", "response"):
        if isinstance(read.get(name), dict):
            read[name] = PREVIEW.session_to_ga(read[name])
    if isinstance(read.get("response"), dict):
        read["response"].pop("type", None)
    if isinstance(read.get("item"), dict):
        item = cast("Json", read["item"])
        read["item"] = _item(item, _PARTS_TO_GA) if item.get("role") == "assistant" else item
    return read


def session_to_preview(session: Json) -> Json:
    """A GA session object as the preview shows it."""
    return {"object": "realtime.session", **PREVIEW.session_from_ga(session)}


def _response(response: Json) -> Json:
    shown = PREVIEW.session_from_ga(response)
    shown["object"] = response["object"]
    shown["output"] = [_item(item, _PARTS_TO_PREVIEW) for item in response["output"]]
    return shown


def _item(item: Json, parts: dict[str, str]) -> Json:
    content = item.get("content")
    if not isinstance(content, list):
        return item
    renamed = [_part(part, parts) for part in cast("list[object]", content)]
    return {**item, "content": renamed}


def _part(part: object, names: dict[str, str]) -> object:
    if not isinstance(part, dict):
        return part
    fields = cast("Json", part)
    return {**fields, "type": names.get(str(fields.get("type")), fields.get("type"))}
