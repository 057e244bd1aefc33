"""docs/access.md: its examples run, and its rules are what the code takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import User
from tools.search.access import may_read
from tools.search.access_rules import NAME, AccessRules

PAGE = (Path(__file__).parents[1] / "docs" / "access.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=["python", "several", "uploads"])
def test_every_example_runs(block, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[1])
    names = {}
    exec(compile(block, "docs/access.md", "exec"), names)
    for index in (names.get("index"), names.get("fares"), names.get("rules")):
        if index is not None:
            index.close()


def test_the_file_of_rules_on_the_page_says_what_the_page_says(tmp_path):
    rules = re.search(r"    \[access\]\n(?:    .*\n)+", PAGE)[0].replace("\n    ", "\n").strip()
    (tmp_path / NAME).write_text(rules, "utf-8")
    read = AccessRules()
    anna = User("anna")
    assert may_read(read.of(tmp_path / "hr/pay.md"), anna)
    assert not may_read(read.of(tmp_path / "hr/pay.md"), User("bob", groups=("editors",)))
    assert may_read(read.of(tmp_path / "hr/holidays.pdf"), None)
    assert not may_read(read.of(tmp_path / "news/plan.draft.md"), anna)
    assert read.of(tmp_path / "news/plan.md") is None
