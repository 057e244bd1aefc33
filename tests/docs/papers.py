"""A handbook with one document of each kind that the README names, each with a fact of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import fpdf
import pptx

if TYPE_CHECKING:
    from pathlib import Path


def write_papers(folder: Path) -> None:
    """Write them.

    Args:
        folder: Where to; it is made.
    """
    folder.mkdir()
    leave = "# Leave\n\nParental leave is 16 weeks. The code of the parental leave form is PL-16.\n"
    (folder / "leave.md").write_text(leave, encoding="utf-8")
    (folder / "canteen.txt").write_text("The canteen serves lunch from 11:45 to 14:00.\n", encoding="utf-8")
    page = (
        "<!doctype html><title>Bicycles</title><h1>Bicycles</h1><p>A company bicycle can be leased for 36 months.</p>"
    )
    (folder / "bicycles.html").write_text(page, encoding="utf-8")
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, 8, "The dentist visits the office in March and in September.")
    pdf.output(str(folder / "health.pdf"))
    word = docx.Document()
    word.add_heading("Equipment", 1)
    word.add_paragraph("A new laptop is due every four years.")
    word.save(str(folder / "equipment.docx"))
    talk = pptx.Presentation()
    slide = talk.slides.add_slide(talk.slide_layouts[1])
    slide.shapes.title.text = "Parking"
    slide.placeholders[1].text = "Parking in the courtyard costs 30 euros a month."
    talk.save(str(folder / "parking.pptx"))
