"""Passages in a tool's output: the text-like lists that JSON from any search tool holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = (
    "passages",
    "results",
    "documents",
    "chunks",
    "hits",
    "matches",
    "sources",
    "snippets",
    "items",
    "data",
    "value",
)
_TEXTS = ("text", "content", "passage", "chunk", "snippet", "body", "excerpt", "summary", "description", "page_content")
_TITLES = ("title", "name", "heading")
_NAMES = (*_TITLES, "document", "source", "file", "filename")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a tool found.

    Attributes:
        text: The passage.
        title: What its document or page calls itself; "" when nothing says.
        heading: The innermost heading that it stands under; "" when nothing says.
        name: Title, document and section, whatever there is, to tell passages of like text apart.
        score: The tool's own score; None where it gives none. Comparable only within one output.
    """

    text: str
    title: str = ""
    heading: str = ""
    name: str = ""
    score: float | None = None


def find(output: str) -> list[Found] | None:
    """Read the passages of an output.

    Returns:
        The passages, best first, [] when a search found nothing, None when this is no search's output.
    """
    try:
        data: object = json.loads(output)
    except (ValueError, RecursionError):
        return None
    return _in_value(data)


def _in_value(data: object) -> list[Found] | None:
    if isinstance(data, list):
        return _in_list(cast("list[object]", data))
    if not isinstance(data, dict):
        return None
    mapping = cast("dict[str, object]", data)
    for key in _LISTS:
        value = mapping.get(key)
        if isinstance(value, list):
            found = _in_list(cast("list[object]", value))
            # An empty list is an answer ("nothing found") only under a name that can mean nothing else.
            if found or (found == [] and key in {"passages", "results", "hits", "matches", "chunks"}):
                return found
    return None


def _in_list(values: list[object]) -> list[Found] | None:
    if not values:
        return []
    found = [passage for value in values if (passage := _passage(value))]
    return found if len(found) * 2 >= len(values) else None


def _passage(value: object) -> Found | None:
    if isinstance(value, str):
        # A list of words is a list, not passages.
        return Found(value) if len(value.split()) >= 8 else None
    if not isinstance(value, dict):
        return None
    mapping = cast("Mapping[str, Any]", value)
    text = next((mapping[key] for key in _TEXTS if isinstance(mapping.get(key), str) and mapping[key].strip()), None)
    if text is None or (len(text.split()) < 4 and "score" not in mapping):
        return None
    score = mapping.get("score")
    headings = _headings(mapping)
    return Found(
        text,
        heading=headings[-1] if headings else "",
        title=next((str(mapping[key]) for key in _TITLES if isinstance(mapping.get(key), str)), ""),
        name=" ".join([*(str(mapping[key]) for key in _NAMES if isinstance(mapping.get(key), str)), *headings]),
        score=float(score) if isinstance(score, int | float) else None,
    )


def _headings(mapping: Mapping[str, Any]) -> list[str]:
    """The headings that a passage stands under, outermost first: a list, or one text with arrows."""
    value: object = mapping.get("headings", mapping.get("section"))
    if isinstance(value, str):
        return [heading.strip() for heading in value.split(" > ")]
    return [str(heading) for heading in cast("list[object]", value)] if isinstance(value, list) else []
