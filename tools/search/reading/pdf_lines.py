"""Lines of text in a PDF, with their place and type, as pdfium finds them."""

from __future__ import annotations

import ctypes
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pypdfium2  # pyright: ignore[reportMissingTypeStubs] - it has none
import pypdfium2.raw  # pyright: ignore[reportMissingTypeStubs]

if TYPE_CHECKING:
    from collections.abc import Iterator

pdfium = cast("Any", pypdfium2)
_raw = cast("Any", pypdfium2.raw)

_REGULAR, _BOLD = 400, 700
_BOLD_NAME = re.compile(rb"bold|black|heavy", re.IGNORECASE)

# pdfium is not safe for threads, not even on different documents.
PDFIUM = threading.Lock()


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text on one baseline.

    Attributes:
        text: Its characters; U+FFFE stands for a hyphen at which pdfium joined two lines.
        x: Left edge, in points from the page's left.
        y: Baseline, in points from the page's bottom.
        size: Size of the type in points.
        weight: 400 is regular, 700 bold; the lightest where a line mixes them.
    """

    text: str
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one page, and its height in points."""

    lines: tuple[Line, ...]
    height: float = 0.0


def open_page(document: object, index: int) -> Any:
    """A page with what was filled into its form or typed onto it, all of which the file keeps beside its text.

    Args:
        document: Opened by pdfium; call it with `PDFIUM` held.
        index: Of the page, from 0.
    """
    page = cast("Any", document)[index]
    if _is_written_on(page) and _raw.FPDFPage_Flatten(page, _raw.FLAT_NORMALDISPLAY) == _raw.FLATTEN_SUCCESS:
        page.close()
        page = cast("Any", document)[index]
    return page


def _is_written_on(page: object) -> bool:
    for index in range(_raw.FPDFPage_GetAnnotCount(page)):
        annotation = _raw.FPDFPage_GetAnnot(page, index)
        kind = _raw.FPDFAnnot_GetSubtype(annotation)
        _raw.FPDFPage_CloseAnnot(annotation)
        if kind in {_raw.FPDF_ANNOT_WIDGET, _raw.FPDF_ANNOT_FREETEXT}:
            return True
    return False


def page_lines(page: object) -> Sheet:
    """The lines of a pdfium page, in reading order as the file gives it; call it with `PDFIUM` held."""
    opened = cast("Any", page)
    text_page = opened.get_textpage()
    try:
        text = _characters(text_page)
        return Sheet(tuple(_lines(text_page.raw, text)), float(opened.get_height()))
    finally:
        text_page.close()


def _characters(text_page: Any) -> str:
    """The page's text with exactly one character for each of pdfium's, so that both count alike."""
    count = cast("int", text_page.count_chars())
    text = cast("str", text_page.get_text_range()) if count > 0 else ""
    if len(text) == count:
        return text
    codes = (cast("int", _raw.FPDFText_GetUnicode(text_page.raw, position)) for position in range(count))
    return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)


def _lines(raw_page: object, text: str) -> Iterator[Line]:
    x, y = ctypes.c_double(), ctypes.c_double()
    position = 0
    for piece in text.split("\n"):
        stripped = piece.strip()
        if stripped:
            first = position + piece.index(stripped[0])
            last = first + len(stripped) - 1
            _raw.FPDFText_GetCharOrigin(raw_page, first, x, y)
            size = float(_raw.FPDFText_GetFontSize(raw_page, first))
            weight = min(_weight(raw_page, at) for at in (first, (first + last) // 2, last))
            yield Line(stripped, x.value, y.value, round(size, 1), weight)
        position += len(piece) + 1


def _weight(raw_page: object, at: int) -> int:
    """The weight the font declares; its name tells where it declares none, or a wrong one."""
    name = ctypes.create_string_buffer(64)
    _raw.FPDFText_GetFontInfo(raw_page, at, name, len(name), ctypes.c_int())
    declared = int(_raw.FPDFText_GetFontWeight(raw_page, at))
    return max(declared if declared > 0 else _REGULAR, _BOLD if _BOLD_NAME.search(name.value) else 0)
