"""docs/documents.md: its example runs, and its table of formats is the one that the readers go by."""

from __future__ import annotations

import re
from pathlib import Path

from tools.search.reading import SUFFIXES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "documents.md").read_text("utf-8")


def test_the_example_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(block, "docs/documents.md", "exec"), {})
    assert re.match(r"[1-9]\d* documents, [1-9]\d* passages\n$", capsys.readouterr().out)


def test_the_table_of_formats_is_complete():
    table = PAGE.split("| kind | suffixes | pages |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\.\w+)`", table)) == set(SUFFIXES)
