"""What an index holds: the record of a document, and the chunks it was cut into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_WORD = re.compile(r"[^\W_]+")
# Begins the line of a context that stands further up in the document itself. No reader lets it begin a line.
_LEAD = "\n\u22ef "


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the index knows it.

    Attributes:
        path: Relative to the folder it was ingested from, with forward slashes; unique within the index.
        title: The document's own title, else its file name without suffix.
        format: What it was read as: `"markdown"`, `"text"`, `"html"`, `"pdf"`, `"docx"` or `"pptx"`.
        sha256: Hash of the file's bytes, in hex; tells whether it must be read again.
        pages: How many pages (PDF) or slides (PPTX); None where the format has none.
        size: The file's size in bytes.
        source: Absolute path of the file it was read from, as `Path.as_posix` writes it; a later ingest of one folder
            must not remove what came from another, and the server opens the file by it. Stored with the record.
        access: Who may read it, as labels (see `tools.search.access`); none for everybody.
    """

    path: str
    title: str
    format: str
    sha256: str
    pages: int | None
    size: int
    source: str = ""
    access: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, small enough to be embedded and read out.

    Attributes:
        id: Stable while the document is unchanged, unique within the index.
        document: The document's path.
        ordinal: Position among the document's chunks, from 0.
        page: 1-based page (PDF) or slide (PPTX); None where the format has none.
        headings: The headings the passage stands under, outermost first.
        start: First character of the passage in the text of its page (or of the whole document where `page` is None).
        end: The character after its last.
        text: The passage as it is shown.
        context: What the passage is about but does not say itself: usually the document's title and the heading
            path. It is searched and embedded with the text. Of it only what `led_by` added is shown, as the passage's
            lead.
    """

    id: str
    document: str
    ordinal: int
    page: int | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    context: str = ""

    @property
    def about(self) -> str:
        """The context and, where it says more, the file's name.

        People name files for others to find, while titles are often letterheads that many documents share.
        """
        path = PurePosixPath(self.document)
        name = _WORD.findall(path.stem) if path.suffix else []
        said = {word.casefold() for word in _WORD.findall(self.context)}
        if all(word.casefold() in said for word in name):
            return self.context
        return f"{' '.join(name)} > {self.context}" if self.context else " ".join(name)

    @property
    def meaning(self) -> str:
        """What is to be embedded: what the passage is about, unless it begins with that itself, and its text."""
        return meaning(self.about, self.text)


def meaning(about: str, text: str) -> str:
    """What is embedded of a passage; see `Chunk.meaning`.

    Args:
        about: What it is about.
        text: The passage.
    """
    about = about.replace(_LEAD, "\n")
    if not about or text.lower().startswith(about.lower()):
        return text
    return f"{about}\n{text}"


def led_by(context: str, lead: str) -> str:
    """A context with what the passage goes on from: its table's header, the line that announces its list.

    Args:
        context: What the passage is about.
        lead: The line; "" for none.
    """
    return f"{context}{_LEAD}{lead}" if lead else context


def lead_of(context: str) -> str:
    """What the passage goes on from; "" where it begins by itself.

    Args:
        context: As `led_by` made it, whatever came to stand before or after.
    """
    return context.partition(_LEAD)[2].partition("\n")[0]
