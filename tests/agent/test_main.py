"""`python -m agent`: the command line, from its first moment."""

from __future__ import annotations

import sys

import pytest

from agent.__main__ import main


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
