"""Settings: the environment's one reader."""

from __future__ import annotations

import pytest

from agent.config import Settings

AZURE = "wss://r.openai.azure.com/openai/v1/realtime?model=d"
OPENAI = "wss://api.openai.com/v1/realtime?model=m"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "VOCATIVE_REASONER_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_key_nothing_is_sent():
    assert Settings().headers_for(OPENAI) == {}


def test_each_service_gets_its_key_the_way_it_wants_it(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "two")
    assert Settings().headers_for(OPENAI) == {"Authorization": "Bearer one"}
    assert Settings().headers_for(AZURE) == {"api-key": "two"}


def test_a_dotenv_file_is_read(tmp_path):
    (tmp_path / ".env").write_text("OPENAI_API_KEY=three\n", encoding="utf-8")
    assert Settings().headers_for(OPENAI) == {"Authorization": "Bearer three"}


def test_the_reasoner_falls_back_to_the_common_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    key = Settings().reasoner_api_key
    assert key is not None
    assert key.get_secret_value() == "one"


def test_a_key_is_never_printed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(Settings())
