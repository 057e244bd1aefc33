"""The project's benchmark: `make bench`, or `python tests/bench/run.py [PART] [--quick]`, PART being one of PARTS.

Every figure is a duration on the machine it runs on; only ratios within one run can be compared with other machines.
See docs/benchmarks.md and docs/speculation.md for what is measured and how.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from harness import crowd, engine, ingest, relay, report, search, speculation  # noqa: E402

PARTS = {
    "relay": relay,
    "crowd": crowd,
    "engine": engine,
    "ingest": ingest,
    "search": search,
    "speculation": speculation,
}


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument(
        "--quick", action="store_true", help="small loads, one round: shows that it works, not how fast"
    )
    parser.add_argument("--out", type=Path, help="add each measurement to this file as a line of JSON")
    parser.add_argument("--update-docs", action="store_true", help="write the tables into the docs")
    parser.add_argument("--tiers", help="relay, crowd: only these, comma-separated such as direct,vocative")
    parser.add_argument("--sizes", help="search: numbers of chunks, comma-separated (1000,10000,100000)")
    parser.add_argument("--delay", type=int, default=300, help="speculation: how far the other index is away (ms)")
    return parser.parse_args(words)


def _loop_factory():
    # The faster loop keeps the harness itself out of what it measures.
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def main(words: list[str] | None = None) -> int:
    """Run the parts asked for, print their tables, and return the exit code: 1 when something could not be measured."""
    options = arguments(words)
    names = list(PARTS) if options.part == "all" else [options.part]
    lines: list[dict[str, Any]] = []

    def emit(line: dict[str, Any]) -> None:
        lines.append(line)
        text = json.dumps(line)
        print(text, flush=True)
        if options.out:
            with options.out.open("a", encoding="utf-8") as out:
                out.write(text + "\n")

    for name in names:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(PARTS[name].measure(options, emit))
    tables = {name: PARTS[name].table(lines) for name in names}
    print(report.text(tables))
    if options.update_docs:
        report.update_docs(tables, quick=options.quick)
    return 1 if any("error" in line for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
