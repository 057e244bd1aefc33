"""The page about testing: its examples run, and its tables are complete."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import agent.testing
from agent.engine.faces import PATHS
from agent.engine.fault_file import parse_faults
from agent.engine.faults import KINDS, EventFault
from agent.testing import Exchange, Line

pytest_plugins = ["pytester"]
PAGE = (Path(__file__).parents[3] / "docs" / "testing.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```\w+\n# (\S+\.(?:py|toml))\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.slow
def test_every_example_runs(pytester):
    for name, text in BLOCKS.items():
        (pytester.path / name).write_text(text, "utf-8")
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\npythonpath = .\n")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers")
    result.assert_outcomes(passed=sum(text.count("def test_") for text in BLOCKS.values()))
    ran = pytester.runpython(pytester.path / "without_pytest.py")
    ran.stdout.fnmatch_lines(["Good evening."])


def test_no_block_of_code_is_left_out():
    assert len(BLOCKS) == PAGE.count("```python") + PAGE.count("```toml")


def test_every_fault_stands_in_the_table_with_its_own_keys():
    table = PAGE.split("| `kind`, class |")[1].split("\n\n")[0]
    rows = {row[0]: (row[1], row[2]) for row in re.findall(r"\| `(\w+)`, `(\w+)` \|[^|]*\|([^|\n]*)\|", table)}
    assert set(rows) == set(KINDS)
    common = {each.name for each in fields(EventFault)}
    for kind, (name, keys) in rows.items():
        assert getattr(agent.testing, name) is KINDS[kind]
        assert set(re.findall(r"`(\w+)`", keys)) >= {each.name for each in fields(KINDS[kind])} - common
    assert parse_faults(BLOCKS["faults.toml"]).rules


def test_every_verb_of_scripts_and_expectation_is_named():
    for kind in (Line, Exchange):
        verbs = [name for name in vars(kind) if not name.startswith("_") and callable(getattr(kind, name))]
        internal = {"answers_to", "response_after", "lines", "tell", "interrupt"}
        assert [name for name in verbs if name not in PAGE and name not in internal] == []


def test_every_path_of_the_engine_is_named():
    assert all(f"`{path}`" in PAGE for path in PATHS)
