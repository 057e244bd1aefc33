"""Build the binary sample documents from the Markdown beside this script: `python tests/samples/build.py`.

The PDF, Word and PowerPoint files that ship as sample documents are written here, always to the same bytes with the
same libraries: fixed dates, fixed order in the archives. HTML, Markdown and text samples are their own source.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from fpdf import FPDF, TextStyle
from pptx import Presentation
from pptx.util import Inches

SOURCES = Path(__file__).parent / "sources"
DOCUMENTS = Path(__file__).parents[2] / "agent" / "samples" / "documents"
ORGANISATION = "Lantern Sound Ferries"
BUILT = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
TARGETS = {
    "safety-manual": "pdf",
    "visitor-guide": "pdf",
    "staff-handbook": "docx",
    "booking-and-refunds": "docx",
    "season-briefing": "pptx",
}


@dataclass(frozen=True)
class Block:
    """A heading (`level` 2 or 3), a paragraph, a bullet, a speaker's note, a table or a page break."""

    kind: str
    text: str = ""
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Source:
    """One document: its title, its metadata and its blocks in order."""

    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


def read(name: str) -> Source:
    """Parse one source: a paragraph is a line, `---` starts a new page or slide, `>` is a speaker's note."""
    source = Source()
    for line in (SOURCES / f"{name}.md").read_text(encoding="utf-8").splitlines():
        _add(source, line.strip())
    return source


def _add(source: Source, line: str) -> None:
    blocks = source.blocks
    if line.startswith("# "):
        source.title = line[2:]
    elif line.startswith(": "):
        key, _, value = line[2:].partition(" = ")
        source.meta[key] = value
    elif line.startswith("##"):
        marks, _, text = line.partition(" ")
        blocks.append(Block("heading", text, len(marks)))
    elif line == "---":
        blocks.append(Block("break"))
    elif line.startswith(("- ", "> ")):
        blocks.append(Block("bullet" if line[0] == "-" else "note", line[2:]))
    elif line.startswith("|"):
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if blocks and blocks[-1].kind == "table":
            blocks[-1].rows.append(row)
        else:
            blocks.append(Block("table", rows=[row]))
    elif line:
        blocks.append(Block("paragraph", line))


class _Pdf(FPDF):
    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, f"{ORGANISATION} - {self.title} - {self.page_no()}", align="C")


def pdf(source: Source) -> bytes:
    """A PDF with metadata, bookmarks and tables; core fonts only, so the text must be Latin-1."""
    out = _Pdf(format="A4")
    out.set_creation_date(BUILT)
    out.set_title(source.title)
    out.set_author(f"{ORGANISATION}, {source.meta['author']}")
    out.set_subject(source.meta["subject"])
    out.set_lang("en-GB")
    out.set_font("Helvetica", size=12)
    out.set_section_title_styles(
        TextStyle("Helvetica", "B", 22, t_margin=4, b_margin=6),
        TextStyle("Helvetica", "B", 15, t_margin=6, b_margin=3),
        TextStyle("Helvetica", "B", 12, t_margin=4, b_margin=2),
    )
    out.add_page()
    out.start_section(source.title)
    for block in source.blocks:
        _pdf_block(out, block)
    return bytes(out.output())


def _pdf_block(out: _Pdf, block: Block) -> None:
    if block.kind == "break":
        out.add_page()
    elif block.kind == "heading":
        out.start_section(block.text, level=block.level - 1)
    elif block.kind == "table":
        out.set_font("Helvetica", size=10)
        with out.table(text_align="LEFT") as table:
            for row in block.rows:
                table.row(row)
        out.ln(4)
    else:
        out.set_font("Times", size=12)
        mark = f"{chr(0xB7)} " if block.kind == "bullet" else ""
        out.multi_cell(0, 6, mark + block.text, new_x="LMARGIN", new_y="NEXT")
        out.ln(1 if mark else 3)


def docx(source: Source) -> bytes:
    """A Word document with real heading, list and table styles."""
    out = Document()
    _describe(out.core_properties, source)
    out.add_heading(source.title, level=0)
    for block in source.blocks:
        if block.kind == "heading":
            out.add_heading(block.text, level=block.level - 1)
        elif block.kind == "table":
            table = out.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            out.add_paragraph(block.text, style="List Bullet" if block.kind == "bullet" else None)
    return _saved(out)


def pptx(source: Source) -> bytes:
    """A slide deck: one slide a page, speaker's notes where there are any."""
    out = Presentation()
    _describe(out.core_properties, source)
    slide = out.slides.add_slide(out.slide_layouts[0])
    slide.shapes.title.text = source.title
    for block in source.blocks:
        if block.kind == "paragraph":
            slide.placeholders[1].text = block.text
        elif block.kind == "heading":
            slide = out.slides.add_slide(out.slide_layouts[1])
            slide.shapes.title.text = block.text
        elif block.kind == "bullet":
            frame = slide.placeholders[1].text_frame
            paragraph = frame.add_paragraph() if frame.text else frame.paragraphs[0]
            paragraph.text = block.text
        elif block.kind == "note":
            slide.notes_slide.notes_text_frame.text = block.text
        elif block.kind == "table":
            _slide_table(slide, block.rows)
    return _saved(out)


def _slide_table(slide, rows: list[list[str]]) -> None:
    empty = slide.placeholders[1]
    empty.element.getparent().remove(empty.element)
    height = Inches(0.4 * len(rows))
    shape = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.6), Inches(1.8), Inches(8.8), height)
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            shape.table.cell(y, x).text = text


def _describe(properties, source: Source) -> None:
    properties.title = source.title
    properties.author = properties.last_modified_by = f"{ORGANISATION}, {source.meta['author']}"
    properties.subject = source.meta["subject"]
    properties.comments = ""
    properties.language = "en-GB"
    properties.created = properties.modified = BUILT.replace(tzinfo=None)


def _saved(document) -> bytes:
    """The archive with the clock taken out of it: Office libraries stamp each member with the present time."""
    raw, clean = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, BUILT.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return clean.getvalue()


def build(folder: Path) -> list[Path]:
    """Write all binary samples into a folder and return their paths."""
    writers = {"pdf": pdf, "docx": docx, "pptx": pptx}
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for name, kind in TARGETS.items()]
    for path in paths:
        path.write_bytes(writers[path.suffix[1:]](read(path.stem)))
    return paths


if __name__ == "__main__":
    for written in build(DOCUMENTS):
        print(f"{written.name}: {written.stat().st_size / 1024:.0f} kB")
