"""A schedule of faults as a TOML file: one `[[fault]]` table for each rule.

[[fault]]
kind = "drop"
at = 20
session = 1
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

from agent.engine.faults import KINDS, Fault, FaultError, Faults

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = re.compile(r"\s*\[\[\s*fault\s*\]\]")


def read_faults(path: Path) -> Faults:
    """Read a schedule.

    Args:
        path: The file.

    Raises:
        FaultError: It cannot be read, or a rule makes no sense; the text names the file, the line and the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FaultError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise FaultError(f"{path}: it is not UTF-8 text") from None
    return parse_faults(text, str(path))


def parse_faults(text: str, name: str = "faults") -> Faults:
    """Read a schedule from text.

    Args:
        text: TOML.
        name: What to call it in errors.

    Raises:
        FaultError: A rule makes no sense; the text names the line and the key.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultError(f"{name}: {error}") from None
    tables = data.pop("fault", [])
    if data:
        key = next(iter(data))
        raise FaultError(f"{_place(name, text, None, key)}: there is no key {key!r}; each rule is a [[fault]] table")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in cast("list[object]", tables)):
        raise FaultError(f"{_place(name, text, None, 'fault')}: write each rule as a [[fault]] table of its own")
    rules: list[Fault] = []
    for index, table in enumerate(cast("list[dict[str, Any]]", tables)):
        try:
            rules.append(_rule(table))
        except FaultError as error:
            raise FaultError(f"{_place(name, text, index, error.key)}: {error}", error.key) from None
    return Faults(*rules)


def _rule(table: dict[str, Any]) -> Fault:
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        what = "there is no kind" if kind is None else f"there is no fault {kind!r}"
        raise FaultError(f"{what}; choose one of {', '.join(KINDS)}", None if kind is None else "kind")
    given = {name: value for name, value in table.items() if name != "kind"}
    known = [each.name for each in fields(KINDS[kind])]
    for name in given:
        if name not in known:
            raise FaultError(f"{kind} has no key {name!r}; it has {', '.join(known)}", name)
    return KINDS[kind](**given)


def _place(name: str, text: str, index: int | None, key: str | None) -> str:
    # TOML's reader keeps no lines, so they are looked up; a table written in another style is named without one.
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if _TABLE.match(line)]
    if index is None:
        start, end = 0, len(lines)
    elif index < len(heads):
        start, end = heads[index], [*heads, len(lines)][index + 1]
    else:
        return f"{name}, fault {index + 1}"
    pattern = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(key or "")}["']?\s*[\]=.]""")
    found = next((number for number in range(start, end) if key and pattern.match(lines[number])), start)
    return f"{name}, line {found + 1}" + (f", key {key!r}" if key else "")
