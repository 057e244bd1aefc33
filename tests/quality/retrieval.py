"""Print the retrieval quality table: `python tests/quality/retrieval.py DATA [--cache FOLDER]`.

One configuration serves all sets. The column "others" shows each set's figure with weights fitted on the other sets
only, so that nobody has to believe that the weights suit documents which they have never seen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from datasets import contoso, multicorpus, passages
from evidence import GRID, Measured, fitted

from tools.errors import ToolsError
from tools.search.embedder import shared_embedder
from tools.search.fusion import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

PARITY = 0.03  # the most that formats of the same documents may differ


def load(data: Path, cache: Path) -> Iterator[Measured]:
    """Every set that the folder holds; those that it lacks are named."""
    embedder = shared_embedder()
    for name, target in (("nq", 0.955), ("cranfield", 0.565)):
        if _present(data / name / "corpus.jsonl"):
            yield passages(data, cache, embedder, name=name, target=target)
    if _present(data / "contoso" / "qa" / "answerable.jsonl"):
        yield contoso(data, cache, embedder, target=0.88)
    if _present(data / "multicorpus" / "queries.jsonl"):
        yield from multicorpus(data, cache, embedder, target=0.80)


def _present(path: Path) -> bool:
    if not path.is_file():
        print(f"skipped: there is no {path}", file=sys.stderr)
    return path.is_file()


def report(sets: list[Measured]) -> bool:
    """Print the table.

    Returns:
        Whether every target is reached.
    """
    used = Weights()
    table = {(one.name, weights): one.figure(weights) for one in sets for weights in {*GRID, used}}
    print(f"{'set':<18}{'queries':>8}  {'metric':<15}{'figure':>8}{'others':>8}{'target':>8}")
    reached = True
    for one in sets:
        others = [other for other in sets if other.group != one.group]
        figure = table[one.name, used]
        elsewhere = f"{table[one.name, fitted(others, table)]:8.3f}" if others else f"{'-':>8}"
        reached &= figure >= one.target
        mark = "" if figure >= one.target else "  below"
        print(f"{one.name:<18}{len(one.queries):>8}  {one.metric:<15}{figure:8.3f}{elsewhere}{one.target:8.3f}{mark}")
    formats = [table[one.name, used] for one in sets if one.group == "multicorpus"]
    if formats:
        spread = max(formats) - min(formats)
        reached &= spread <= PARITY
        print(f"{'formats apart by':<43}{spread:8.3f}{'':8}{PARITY:8.3f}{'  above' if spread > PARITY else ''}")
    print(f"weights: {used}")
    return reached


def main() -> int:
    """Run from the command line; 1 when a target is missed, 2 when there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder with nq, cranfield, contoso, multicorpus")
    parser.add_argument("--cache", type=Path, help="keep the indexes here, so that the next run is quick")
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
        return 0 if report(sets) else 1


if __name__ == "__main__":
    sys.exit(main())
