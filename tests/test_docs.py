"""The docs say what the code does: tables that stand in both are compared."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.turns import TABLE
from docs.building.site import GENERATED

if TYPE_CHECKING:
    from enum import Enum

ROOT = Path(__file__).parents[1]


def _moves(moves: dict) -> str:
    targets = set(moves.values())
    sources: type[Enum] | None = type(next(iter(moves))) if moves else None
    if sources is not None and len(moves) == len(sources) and len(targets) == 1:
        return f"any → {targets.pop().value}"
    return ", ".join(f"{old.value} → {new.value}" for old, new in moves.items())


def test_the_table_of_turns_in_the_docs_is_the_one_that_runs():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("| signal | user | model |")[1].split("\n\n")[0]
    told = {tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines()[2:]}
    assert told == {(signal.value, _moves(users), _moves(models)) for signal, (users, models) in TABLE.items()}


def test_every_file_that_the_docs_link_to_exists():
    pages = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            # What is written from the code is there once the site is built (tests/docs).
            assert target in GENERATED or (page.parent / target).exists(), f"{page.name} links to {target}"


def test_no_page_names_a_package_registry():
    hosts = ("pypi" + ".org", "npmjs" + ".org", "npmjs" + ".com", "files.python" + "hosted")
    for path in [*ROOT.glob("*"), *(ROOT / "docs").rglob("*"), *(ROOT / "web").glob("*")]:
        if path.is_file() and path.suffix not in {".png", ".ico"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not any(host in text for host in hosts), path.name
