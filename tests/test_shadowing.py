"""A generic package name is easily shadowed by the user's own: then say so, and by whom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imported_in(folder):
    """Import `agent` with Python started in a folder, as a user's script would be."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    command = [sys.executable, "-c", "import agent; print(agent.__version__)"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", ["package", "namespace", "module"])
def test_a_foreign_tools_package_is_named_beside_ours(tmp_path, kind):
    """Trap coffeeAgntcy#320: a generic top-level package name is shadowed by the user's own folder."""
    foreign = tmp_path / ("tools.py" if kind == "module" else "tools")
    if kind == "module":
        foreign.write_text("", "utf-8")
    else:
        foreign.mkdir()
        (foreign / ("__init__.py" if kind == "package" else "hammer.py")).write_text("", "utf-8")
    found = imported_in(tmp_path)
    if kind == "namespace":
        # A folder without `__init__.py` gives way to a real package wherever that stands on the path.
        assert found.returncode == 0, found.stderr
        return
    assert found.returncode != 0
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: another package named 'tools' hides Vocative's")
    assert str(foreign.resolve()) in last
    assert str(ROOT / "tools") in last


def test_without_one_the_import_works(tmp_path):
    found = imported_in(tmp_path)
    assert found.returncode == 0, found.stderr
