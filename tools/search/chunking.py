"""Cuts a document into chunks: whole paragraphs and sentences of one page, small enough for the embedder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from tools.search.document import Chunk, led_by
from tools.search.leads import Leads
from tools.search.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.search.reading import Block, DocumentText, PageText

LARGEST = 160  # words; with its context a chunk then fits the 256 word pieces that MiniLM sees
_ENOUGH = 60  # words at which a chunk ends before a new heading, and below which a leftover joins the chunk before
_CONTINUATION = 30  # words of the next page that tell what a chunk at a page's foot is about
_LEAD_IN = 10  # words; a shorter line without a full stop announces what follows
# Scripts without spaces: a character counts as a word. So do 40 letters or signs on end, which a file may be full of.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]"
    r"|[^\W\u3040-\u9fff\uac00-\ud7af]{1,40}(?:['\u2019-]\w{1,40})*|[^\w\s]{40}"
)


def count_words(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def _room(text: str) -> int:
    """The words that a stretch counts for in a chunk; one of nothing but signs takes room as well."""
    return max(1, count_words(text))


def chunk_document(document: DocumentText, path: str, *, largest: int = LARGEST) -> list[Chunk]:
    """Cut a document into chunks, none of which crosses a page.

    Args:
        document: The document's text.
        path: Its name within the index.
        largest: Most words in a chunk.

    Returns:
        The chunks in reading order. A page of few words makes one chunk, a blank page none.
    """
    chunks: list[Chunk] = []
    for page, following in zip_longest(document.pages, document.pages[1:]):
        for group in _merged(_packed(_units(page, largest), largest), largest):
            chunks.append(_chunk(document, page, group, path, len(chunks)))
        if chunks and chunks[-1].page == page.number and following and document.format == "pdf":
            chunks[-1] = _with_continuation(chunks[-1], following)
    return chunks


@dataclass(frozen=True, slots=True)
class _Unit:
    """A stretch of a page that is not cut: a sentence, a paragraph, a row, a heading."""

    start: int
    end: int
    words: int
    headings: tuple[str, ...]
    opens: bool = False  # begins a section
    leads: bool = False  # belongs with what follows
    lead: str = ""  # the line further up that it goes on from


def _units(page: PageText, largest: int) -> list[_Unit]:
    leads = Leads(page.text)
    units: list[_Unit] = []
    for block in page.blocks:
        made = list(_block_units(page.text, block, largest))
        announced = leads.announced(block, leads=made[-1].leads)
        carried = leads.header(block) or announced
        units += [replace(unit, lead=carried if at else announced) for at, unit in enumerate(made)]
    return units


def _block_units(text: str, block: Block, largest: int) -> Iterator[_Unit]:
    words = _room(text[block.start : block.end])
    if block.kind == "heading":
        yield _Unit(block.start, block.end, words, block.headings, opens=True, leads=True)
        return
    if words <= largest:
        last = text[block.end - 1]
        leads = block.kind == "paragraph" and (last == ":" or (words < _LEAD_IN and last.isalnum()))
        yield _Unit(block.start, block.end, words, block.headings, leads=leads)
        return
    pieces = (
        _line_spans(text, block) if block.kind in {"table", "code"} else sentence_spans(text, block.start, block.end)
    )
    for position, (start, end) in enumerate(pieces):
        for piece in _short(text, start, end, largest):
            # A table's first row names its columns.
            leads = block.kind == "table" and position == 0
            yield _Unit(*piece, _room(text[piece[0] : piece[1]]), block.headings, leads=leads)


def _line_spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    start = block.start
    for line in text[block.start : block.end].split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _short(text: str, start: int, end: int, largest: int) -> Iterator[tuple[int, int]]:
    """A sentence, or as many pieces of one that is longer than a chunk may be."""
    words = [match.start() for match in _WORD.finditer(text, start, end)]
    cuts = [start, *words[largest::largest], end]
    for begun, stop in pairwise(cuts):
        piece = text[begun:stop].rstrip()
        if piece:
            yield begun, begun + len(piece)


def _packed(units: Sequence[_Unit], largest: int) -> list[list[_Unit]]:
    """Fill chunks one after the other; headings and lead-ins move on with what they announce."""
    groups: list[list[_Unit]] = []
    group: list[_Unit] = []
    for unit in units:
        size = sum(one.words for one in group)
        full = size + unit.words > largest
        if group and (full or (unit.opens and size >= _ENOUGH and not group[-1].leads)):
            kept, moved = _without_lead(group)
            # What is nothing but leads must not be moved on for ever.
            if not kept or sum(one.words for one in moved) + unit.words > largest:
                kept, moved = group, []
            groups.append(kept)
            group = moved
        group.append(unit)
    if group:
        groups.append(group)
    return groups


def _without_lead(group: list[_Unit]) -> tuple[list[_Unit], list[_Unit]]:
    at = len(group)
    while at and group[at - 1].leads:
        at -= 1
    return group[:at], group[at:]


def _merged(groups: Sequence[list[_Unit]], largest: int) -> list[list[_Unit]]:
    """Join a leftover to the chunk before it where both fit together."""
    merged: list[list[_Unit]] = []
    for group in groups:
        words = sum(unit.words for unit in group)
        before = sum(unit.words for unit in merged[-1]) if merged else 0
        if merged and min(words, before) < _ENOUGH and words + before <= largest:
            merged[-1] = [*merged[-1], *group]
        else:
            merged.append(group)
    return merged


def _chunk(document: DocumentText, page: PageText, group: Sequence[_Unit], path: str, ordinal: int) -> Chunk:
    start, end = group[0].start, group[-1].end
    text = page.text[start:end]
    headings = _common([unit.headings for unit in group])
    key = f"{path}\0{ordinal}\0{text}".encode()
    return Chunk(
        id=hashlib.blake2b(key, digest_size=8).hexdigest(),
        document=path,
        ordinal=ordinal,
        page=page.number,
        headings=headings,
        start=start,
        end=end,
        text=text,
        context=led_by(_context(document.title, headings), group[0].lead),
    )


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings under which all of a chunk stands."""
    shortest = min(paths, key=len)
    for depth, heading in enumerate(shortest):
        if any(path[depth] != heading for path in paths):
            return shortest[:depth]
    return shortest


def _context(title: str, headings: tuple[str, ...]) -> str:
    """Title and headings; what one of them says already is not said again."""
    said = [title]
    for heading in headings:
        if not any(heading.casefold() in one.casefold() for one in said):
            said.append(heading)
    return " > ".join(said)


def _with_continuation(chunk: Chunk, following: PageText) -> Chunk:
    """A page's last chunk, found also by how its section goes on overleaf.

    A section that begins at the foot of a page is asked for by what it says, most of which stands on the next page;
    yet the page to open is the one where it begins.
    """
    if not following.blocks or following.blocks[0].kind == "heading":
        return chunk
    stop = next((block.start for block in following.blocks if block.kind == "heading"), len(following.text))
    unfinished = chunk.text[-1] not in ".!?"
    end = 0
    for position, span in enumerate(sentence_spans(following.text, 0, stop)):
        if not (position == 0 and unfinished) and count_words(following.text[: span[1]]) > _CONTINUATION:
            break
        end = span[1]
    return replace(chunk, context=f"{chunk.context}\n{following.text[:end]}") if end else chunk
