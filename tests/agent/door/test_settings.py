"""The door's settings, read by the one reader of the environment."""

from __future__ import annotations

import re

import pytest

from agent.config import Settings
from agent.door.settings import DoorSettings
from agent.errors import ConfigurationError


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)


def names():
    return [str(field.validation_alias) for field in DoorSettings.model_fields.values()]


def test_without_settings_only_this_machine_is_let_in():
    settings = Settings()
    assert settings.api_keys == ()
    assert settings.secret is None
    assert settings.easy_auth is False


def test_lists_are_written_with_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("VOCATIVE_API_KEYS", "one, two three")
    monkeypatch.setenv("VOCATIVE_ALLOWED_ORIGINS", "https://a.example,https://b.example")
    monkeypatch.setenv("VOCATIVE_ENTRA_AUDIENCE", "")
    settings = Settings()
    assert [key.get_secret_value() for key in settings.api_keys] == ["one", "two", "three"]
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.entra_audiences == ()


def test_a_dotenv_file_is_read_too(tmp_path):
    (tmp_path / ".env").write_text("VOCATIVE_EASY_AUTH=true\nVOCATIVE_MAX_SESSIONS=7\n", encoding="utf-8")
    assert (Settings().easy_auth, Settings().max_sessions) == (True, 7)


def test_secrets_are_never_printed(monkeypatch):
    monkeypatch.setenv("VOCATIVE_API_KEYS", "key-in-the-clear")
    monkeypatch.setenv("VOCATIVE_SECRET", "secret-in-the-clear-" * 2)
    assert "in-the-clear" not in repr(Settings())


def test_an_empty_secret_is_none_and_a_short_one_is_refused_without_being_told(monkeypatch):
    monkeypatch.setenv("VOCATIVE_SECRET", "")
    assert Settings().secret is None
    monkeypatch.setenv("VOCATIVE_SECRET", "hunter2")
    with pytest.raises(ConfigurationError, match=r"VOCATIVE_SECRET is too short: .* at least 32 characters") as error:
        Settings()
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", [each for each in names() if re.search("MINUTES|SESSIONS|SECOND|BYTES|BURST", each)])
@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_a_limit_is_a_number_above_zero(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} "):
        Settings()
