"""Settings as an environment would give them."""

from __future__ import annotations

import pytest

from agent.config import Settings


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Makes settings from variables, without those of the machine and without its `.env`."""
    monkeypatch.chdir(tmp_path)

    def make(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return make
