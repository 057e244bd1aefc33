"""Which reader reads which file: by what it contains, and by its suffix where the content does not tell."""

from __future__ import annotations

import importlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from tools.search.reading.errors import UnreadableError
from tools.search.reading.office import part_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.search.reading.document_text import DocumentText, Format

    Reader = Callable[[bytes, str], DocumentText]

SUFFIXES: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
}
# A reader's libraries are loaded when its first document comes.
_READERS: dict[Format, tuple[str, str]] = {
    "markdown": ("tools.search.reading.markdown", "read_markdown"),
    "text": ("tools.search.reading.plain", "read_text"),
    "html": ("tools.search.reading.html", "read_html"),
    "pdf": ("tools.search.reading.pdf", "read_pdf"),
    "docx": ("tools.search.reading.docx", "read_docx"),
    "pptx": ("tools.search.reading.pptx", "read_pptx"),
}
_OFFICE: dict[str, Format] = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Comments once read are not read anew (`*+`): else a few dozen of them would be read in every combination.
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY: dict[bytes, str] = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "sound or video",
    b"ID3": "sound",
    b"OggS": "sound",
    b"\x7fELF": "a program",
    b"MZ\x90\0": "a program",
    b"\x1f\x8b": "a gzip archive",
    b"{\\rtf": "rich text (RTF); save it as .docx",
    b"SQLite format 3\0": "a database",
}


def reader_of(file_format: Format) -> Reader:
    """The function that reads a format."""
    module, name = _READERS[file_format]
    return cast("Reader", getattr(importlib.import_module(module), name))


def detect_format(data: bytes, name: str) -> Format:
    """Find out what a file is.

    Args:
        data: Its bytes.
        name: Its name; the suffix decides only between kinds of text.

    Raises:
        UnreadableError: It is nothing that can be read here; the text says what it is instead.
    """
    if not data.strip():
        raise UnreadableError("empty")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office_format(data)
    if data.startswith(_OLD_OFFICE):
        return _refuse_old_office(data)
    for mark, kind in _BINARY.items():
        if data.startswith(mark):
            raise UnreadableError(f"not a document: {kind}")
    if _HTML.match(data[:4096]):
        return "html"
    suffix = PurePath(name).suffix.lower()
    by_suffix = SUFFIXES.get(suffix, "text")
    if by_suffix in {"pdf", "docx", "pptx"}:
        raise UnreadableError(f"damaged: named {suffix}, but its content is not that of a {suffix[1:].upper()} file")
    return by_suffix


def _office_format(data: bytes) -> Format:
    names = part_names(data)
    for part, found in _OFFICE.items():
        if part in names:
            return found
    raise UnreadableError("not a document: a zip archive or an Office file other than Word's and PowerPoint's")


def _refuse_old_office(data: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableError("protected by a password: save a copy without one")
    raise UnreadableError("in the binary format of old Office: save it as .docx, .pptx or PDF")
