"""States and tables: what the code goes by, drawn from the very tables that run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.calls import CallState
from agent.core.dialect import DIALECTS
from agent.core.profiles import OPTIONAL, PROFILES
from agent.core.state import Phase
from agent.core.turns import TABLE, Model, User
from docs.building.drawing import machine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import Enum

ROOT = Path(__file__).parents[2]
_HEAD = """# States and tables

What the code goes by, drawn from the very tables that run; [architecture](../architecture.md) says why.
"""


_TURNS = """Two axes move on the same signals (`agent/core/turns.py`). A response may be asked for only where the user
is *silent* and the model *idle*."""
_IMPORTS = """Beside the standard library. The longest name that fits a module counts; `tests/test_import_rules.py`
enforces it. These put the parts together and may import all:"""


def tables() -> str:
    """The page, as Markdown."""
    parts = [_HEAD, *(part() for part in (_session, _turns, _calls, _dialects, _profiles, _imports))]
    return "\n\n".join(parts) + "\n"


def _session() -> str:
    rows = [(f"`{each.name}`", each.value) for each in Phase]
    return "## A session's phases\n\nIt only moves forward.\n\n" + _table(("phase", "meaning"), rows)


def _turns() -> str:
    users = [(old.value, new.value, signal.value) for signal, (moves, _) in TABLE.items() for old, new in moves.items()]
    models = [
        (old.value, new.value, signal.value) for signal, (_, moves) in TABLE.items() for old, new in moves.items()
    ]
    rows = [(signal.value, _moves(users), _moves(models)) for signal, (users, models) in TABLE.items()]
    return "\n\n".join(
        [
            "## Whose turn it is",
            _TURNS,
            machine("The user", [each.value for each in User], users),
            machine("The model", [each.value for each in Model], models),
            _table(("signal", "user", "model"), rows),
        ]
    )


def _calls() -> str:
    moves = [(CallState.RUNNING.value, each.value, "") for each in CallState if each is not CallState.RUNNING]
    return "\n\n".join(
        [
            "## A tool's call",
            "It leaves *running* exactly once; what comes afterwards is too late (`agent/core/calls.py`).",
            machine("A call", [each.value for each in CallState], moves),
        ]
    )


def _dialects() -> str:
    parts = [
        "## Dialects",
        "Event types that are called otherwise than in GA, and where a field of the session stands there.",
    ]
    for dialect in DIALECTS.values():
        if dialect.events:
            parts += [
                f"### {dialect.name}",
                _table(
                    ("its event", "GA's event"), ((f"`{own}`", f"`{ga}`") for own, ga in sorted(dialect.events.items()))
                ),
                _table(
                    ("its session field", "GA's"),
                    ((f"`{own}`", f"`{ga}`") for own, ga in sorted(dialect.session.moved.items())),
                ),
            ]
    return "\n\n".join(parts)


def _profiles() -> str:
    names = list(PROFILES)
    fields = sorted(set().union(*(profile.session for profile in PROFILES.values())))
    rows = [(f"`{each}`", *("yes" if each in PROFILES[name].session else "" for name in names)) for each in fields]
    can = [(each, *("yes" if getattr(PROFILES[name], each) else "" for name in names)) for each in _ABILITIES]
    optional = ", ".join(f"`{each}`" for each in OPTIONAL)
    return "\n\n".join(
        [
            "## What each kind of service takes",
            _table(("field of the session", *names), rows),
            "Where a service rejects one of these, the session goes on without it: " + optional + ".",
            "### What each can do",
            _table(("", *names), ((_ABILITIES[name], *cells) for name, *cells in can)),
        ]
    )


_ABILITIES = {
    "both_modalities": "audio and text in one response",
    "sideband": "a WebRTC call can be controlled from the server",
    "out_of_band": "responses beside the conversation",
    "server_tools": "calls the tools of MCP servers itself",
    "azure_speech": "Azure's voices, noise suppression and transcription",
}


def _imports() -> str:
    spec = importlib.util.spec_from_file_location("import_rules", ROOT / "tests" / "test_import_rules.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(ROOT / "tests" / "test_import_rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rules: dict[str, set[str]] = module.RULES
    composing = ", ".join(f"`{each}`" for each in sorted(module.COMPOSING))
    rows = [
        (f"`{name}`", ", ".join(f"`{each}`" for each in sorted(allowed)) or "nothing")
        for name, allowed in sorted(rules.items())
    ]
    return "\n\n".join(
        [
            "## Who may import whom",
            f"{_IMPORTS} {composing}.",
            _table(("module", "may import"), rows),
        ]
    )


def _moves(moves: dict[Enum, Enum]) -> str:
    targets = set(moves.values())
    if moves and len(targets) == 1 and len(moves) == len(type(next(iter(moves)))):
        return f"any → {targets.pop().value}"
    return ", ".join(f"{old.value} → {new.value}" for old, new in moves.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])
