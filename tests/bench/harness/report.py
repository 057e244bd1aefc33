"""Tables for the terminal and for the docs, most of them on docs/benchmarks.md."""

from __future__ import annotations

import platform
import re
from datetime import UTC, datetime

from harness.probes import machine
from harness.process import ROOT

DOCS = ROOT / "docs" / "benchmarks.md"
# Parts whose figures stand on a page of their own, beside what they are about.
PAGES = {"speculation": ROOT / "docs" / "speculation.md"}
Table = list[list[str]]


def markdown(table: Table) -> str:
    """A table whose first row is the head; short rows are filled up."""
    width = len(table[0])
    rows = [[*row, *[""] * (width - len(row))] for row in table]
    columns = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, columns, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in columns) + "|")
    return "\n".join(lines)


def text(tables: dict[str, Table]) -> str:
    """All tables for the terminal."""
    return "\n".join(f"\n{name}\n{markdown(table)}" for name, table in tables.items())


def update_docs(tables: dict[str, Table], *, quick: bool) -> None:
    """Write each table between its marks in the docs; everything else there is left as it is.

    Args:
        tables: By part.
        quick: Refuse: figures of a quick run are no figures.
    """
    if quick:
        raise SystemExit("--update-docs needs a full run: leave out --quick")
    stamp = f"Taken {datetime.now(UTC):%d %B %Y} on {machine()}, {platform.system()}."
    for name, table in tables.items():
        path = PAGES.get(name, DOCS)
        page = replace(path.read_text(encoding="utf-8"), name, f"{stamp}\n\n{markdown(table)}")
        path.write_text(page, encoding="utf-8", newline="\n")


def replace(page: str, name: str, content: str) -> str:
    """The page with what stands between the marks of `name` replaced.

    Raises:
        ValueError: The page has no such marks.
    """
    marks = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
    if not marks.search(page):
        raise ValueError(f"the page has no section <!-- bench:{name} -->")
    return marks.sub(lambda found: f"{found[1]}{content}\n{found[2]}", page)
