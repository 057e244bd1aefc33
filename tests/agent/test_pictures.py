import pytest

from agent.config import Settings
from agent.errors import ConfigurationError
from agent.pictures import image_service

AZURE = {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/", "AZURE_OPENAI_IMAGE_DEPLOYMENT": "gpt-image-1"}
OPENAI = {"OPENAI_IMAGE_MODEL": "gpt-image-2", "OPENAI_API_KEY": "sesame"}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No variable of this machine, and no `.env` file."""
    monkeypatch.chdir(tmp_path)
    for name in (*AZURE, *OPENAI, "AZURE_OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def configured(monkeypatch, variables, **options):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return image_service(**options)


async def test_a_deployment_on_azure_comes_before_a_model_of_openais(monkeypatch):
    service = configured(monkeypatch, AZURE | OPENAI | {"AZURE_OPENAI_API_KEY": "open"})
    assert service.url == "https://r.openai.azure.com/openai/v1/images/generations"
    assert await service.headers() == {"api-key": "open"}


async def test_a_token_is_used_where_there_is_no_key_and_before_one(monkeypatch):
    service = configured(monkeypatch, AZURE | {"AZURE_OPENAI_API_KEY": "open"}, token_provider=lambda: "token")
    assert await service.headers() == {"Authorization": "Bearer token"}


def test_a_dated_version_and_a_model_may_be_named(monkeypatch):
    more = {"AZURE_OPENAI_IMAGE_MODEL": "dall-e-3", "AZURE_OPENAI_IMAGE_API_VERSION": "2024-10-21"}
    named = AZURE | more | {"AZURE_OPENAI_IMAGE_DEPLOYMENT": "pictures", "AZURE_OPENAI_API_KEY": "open"}
    service = configured(monkeypatch, named)
    assert service.url.endswith("/openai/deployments/pictures/images/generations?api-version=2024-10-21")
    assert service.model.names[0] == "dall-e-3"


async def test_a_model_of_openais_is_reached_where_the_base_address_says(monkeypatch):
    service = configured(monkeypatch, OPENAI)
    assert service.url == "https://api.openai.com/v1/images/generations"
    assert await service.headers() == {"Authorization": "Bearer sesame"}
    service = configured(monkeypatch, {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    assert service.url == "http://127.0.0.1:9/v1/images/generations"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "AZURE_OPENAI_IMAGE_DEPLOYMENT, or OPENAI_IMAGE_MODEL"),
        ({"OPENAI_IMAGE_MODEL": "gpt-image-2"}, "need OPENAI_API_KEY"),
        ({"AZURE_OPENAI_IMAGE_DEPLOYMENT": "gpt-image-1"}, "need AZURE_OPENAI_ENDPOINT"),
        (AZURE, "need AZURE_OPENAI_API_KEY"),
        (OPENAI | {"OPENAI_IMAGE_MODEL": "sora"}, "no image model"),
    ],
)
def test_what_is_missing_is_named(monkeypatch, variables, told):
    with pytest.raises(ConfigurationError, match=told):
        configured(monkeypatch, variables)


def test_settings_may_be_handed_in():
    assert image_service(Settings(openai_image_model="gpt-image-2", openai_api_key="k")).name == "gpt-image-2"
