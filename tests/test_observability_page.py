"""docs/observability.md says what is measured and what can be set: as the code does."""

from __future__ import annotations

import re
from pathlib import Path

from agent.cli import run
from agent.telemetry.instruments import MEASURES
from agent.telemetry.settings import TelemetrySettings

PAGE = (Path(__file__).parents[1] / "docs" / "observability.md").read_text(encoding="utf-8")


def rows(section):
    """The cells of the table of a section."""
    table = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `.*\|$", table, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found]


def ticked(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_the_table_of_metrics_is_that_of_the_code():
    told = {name.strip("`"): (kind, *ticked(unit), *ticked(by)) for name, kind, unit, by in rows("Metrics")}
    assert told == {name: (each.kind, each.unit, *each.attributes) for name, each in MEASURES.items()}


def test_every_setting_and_every_option_is_told():
    variables = {row[0].strip("`") for row in rows("Settings")}
    assert variables == {str(each.validation_alias) for each in TelemetrySettings.model_fields.values()}
    options = {row[1].strip("`") for row in rows("Settings")} - {""}
    assert options == {name for each in run.params for name in each.opts if name.startswith(("--log", "--metrics"))}


def test_every_span_of_a_turn_is_told():
    drawing = PAGE.split("## A trace\n")[1].split("The spans")[0]
    names = set(re.findall(r"^ {4,}(\w+)", drawing, re.MULTILINE))
    assert names == {
        "session",
        "invoke_agent",
        "speech",
        "transcript",
        "model",
        "execute_tool",
        "first_audio",
        "heard",
        "playback",
        "chat",
    }
