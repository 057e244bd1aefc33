"""References: what a knowledge base names as its sources, as passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from tools.search.azure.results import passage_of, score_of
from tools.search.backend import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from azure.search.documents.knowledgebases.models import KnowledgeBaseReference

    from tools.search.azure.layout import Layout

_ADDRESSES: Final = ("blobUrl", "docUrl", "url")  # one for each kind of source that is no index


def passages_of(
    references: Iterable[KnowledgeBaseReference], texts: Mapping[str, Mapping[str, Any]], layouts: Mapping[int, Layout]
) -> list[Passage]:
    """References as passages, best first.

    Args:
        references: As the knowledge base lists them.
        texts: What its answer says of each, by the reference's id.
        layouts: The layout of the index behind each activity; none for what is no index.
    """
    found = [_passage(each, texts.get(each.id, {}), layouts.get(each.activity_source)) for each in references]
    return sorted((each for each in found if each), key=lambda passage: -passage.score)


def _passage(reference: KnowledgeBaseReference, told: Mapping[str, Any], layout: Layout | None) -> Passage | None:
    data = reference.source_data or {}
    score = score_of({"@search.reranker_score": reference.reranker_score or 0.0}, lists=1)
    said = str(told.get("content") or "")
    if layout is not None:
        filled = {**data}
        if layout.key and not filled.get(layout.key):
            filled[layout.key] = reference.get("docKey") or reference.id
        if not filled.get(layout.text):
            filled[layout.text] = said
        if layout.title and not filled.get(layout.title):
            filled[layout.title] = str(told.get("title") or "")
        return passage_of(filled, layout, score=score)
    url = next((str(reference.get(name)) for name in _ADDRESSES if reference.get(name)), "")
    text = said or next((str(data[name]) for name in ("snippet", "content", "text") if data.get(name)), "")
    if not text.strip():
        return None
    document = unquote(urlsplit(url).path).strip("/") or url or reference.id
    title = str(reference.get("title") or told.get("title") or document.rsplit("/", 1)[-1])
    return Passage(
        id=url or reference.id,
        document=document,
        title=title,
        text=text,
        score=score,
        end=len(text),
        url=url if url.startswith(("https://", "http://")) else None,
    )
