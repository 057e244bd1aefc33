"""Items: conversation items, and the responses that list them, from one dialect to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from agent.core.events import objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.dialect import Dialect
    from agent.core.paths import Json


def content_names(source: Dialect, target: Dialect) -> dict[str, str]:
    """Types of the assistant's content in one dialect → in the other, where they differ."""
    to_ga = source.content or {ga: ga for ga in target.content.values()}
    own = {ga: name for name, ga in target.content.items()}
    return {name: own.get(ga, ga) for name, ga in to_ga.items() if own.get(ga, ga) != name}


def item(fields: Json, names: Mapping[str, str]) -> Json:
    """An item with its content under other names; the identical object where nothing of it changes."""
    content = fields.get("content")
    if fields.get("role") != "assistant" or not isinstance(content, list):
        return fields
    parts = [_part(part, names) for part in cast("list[object]", content)]
    same = all(new is old for new, old in zip(parts, cast("list[object]", content), strict=True))
    return fields if same else {**fields, "content": parts}


def marked(fields: Json) -> Json:
    """An item that says what it is; some services leave that out, and some clients look for it."""
    return fields if "object" in fields else {**fields, "object": "realtime.item"}


def response(fields: Json, source: Dialect, target: Dialect, names: Mapping[str, str]) -> Json:
    """A response object, with the items that it lists."""
    result = target.response.from_ga(source.response.to_ga(fields))
    if isinstance(fields.get("output"), list):
        result["output"] = [marked(item(each, names)) for each in objects(fields["output"])]
    return result


def _part(part: object, names: Mapping[str, str]) -> object:
    if not isinstance(part, dict):
        return part
    fields = cast("Json", part)
    name = names.get(str(fields.get("type")))
    return fields if name is None else {**fields, "type": name}
