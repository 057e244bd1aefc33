"""Citation: what clients are promised of each passage that an answer rests on, whoever's tool found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# What stands there where a tool did not say it, or not as promised.
_FIELDS: Mapping[str, tuple[Any, Any]] = {
    "id": (str, ""),
    "document": (str, ""),
    "page": (int | None, None),
    "title": (str, ""),
    "text": (str, ""),
    "score": (int | float, 0.0),
    "headings": (list, []),
    "start": (int, 0),
    "end": (int, 0),
}
# Characters of its text by which a passage is called that has no other name.
_AS_TITLE = 60


def whole(citation: Mapping[str, Any]) -> dict[str, Any]:
    """A citation with every field that clients are promised.

    Args:
        citation: As a tool gave it.
    """
    result = {**citation}
    for name, (kind, otherwise) in _FIELDS.items():
        if name not in result or not isinstance(result[name], kind):
            result[name] = otherwise
    result["headings"] = [str(each) for each in result["headings"]]
    if not result["title"] and not result["document"]:
        url = result.get("url")
        result["title"] = url if isinstance(url, str) and url else result["text"][:_AS_TITLE]
    return result
