"""Settings: the only reader of the environment (and of a `.env` file in the working directory)."""

from __future__ import annotations

from typing import Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.door.settings import DoorSettings
from agent.errors import ConfigurationError


class Settings(DoorSettings, BaseSettings):
    """What the environment says; beside what stands here, the settings of the door.

    Attributes:
        openai_api_key: `OPENAI_API_KEY`: for OpenAI and any compatible service.
        azure_openai_api_key: `AZURE_OPENAI_API_KEY`: for Azure OpenAI.
        reasoner_api_key: `VOCATIVE_REASONER_API_KEY`: for the chat endpoint of `--reasoner`; falls back to OpenAI's.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    openai_api_key: SecretStr | None = None
    azure_openai_api_key: SecretStr | None = None
    reasoner_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("VOCATIVE_REASONER_API_KEY", "OPENAI_API_KEY")
    )

    def __init__(self, **given: Any) -> None:
        """Read them.

        Raises:
            ConfigurationError: A value cannot be used; the text names the variable, and never the value.
        """
        try:
            super().__init__(**given)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = ".".join(str(each) for each in first["loc"]).upper()
            raise ConfigurationError(f"{name}: {first['msg']}, in the environment or in .env") from None

    def headers_for(self, url: str) -> dict[str, str]:
        """The credentials that go with a model's address.

        Args:
            url: The address that is dialled.

        Returns:
            HTTP headers: `api-key` for Azure's hosts and paths, a bearer token elsewhere; empty without a key.
        """
        azure = ".azure.com" in url or "/openai/" in url or ".microsoft.com" in url
        if azure and self.azure_openai_api_key is not None:
            return {"api-key": self.azure_openai_api_key.get_secret_value()}
        if self.openai_api_key is not None:
            return {"Authorization": f"Bearer {self.openai_api_key.get_secret_value()}"}
        return {}
