"""Settings: the environment's one reader."""

from __future__ import annotations

import pytest

from agent.config import Settings
from agent.errors import ConfigurationError


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def test_nothing_is_set_where_nothing_is_said():
    assert Settings().variables() == []
    assert Settings().key("OPENAI_API_KEY") is None


def test_each_variable_goes_to_its_setting(monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/")
    monkeypatch.setenv("AZURE_OPENAI_REALTIME_DEPLOYMENT", "mine")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "k1")
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-04-01-preview")
    monkeypatch.setenv("AZURE_VOICELIVE_API_KEY", "k2")
    settings = Settings()
    assert settings.azure_openai_endpoint == "https://r.openai.azure.com/"
    assert settings.azure_openai_deployment == "mine"
    assert settings.azure_openai_api_version == "2025-04-01-preview"
    assert (settings.key("AZURE_OPENAI_API_KEY"), settings.key("AZURE_VOICELIVE_API_KEY")) == ("k1", "k2")
    assert settings.variables() == [
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_REALTIME_DEPLOYMENT",
        "AZURE_VOICELIVE_API_KEY",
        "OPENAI_API_VERSION",
    ]


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("AZURE_OPENAI_DEPLOYMENT_NAME", "azure_openai_deployment"),
        ("AZURE_OPENAI_API_VERSION", "azure_openai_api_version"),
        ("VOCATIVE_MODEL", "model"),
        ("AZURE_CLIENT_ID", "azure_client_id"),
    ],
)
def test_other_names_of_a_setting_are_read_too(monkeypatch, variable, setting):
    monkeypatch.setenv(variable, "2024-12-17")
    assert getattr(Settings(), setting) == "2024-12-17"


def test_a_dotenv_file_is_read_and_the_environment_overrules_it(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("OPENAI_API_KEY=three\nAZURE_OPENAI_API_KEY=four\n", encoding="utf-8")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "five")
    assert Settings().key("OPENAI_API_KEY") == "three"
    assert Settings().key("AZURE_OPENAI_API_KEY") == "five"


def test_a_dotenv_file_that_is_not_text_is_told(tmp_path):
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"\.env .*UTF-8"):
        Settings()


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "")
    assert Settings().azure_openai_endpoint is None


@pytest.mark.parametrize("value", ["v1", "preview", "latest"])
def test_a_version_that_means_the_ga_protocol_picks_no_preview(monkeypatch, value):
    monkeypatch.setenv("OPENAI_API_VERSION", value)
    assert Settings().azure_openai_api_version is None


def test_an_endpoint_without_a_scheme_is_taken_as_https(monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", " r.openai.azure.com ")
    assert Settings().azure_openai_endpoint == "https://r.openai.azure.com"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AZURE_OPENAI_ENDPOINT", "ftp://hello-there", r"AZURE_OPENAI_ENDPOINT is no address"),
        ("AZURE_OPENAI_ENDPOINT", "https://", r"AZURE_OPENAI_ENDPOINT is no address"),
        ("AZURE_OPENAI_ENDPOINT", "https://[hello-there]/", r"AZURE_OPENAI_ENDPOINT is no address"),
        ("OPENAI_BASE_URL", "http://[::1/hello-there", r"OPENAI_BASE_URL is no address"),
        ("AZURE_VOICELIVE_ENDPOINT", "https://hello-there:99999/", r"AZURE_VOICELIVE_ENDPOINT is no address"),
        ("AZURE_SEARCH_ENDPOINT", "https://[::1/hello-there", r"AZURE_SEARCH_ENDPOINT is no address"),
        ("AZURE_SEARCH_ENDPOINT", "https://[hello-there", r"AZURE_SEARCH_ENDPOINT is no address"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[hello-there", r"OTEL_EXPORTER_OTLP_ENDPOINT is no address"),
        ("AZURE_OPENAI_DEPLOYMENT_NAME", "two words", r"or AZURE_OPENAI_DEPLOYMENT_NAME is no name"),
        ("OPENAI_API_VERSION", "soon", r"OPENAI_API_VERSION or .* is no api-version"),
        ("AZURE_OPENAI_API_KEY", "hello-there\nX-Evil: 1", r"AZURE_OPENAI_API_KEY cannot be a key"),
        ("VOCATIVE_MODEL_AUTH", "hello-there", r"VOCATIVE_MODEL_AUTH should be 'entra', 'api-key'"),
    ],
)
def test_a_bad_value_is_told_by_the_name_of_its_variable_and_never_repeated(monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=said) as caught:
        Settings()
    assert "hello-there" not in str(caught.value)


def test_the_reasoner_falls_back_to_the_common_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    key = Settings().reasoner_api_key
    assert key is not None
    assert key.get_secret_value() == "one"


def test_a_key_is_never_printed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "sk-secret")
    assert "sk-secret" not in repr(Settings())
    assert "sk-secret" not in str(Settings().model_dump())
