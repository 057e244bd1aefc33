"""A file is one idea: the median is short, and none is long."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MEDIAN, LONGEST = 150, 400
CODE = [
    *(path for folder in ("agent", "tools", "tests") for path in (ROOT / folder).rglob("*.py")),
    *(path for suffix in ("ts", "tsx") for path in (ROOT / "web" / "src").rglob(f"*.{suffix}")),
]


def lines(path):
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", sorted(CODE), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_outgrows_one_idea(path):
    assert lines(path) <= LONGEST, "a file of this length has two ideas in it: give each its own"


@pytest.mark.parametrize("folder", ["agent", "tools", "tests", "web"])
def test_the_median_file_is_short(folder):
    sizes = [lines(path) for path in CODE if path.relative_to(ROOT).parts[0] == folder and lines(path) > 1]
    assert not sizes or statistics.median(sizes) <= MEDIAN
