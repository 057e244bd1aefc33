"""Links: where a citation opens, and where the very words that bear out a sentence are marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from agent.pages import document_url
from tools.citation import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Words at either end of a stretch by which a browser finds it; a whole paragraph in an address helps nobody.
_ENDS = 4
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def linked(citations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Number citations and say where each opens, and each of its supports.

    Args:
        citations: As `tools.search.citing.cite` gives them. They may come from anybody's tool: what one lacks of the
            fields that clients are promised is added.
    """
    return [
        {
            **citation,
            "number": number,
            "url": source_url(citation),
            "supports": [{**each, "url": support_url(citation, each)} for each in citation.get("supports", ())],
        }
        for number, citation in enumerate(map(whole, citations), 1)
    ]


def source_url(citation: Mapping[str, Any]) -> str:
    """Where a citation's document opens: its own address on the web, or one of ours; a script is no address.

    Returns:
        The address; "" for what stands in no document.
    """
    foreign = _foreign(citation)
    if foreign is not None:
        return foreign
    return document_url(citation) if citation["document"] else ""


def support_url(citation: Mapping[str, Any], support: Mapping[str, Any]) -> str:
    """Where the words that bear out a sentence are marked.

    Args:
        citation: The citation.
        support: One of its supports.

    Returns:
        For one of our documents the server's page of its text, which marks them; for one elsewhere its own address
        with a text fragment, by which browsers find and mark them. Where they have no place on the page, the document.
    """
    foreign = _foreign(citation)
    if foreign is not None:
        return _with_fragment(foreign, str(support.get("text", "")))
    if support.get("start") is None or not citation["document"]:
        return source_url(citation)
    where = {"view": "passage", "start": support["start"], "end": support["end"]}
    page = citation.get("page")
    query = urlencode({**where, "page": page} if page else where)
    return f"/documents/{quote(str(citation['document']))}?{query}#passage"


def _foreign(citation: Mapping[str, Any]) -> str | None:
    url = citation.get("url")
    return url if isinstance(url, str) and _WEB.match(url) else None


def _with_fragment(url: str, text: str) -> str:
    words = text.split()
    if not words or ":~:" in url:
        return url
    ends = [words] if len(words) <= 2 * _ENDS else [words[:_ENDS], words[-_ENDS:]]
    # In this place a hyphen, a comma and an ampersand have meanings of their own.
    told = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={told}"
