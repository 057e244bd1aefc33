"""Items in preview's shape: what an assistant said is `text` and `audio` there, and every item names its kind."""

from __future__ import annotations

from typing import Any, cast

from agent.engine.wire_errors import invalid

_TO_PREVIEW = {"output_text": "text", "output_audio": "audio"}
_SUPPORTED = "'input_text', 'input_audio', 'item_reference' and 'text'"
_TO_GA = {own: ga for ga, own in _TO_PREVIEW.items()}


def item_outward(item: dict[str, Any]) -> dict[str, Any]:
    """A GA item as a preview client sees it."""
    shown = {"id": item["id"], "object": "realtime.item", **item}
    if "content" in item:
        shown["content"] = [part | {"type": _TO_PREVIEW.get(part["type"], part["type"])} for part in item["content"]]
    return shown


def item_inward(item: object, path: str = "item") -> Any:
    """A preview client's item in GA's words; what is no item is left as it is, for the session to refuse.

    Args:
        item: The item.
        path: Where it stands in the client's event.

    Raises:
        WireError: What the assistant said is named as GA names it, which a preview service does not know.
    """
    if not isinstance(item, dict):
        return item
    given = cast("dict[str, Any]", item)
    content = given.get("content")
    if not isinstance(content, list):
        return given
    parts = enumerate(cast("list[object]", content))
    return given | {"content": [_part_inward(part, f"{path}.content[{index}].type") for index, part in parts]}


def _part_inward(part: object, path: str) -> object:
    if not isinstance(part, dict):
        return part
    given = cast("dict[str, Any]", part)
    kind = given.get("type")
    if isinstance(kind, str) and kind in _TO_PREVIEW:
        raise invalid(path, f"Invalid value: '{kind}'. Supported values are: {_SUPPORTED}.")
    return given | {"type": _TO_GA[kind]} if isinstance(kind, str) and kind in _TO_GA else given
