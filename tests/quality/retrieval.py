"""Print the retrieval quality table: `python tests/quality/retrieval.py DATA [--cache FOLDER] [--update-docs]`.

One configuration serves all sets. Two columns show what it would be worth to documents that nobody has seen: "folds" is
each set's figure where the weights of every fifth of its queries were fitted on the other four fifths of all sets;
"others" where they were fitted on the other sets alone. A set is ours where we find more than BM25 alone and than
vectors alone, both over the same chunks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from datasets import contoso, multicorpus, passages
from evidence import BM25, VECTORS, Fitting, Measured

from tools.errors import ToolsError
from tools.search.embedder import shared_embedder
from tools.search.fusion import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARITY = 0.03  # the most that formats of the same documents may differ
LOST = 1  # sets at most on which BM25 or vectors alone may find as much
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- quality:retrieval -->", "<!-- /quality:retrieval -->"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured on one set.

    Attributes:
        one: The set.
        bm25: BM25 alone.
        vectors: Vectors alone.
        ours: What is in use.
        folds: Ours, weights fitted by folds.
        others: Ours, weights fitted on other sets; None where there are none.
    """

    one: Measured
    bm25: float
    vectors: float
    ours: float
    folds: float
    others: float | None

    @property
    def ahead(self) -> bool:
        """Whether ours finds more than either half alone."""
        return self.ours > max(self.bm25, self.vectors)

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        return self.ours >= self.one.target

    def cells(self) -> list[str]:
        """The row as text."""
        figures = [self.bm25, self.vectors, self.ours, self.folds, self.others, self.one.target]
        texts = ["-" if figure is None else f"{figure:.3f}" for figure in figures]
        return [self.one.name, str(len(self.one.queries)), self.one.metric, *texts]


HEADER = ["set", "queries", "metric", "BM25 alone", "vectors alone", "ours", "folds", "others", "target"]


def load(data: Path, cache: Path) -> Iterator[Measured]:
    """Every set that the folder holds; those that it lacks are named."""
    embedder = shared_embedder()
    for name, target in (("nq", 0.96), ("cranfield", 0.57)):
        if _present(data / name / "corpus.jsonl"):
            yield passages(data, cache, embedder, name=name, target=target)
    if _present(data / "contoso" / "qa" / "answerable.jsonl"):
        yield contoso(data, cache, embedder, target=0.90)
    if _present(data / "multicorpus" / "queries.jsonl"):
        yield from multicorpus(data, cache, embedder, target=0.85)


def _present(path: Path) -> bool:
    if not path.is_file():
        print(f"skipped: there is no {path}", file=sys.stderr)
    return path.is_file()


def measure(sets: Sequence[Measured]) -> list[Row]:
    """Measure every set in every way."""
    fitting = Fitting(sets)
    return [
        Row(
            one,
            *(float(one.each(weights).mean()) for weights in (BM25, VECTORS, Weights())),
            folds=fitting.by_folds(one),
            others=fitting.by_others(one),
        )
        for one in sets
    ]


def report(rows: Sequence[Row]) -> bool:
    """Print the table.

    Returns:
        Whether every target is reached.
    """
    widths = [18, 8, 15, 11, 14, 7, 7, 7, 7]
    print(_line(HEADER, widths))
    for row in rows:
        print(_line(row.cells(), widths) + ("" if row.reached else "  below"))
    ahead, spread = sum(row.ahead for row in rows), _spread(rows)
    print(f"ahead of both halves on {ahead} of {len(rows)} sets; formats apart by {spread:.3f} (at most {PARITY})")
    print(f"weights: {Weights()}")
    return all(row.reached for row in rows) and ahead >= len(rows) - LOST and spread <= PARITY


def update_docs(rows: Sequence[Row]) -> None:
    """Write the table into the page of benchmarks."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    body = [HEADER, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in body) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in body
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    taken = f"Taken {date.today():%d %B %Y}".replace(" 0", " ")  # noqa: DTZ011  (the day where it was taken)
    PAGE.write_text(f"{before}{BEGIN}\n{taken}.\n\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    left = " ".join(cell.ljust(width) for cell, width in zip(cells[:3], widths[:3], strict=True))
    return " ".join([left, *(cell.rjust(width) for cell, width in zip(cells[3:], widths[3:], strict=True))])


def _spread(rows: Sequence[Row]) -> float:
    formats = [row.ours for row in rows if row.one.group == "multicorpus"]
    return max(formats) - min(formats) if formats else 0.0


def main() -> int:
    """Run from the command line; 1 when a target is missed, 2 when there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder with nq, cranfield, contoso, multicorpus")
    parser.add_argument("--cache", type=Path, help="keep the indexes here, so that the next run is quick")
    parser.add_argument("--update-docs", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        try:
            sets = list(load(arguments.data, arguments.cache or Path(temporary)))
        except ToolsError as error:
            print(error, file=sys.stderr)
            return 2
        if not sets:
            print(f"{arguments.data} holds none of the sets", file=sys.stderr)
            return 2
        rows = measure(sets)
        if arguments.update_docs:
            update_docs(rows)
        return 0 if report(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
