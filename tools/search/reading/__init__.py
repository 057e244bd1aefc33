"""Reading documents: Markdown, text, HTML, PDF, Word and PowerPoint files become pages of text with headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.search.reading.document_text import FORMATS, Block, DocumentText, Format, PageText
from tools.search.reading.errors import UnreadableError
from tools.search.reading.formats import SUFFIXES, detect_format, reader_of
from tools.search.reading.snapshot import DEFAULT_SIZE_LIMIT, take_snapshot

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FORMATS",
    "SUFFIXES",
    "Block",
    "DocumentText",
    "Format",
    "PageText",
    "UnreadableError",
    "parse",
    "read_document",
]


def parse(data: bytes, name: str) -> DocumentText:
    """Make text of a file's bytes.

    Args:
        data: The whole file.
        name: Its name: it decides between kinds of text, and is the title of last resort.

    Raises:
        UnreadableError: It cannot be read; the text says why.
    """
    read = reader_of(detect_format(data, name))
    try:
        document = read(data, name)
    except UnreadableError:
        raise
    except RecursionError as error:
        raise UnreadableError("refused: nested too deeply; save it anew from the program that made it") from error
    except MemoryError:
        raise UnreadableError("refused: reading it takes more memory than a document may; split it") from None
    except Exception as error:
        raise UnreadableError(f"damaged: {type(error).__name__} while reading it") from error
    if not any(page.blocks for page in document.pages):
        raise UnreadableError("no text in it")
    return document


def read_document(path: Path, *, size_limit: int = DEFAULT_SIZE_LIMIT) -> DocumentText:
    """Read a document in this process.

    Args:
        path: The file.
        size_limit: Largest file accepted, in bytes.

    Raises:
        UnreadableError: It cannot be read; the text says why.
    """
    return parse(take_snapshot(path, size_limit=size_limit).data, path.name)
