"""Pictures: the image service that the environment configures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.config import Settings
from agent.errors import ConfigurationError
from tools import DefinitionError
from tools.image import ImageService
from tools.image.service import OPENAI

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SCOPE = "https://cognitiveservices.azure.com/.default"


def image_service(
    settings: Settings | None = None, *, token_provider: Callable[[], str | Awaitable[str]] | None = None
) -> ImageService:
    """The model that makes pictures, as the environment says.

    Args:
        settings: The settings; None reads them.
        token_provider: Gives Microsoft Entra tokens of `SCOPE`, such as `get_bearer_token_provider` of azure-identity
            makes; used for Azure in place of a key where one is given.

    Returns:
        The deployment of `AZURE_OPENAI_IMAGE_DEPLOYMENT`; else OpenAI's model of `OPENAI_IMAGE_MODEL`.

    Raises:
        ConfigurationError: Neither is set, or something that it needs is not.
    """
    given = settings or Settings()
    try:
        return _azure(given, token_provider) if given.azure_openai_image_deployment else _openai(given)
    except DefinitionError as error:
        raise ConfigurationError(f"pictures: {error}") from None


def _azure(settings: Settings, token_provider: Callable[[], str | Awaitable[str]] | None) -> ImageService:
    endpoint, key = settings.azure_openai_endpoint, settings.key("AZURE_OPENAI_API_KEY")
    if endpoint is None:
        raise ConfigurationError("pictures need AZURE_OPENAI_ENDPOINT beside AZURE_OPENAI_IMAGE_DEPLOYMENT")
    if key is None and token_provider is None:
        raise ConfigurationError("pictures need AZURE_OPENAI_API_KEY, or image_service(token_provider=…) without a key")
    return ImageService.azure(
        endpoint,
        settings.azure_openai_image_deployment or "",
        model=settings.azure_openai_image_model,
        api_key="" if token_provider else key or "",
        token_provider=token_provider,
        api_version=settings.azure_openai_image_api_version,
    )


def _openai(settings: Settings) -> ImageService:
    key = settings.key("OPENAI_API_KEY")
    if settings.openai_image_model is None:
        raise ConfigurationError(
            "pictures need AZURE_OPENAI_IMAGE_DEPLOYMENT, or OPENAI_IMAGE_MODEL and OPENAI_API_KEY"
        )
    if key is None:
        raise ConfigurationError("pictures need OPENAI_API_KEY beside OPENAI_IMAGE_MODEL")
    return ImageService.openai(settings.openai_image_model, api_key=key, base_url=settings.openai_base_url or OPENAI)
