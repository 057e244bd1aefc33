"""Fails when too few branches of the session core or of the tools are covered by tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FLOORS = {"agent/core/": 95.0, "tools/": 95.0}  # percent of branches


def main(report: Path) -> int:
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    failed = False
    for prefix, floor in FLOORS.items():
        totals = [entry["summary"] for name, entry in files.items() if name.replace("\\", "/").startswith(prefix)]
        branches, covered = (sum(each[key] for each in totals) for key in ("num_branches", "covered_branches"))
        percent = 100 * covered / branches if branches else 0.0
        failed |= percent < floor
        print(f"{prefix:12} {covered} of {branches} branches covered: {percent:.1f} % (at least {floor:.0f} %)")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
