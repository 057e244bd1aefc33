"""The reference: every public name, command and setting stands in it, described, and the drawings are the tables."""

from __future__ import annotations

import re

import click
import pytest

from agent.cli import cli
from agent.config import Settings, variables_of
from agent.core.calls import CallState
from agent.core.turns import TABLE
from docs.building.commands import command_line
from docs.building.drawing import machine
from docs.building.names import INSIDE, errors, inside, package
from docs.building.prose import cell
from docs.building.tables import tables
from docs.building.variables import settings
from tests.test_import_rules import RULES
from tests.test_public_names import DEFINED, METHODS, PUBLIC


def titles(page: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (\S.*)$", page, re.MULTILINE)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_page_of_a_package_has_each_of_its_public_names(name):
    assert titles(package(name), 2) == sorted(PUBLIC[name])


def test_the_modules_inside_are_there_with_their_names():
    page = inside()
    assert titles(page, 2) == list(INSIDE)
    assert sorted(INSIDE) == sorted(DEFINED)
    for section in page.split("\n## ")[1:]:
        assert sorted(titles(section, 3)) == sorted(DEFINED[section.splitlines()[0]])


def test_the_public_methods_are_described():
    page = inside()
    for (module, name), methods in METHODS.items():
        if module in DEFINED:
            section = page.split(f"\n## {module}\n")[1].split(f"\n### {name}\n")[1].split("\n### ")[0]
            assert set(methods) <= set(titles(section, 4))


def test_an_argument_is_shown_with_its_type_its_default_and_its_meaning():
    page = package("agent")
    assert "silence_duration_ms: int = 500" in page
    assert re.search(r"^\| `silence_duration_ms` \| .{20,} \|$", page, re.MULTILINE)
    assert re.search(r"^\| `ConfigurationError` \| .+ \|$", page, re.MULTILINE)


def test_every_command_and_option_is_there_with_its_examples():
    page = command_line()
    assert titles(page, 2) == [f"vocative {name}" for name in sorted(cli.commands)]
    for name, command in cli.commands.items():
        section = page.split(f"## vocative {name}\n")[1].split("\n## ")[0]
        assert f"    vocative {name} " in section
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(each in section for each in option.opts), option.opts
    assert "\b" not in page


def test_every_setting_is_there_with_its_default_and_meaning():
    page = settings()
    rows = dict(re.findall(r"^\| (`[A-Z].*?) \| (.+\|.+) \|$", page, re.MULTILINE))
    assert len(rows) == len(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        shown = ", ".join(f"`{each}`" for each in variables_of(name, field))
        default, meaning = rows[shown].split("|")
        assert len(meaning.strip()) > 3, name
        if field.default not in (None, ()):
            assert default.strip(), name


def test_every_error_stands_in_its_tree_and_by_itself():
    page = errors()
    for name in titles(page, 3):
        assert name in page.split("### ")[0] or name in page.split("## tools.errors")[1]
    assert "└── CredentialError" in page
    assert {"VocativeError", "DialError", "ToolError", "IngestError"} <= set(titles(page, 3))


def test_the_tables_are_those_that_run():
    page = tables()
    assert all(f"| {signal.value} |" in page for signal in TABLE)
    assert all(f"| `{name}` |" in page for name in RULES)
    assert page.count("<svg") == 3
    assert all(f">{state.value}</text>" in page for state in CallState)


def test_a_drawing_has_every_state_and_every_move_once():
    drawing = machine(
        "A door", ["open", "shut"], [("open", "shut", "push & go"), ("shut", "open", "pull"), ("open", "open", "wait")]
    )
    assert re.findall(r">([^<]+)</text>", drawing) == ["open", "shut", "push &amp; go", "pull"]
    assert drawing.count("Z") == 2
    assert "\n" not in drawing


def test_a_bar_in_a_table_divides_nothing():
    assert cell("a | b, `c | d`\n  e") == "a \\| b, `c | d` e"
