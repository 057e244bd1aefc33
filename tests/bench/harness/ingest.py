"""`vocative ingest` over generated PDFs and the sample documents: pages a second, and what a second run costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
from fpdf import FPDF
from harness.corpus import Corpus
from harness.process import environment

from agent import samples

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def write_documents(folder: Path, *, files: int, pages: int) -> int:
    """Generate PDFs of about 350 words a page and put the samples beside them.

    Returns:
        The number of pages; a document without pages counts as one.
    """
    folder.mkdir()
    corpus = Corpus()
    for number in range(files):
        corpus.turn_to_new_topic()
        pdf = FPDF()
        pdf.set_title(corpus.title())
        for _ in range(pages):
            pdf.add_page()
            for _ in range(4):
                pdf.set_font("Helvetica", "B", 13)
                pdf.multi_cell(0, 8, corpus.title(), new_x="LMARGIN", new_y="NEXT")
                pdf.set_font("Helvetica", size=10)
                pdf.multi_cell(0, 5, corpus.paragraph(80), new_x="LMARGIN", new_y="NEXT")
        pdf.output(str(folder / f"document-{number:03d}.pdf"))
    shutil.copytree(samples.documents_path(), folder / "samples")
    return sum(_pages(path) for path in folder.rglob("*.*"))


def _pages(path: Path) -> int:
    if path.suffix != ".pdf":
        return 1
    with pypdfium2.PdfDocument(path) as pdf:
        return len(pdf)


async def measure(options: argparse.Namespace, emit: Callable[[dict[str, Any]], None]) -> None:
    """Ingest into a new index, then again with nothing changed; both as the user would, start of Python included."""
    with tempfile.TemporaryDirectory() as folder:
        documents, index = Path(folder, "documents"), Path(folder, "index.sqlite")
        pages = write_documents(documents, files=2 if options.quick else 12, pages=5 if options.quick else 20)
        for run in ("new", "unchanged"):
            command = [sys.executable, "-m", "agent", "ingest", str(documents), "--index", str(index)]
            emit({"part": "ingest", "run": run, "pages": pages, **_timed(command, pages)})


def _timed(command: list[str], pages: int) -> dict[str, Any]:
    start = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment(), stdout=log, stderr=subprocess.STDOUT)
        memory = None
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            code = process.returncode = os.waitstatus_to_exitcode(status)
            # Linux counts in KiB, macOS in bytes.
            memory = round(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
        else:
            code = process.wait()
        seconds = time.perf_counter() - start
        if code:
            log.seek(0)
            return {"error": f"exit code {code}: {log.read().decode(errors='replace')[-1000:]}"}
    return {"seconds": round(seconds, 2), "pages_per_s": round(pages / seconds, 2), "peak_mb": memory}


def table(lines: list[dict[str, Any]]) -> list[list[str]]:
    """One row a run."""
    rows = [["Run", "pages", "seconds", "pages/s", "peak MB"]]
    for line in (line for line in lines if line["part"] == "ingest"):
        if "error" in line:
            rows.append([line["run"], line["error"].strip().splitlines()[-1][:80]])
        else:
            memory = "not measured" if line["peak_mb"] is None else f"{line['peak_mb']:.0f}"
            rows.append(
                [line["run"], str(line["pages"]), f"{line['seconds']:.1f}", f"{line['pages_per_s']:.1f}", memory]
            )
    return rows
