"""docs/sizing.md: its figures are those that the benchmarks wrote down, and its sums are right."""

from __future__ import annotations

import re

import pytest

from agent.config import Settings, variables_of
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
MEASURED = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| ([\d.,]+)([^|]*) \| \[[^]]+\]\(benchmarks\.md#([\w-]+)\) \|$", PAGE, re.MULTILINE)


def section(anchor):
    """The section of the benchmarks with an anchor."""
    titles = re.findall(r"^#+ (.+)$", MEASURED, re.MULTILINE)
    by_anchor = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-"): title for title in titles}
    return re.split(r"^#+ ", MEASURED.split(f"# {by_anchor[anchor]}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def figure(words):
    (found,) = (float(value.replace(",", "")) for told, value, _, _ in ROWS if words in told)
    return found


@pytest.mark.parametrize(("told", "value", "unit", "anchor"), ROWS)
def test_each_figure_stands_in_the_section_of_the_benchmarks_that_it_names(told, value, unit, anchor):
    assert re.search(rf"(?<![\d.,]){re.escape(value)}(?![\d.,]*\d)", section(anchor)), told


def test_there_are_figures_for_memory_time_search_and_ingest():
    assert len(ROWS) >= 12


def test_the_sums_are_right():
    sessions = int(re.search(r"about \*\*(\d+) sessions\*\*", PAGE)[1])
    assert sessions == pytest.approx(30 / figure("processor time"), rel=0.05)
    megabytes = int(re.search(r"about \*\*(\d+) MB\*\*", PAGE)[1])
    resident = figure("before the first caller") + sessions * figure("for each session more") / 1000
    assert megabytes == pytest.approx(resident, rel=0.05)


def test_every_variable_that_is_named_is_read_by_us_or_by_the_templates():
    ours = {each for name, field in Settings.model_fields.items() for each in variables_of(name, field)}
    templates = (ROOT / "infra" / "vocative.bicepparam").read_text(encoding="utf-8")
    for name in set(re.findall(r"`((?:VOCATIVE|AZURE)_[A-Z_]+)`", PAGE)):
        assert name in ours or f"'{name}'" in templates, name
