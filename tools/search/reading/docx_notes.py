"""The footnotes and endnotes of a Word file, which stand in parts of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from tools.search.reading.office import Element, W

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from docx.document import Document

Notes: TypeAlias = "Mapping[tuple[str, str | None], Element]"

# What refers to a note, and in which part it is then found.
_KINDS = {
    W + "footnoteReference": (RELATIONSHIP_TYPE.FOOTNOTES, W + "footnote"),
    W + "endnoteReference": (RELATIONSHIP_TYPE.ENDNOTES, W + "endnote"),
}


def notes_of(document: Document) -> Notes:
    """The notes, each by the tag and the number that refer to it.

    Args:
        document: The opened file.
    """
    notes: dict[tuple[str, str | None], Element] = {}
    for relation in document.part.rels.values():
        for reference, (part, tag) in _KINDS.items():
            if relation.reltype == part and not relation.is_external:
                root = Element(parse_xml(cast("str", relation.target_part.blob)))
                notes.update(((reference, note.get(W + "id")), note) for note in root.find_all(tag))
    return notes


def noted(element: Element, notes: Notes, skipped: Collection[str]) -> Iterator[Element]:
    """The notes that a paragraph or table refers to, in order.

    Args:
        element: The paragraph or table.
        notes: As `notes_of` gives them.
        skipped: Tags of what is not read in it.
    """
    for child in element:
        if child.tag in _KINDS:
            if note := notes.get((child.tag, child.get(W + "id"))):
                yield note
        elif child.tag not in skipped:
            yield from noted(child, notes, skipped)
