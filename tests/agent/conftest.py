"""What several tests of the agent need."""

from __future__ import annotations

import os
import sys

import pytest


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a user's module of a name that no other test uses, and gives the name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written = []

    def write(source):
        written.append(f"users_module_{len(written)}_{os.getpid()}_{id(written)}")
        (tmp_path / f"{written[-1]}.py").write_text(source, encoding="utf-8")
        return written[-1]

    yield write
    for name in written:
        sys.modules.pop(name, None)
