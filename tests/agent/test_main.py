"""`python -m agent`: the command line, from its first moment."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.__main__ import main
from tests.environment import environment

ROOT = Path(__file__).parents[2]


class CtrlC:
    """Has Ctrl+C pressed while a module is imported."""

    def find_spec(self, name, *_):
        if name == "agent.cli":
            raise KeyboardInterrupt


def test_ctrl_c_while_the_commands_are_imported_ends_with_its_exit_code_and_no_traceback(monkeypatch):
    monkeypatch.delitem(sys.modules, "agent.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [CtrlC(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def vocative(*arguments, folder, without="", **variables):
    """Run the command line in a process of its own; `without` is what a shell closes before, such as `>&-`."""
    begun = ["sh", "-c", f'exec "$@" {without}', "sh", sys.executable, "-m", "agent", *map(str, arguments)]
    surroundings = environment(PYTHONPATH=str(ROOT), **variables)
    return subprocess.run(begun, cwd=folder, env=surroundings, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Windows closes no streams")
@pytest.mark.parametrize("without", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_standard_stream_that_is_closed_ends_nothing(tmp_path, without):
    done = vocative("check", "--model", "azure", folder=tmp_path, without=without)
    assert done.returncode == 2, done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_an_output_that_takes_no_more_is_told_in_a_line(tmp_path):
    done = vocative("check", "--model", "azure", folder=tmp_path, without=">/dev/full")
    assert (done.returncode, done.stderr.decode()) == (1, f"vocative: {os.strerror(errno.ENOSPC)}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="begun by a shell")
def test_letters_that_the_output_cannot_have_are_told_by_their_numbers(tmp_path):
    (tmp_path / "夏.md").write_text("# Summer 夏\n\nThe office is closed in August. 😀\n", encoding="utf-8")
    search = ["search", "closed", "--documents", tmp_path / "夏.md"]
    done = vocative(*search, folder=tmp_path, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr.decode()
    assert b"\\u590f.md" in done.stdout
    done = vocative(*search, "--json", folder=tmp_path, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout.decode("cp1252"))["results"][0]
    assert found["document"] == "夏.md"
    assert "😀" in found["text"]
