"""Real files, made by the libraries that people's own files are made with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from fpdf import FPDF

if TYPE_CHECKING:
    from collections.abc import Callable


class Pdf:
    """A PDF written line by line, as a word processor would."""

    def __init__(self) -> None:
        self.file = FPDF(format="A4")
        self.file.set_auto_page_break(auto=False)
        self.file.set_margin(20)

    def page(self) -> Pdf:
        self.file.add_page()
        return self

    def heading(self, text: str, size: int = 18) -> Pdf:
        self.file.set_font("helvetica", "B", size)
        self.file.ln(6)
        self.file.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
        return self

    def text(self, text: str) -> Pdf:
        self.file.set_font("helvetica", "", 11)
        self.file.multi_cell(0, 5.5, text, new_x="LMARGIN", new_y="NEXT", align="L")
        self.file.ln(4)
        return self

    def at(self, y: float, text: str) -> Pdf:
        self.file.set_font("helvetica", "", 9)
        self.file.set_y(y)
        self.file.cell(0, 5, text)
        self.file.set_y(40)
        return self

    def bytes(self) -> bytes:
        return bytes(self.file.output())


@pytest.fixture
def new_pdf() -> Callable[[], Pdf]:
    return Pdf


@pytest.fixture
def saved() -> Callable[..., bytes]:
    def save(document: object) -> bytes:
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    return save


def blocks_of(document: object, page: int = 0) -> list[tuple[str, str]]:
    """Kind and text of each block; its span is checked on the way."""
    found = document.pages[page]
    assert all(found.text[one.start : one.end].strip() for one in found.blocks)
    assert [one.start for one in found.blocks] == sorted(one.start for one in found.blocks)
    return [(one.kind, found.text[one.start : one.end]) for one in found.blocks]


@pytest.fixture
def blocks() -> Callable[..., list[tuple[str, str]]]:
    return blocks_of
