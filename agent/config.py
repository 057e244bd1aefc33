"""Settings: the only reader of the environment (and of a `.env` file in the working directory)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from agent.addresses import has_place
from agent.door.settings import DoorSettings
from agent.errors import ConfigurationError
from agent.pricing.settings import PricingSettings
from agent.search_settings import SearchSettings
from agent.sessions.settings import SessionsSettings
from agent.telemetry.settings import TelemetrySettings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

# Values of `OPENAI_API_VERSION` that mean the GA protocol, which takes no version in its address.
_GA_VERSIONS = {"v1", "latest", "preview"}


def _endpoint(value: str) -> str:
    # The text never repeats the value: an address that was pasted may hold a key.
    value = value.strip()
    if "://" not in value:
        value = f"https://{value}"
    if not re.fullmatch(r"(?:https?|wss?)://[^\s/?#]+(?:[/?]\S*)?", value) or not has_place(value):
        raise ValueError("is no address; it should look like https://RESOURCE.openai.azure.com/")
    return value


def _version(value: str) -> str | None:
    value = value.strip()
    if value in _GA_VERSIONS:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:-preview)?", value):
        raise ValueError("is no api-version; it should look like 2025-04-01-preview")
    return value


def _name(value: str) -> str:
    value = value.strip()
    if not value or re.search(r"[\s/?#&]", value):
        raise ValueError("is no name of a model or deployment: no blanks, slashes, '?', '#' or '&'")
    return value


def _secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("cannot be a key: it has blanks or other characters that no key has")
    return SecretStr(text)


Endpoint = Annotated[str, AfterValidator(_endpoint)]
Version = Annotated[str, AfterValidator(_version)]
Name = Annotated[str, AfterValidator(_name)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]


class _Parts(DoorSettings, SearchSettings, TelemetrySettings, PricingSettings, SessionsSettings):
    """The settings that stand elsewhere."""


class Settings(_Parts, BaseSettings):
    """What the environment says, beside the settings of the parts: door, search, telemetry, money, kept sessions.

    A variable that is set but empty counts as not set.

    Attributes:
        model: `VOCATIVE_MODEL`: what `--model` takes, for when that is not given.
        model_auth: `VOCATIVE_MODEL_AUTH`: how to say who we are to the model's service, instead of what is derived.
        azure_openai_endpoint: `AZURE_OPENAI_ENDPOINT`: the resource, such as `https://R.openai.azure.com/`.
        azure_openai_deployment: `AZURE_OPENAI_REALTIME_DEPLOYMENT` (or `AZURE_OPENAI_DEPLOYMENT_NAME`): the deployment
            of a Realtime model.
        azure_openai_api_key: `AZURE_OPENAI_API_KEY`; without it Microsoft Entra ID is used.
        azure_openai_api_version: `OPENAI_API_VERSION` (or `AZURE_OPENAI_API_VERSION`): picks the preview protocol,
            unless it is `v1`, `preview` or `latest`.
        azure_openai_transcription_deployment: `AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT`: the deployment that writes down
            the user's words, for agents that name none.
        azure_openai_image_deployment: `AZURE_OPENAI_IMAGE_DEPLOYMENT`: the deployment that makes pictures.
        azure_openai_image_model: `AZURE_OPENAI_IMAGE_MODEL`: the model that is deployed there, where the deployment is
            not called like it.
        azure_openai_image_api_version: `AZURE_OPENAI_IMAGE_API_VERSION`: picks the address of a dated version.
        azure_voicelive_endpoint: `AZURE_VOICELIVE_ENDPOINT`: the resource, such as `https://R.services.ai.azure.com/`.
        azure_voicelive_model: `AZURE_VOICELIVE_MODEL`: the model that answers there.
        azure_voicelive_transcription_model: `AZURE_VOICELIVE_TRANSCRIPTION_MODEL`: what writes down the user's words.
        azure_voicelive_api_key: `AZURE_VOICELIVE_API_KEY`; without it Microsoft Entra ID is used.
        azure_voicelive_api_version: `AZURE_VOICELIVE_API_VERSION`: another version than the current one.
        openai_api_key: `OPENAI_API_KEY`: for OpenAI and any compatible service.
        openai_base_url: `OPENAI_BASE_URL`: another place than `https://api.openai.com/v1`.
        openai_realtime_model: `OPENAI_REALTIME_MODEL`: the model that answers there.
        openai_transcription_model: `OPENAI_TRANSCRIPTION_MODEL`: the model that writes down the user's words.
        openai_image_model: `OPENAI_IMAGE_MODEL`: the model that makes pictures, where no deployment is set.
        azure_client_id: `AZURE_CLIENT_ID`: the user-assigned managed identity, or the service principal.
        azure_tenant_id: `AZURE_TENANT_ID`: of the service principal.
        azure_client_secret: `AZURE_CLIENT_SECRET`: of the service principal.
        port: `VOCATIVE_LISTEN_PORT`: what `--port` takes, for when that is not given.
        workers: `VOCATIVE_WORKERS`: what `--workers` takes, for when that is not given.
        worker_timeout: `VOCATIVE_WORKER_TIMEOUT`: seconds that the event loop of one of several workers may be blocked
            before the worker is replaced; 0 for any time.
        reasoner_api_key: `VOCATIVE_REASONER_API_KEY`: for the chat endpoint of `--reasoner`; falls back to OpenAI's.

    Raises:
        ConfigurationError: A value cannot be used; the text names the variable and never the value.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    model: str | None = Field(default=None, validation_alias="VOCATIVE_MODEL")
    model_auth: Literal["entra", "api-key", "api-key-query", "bearer", "none"] | None = Field(
        default=None, validation_alias="VOCATIVE_MODEL_AUTH"
    )

    azure_openai_endpoint: Endpoint | None = None
    azure_openai_deployment: Name | None = Field(
        default=None, validation_alias=AliasChoices("AZURE_OPENAI_REALTIME_DEPLOYMENT", "AZURE_OPENAI_DEPLOYMENT_NAME")
    )
    azure_openai_api_key: Secret | None = None
    azure_openai_api_version: Version | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION")
    )

    azure_openai_transcription_deployment: Name | None = None
    azure_openai_image_deployment: Name | None = None
    azure_openai_image_model: Name | None = None
    azure_openai_image_api_version: Version | None = None

    azure_voicelive_endpoint: Endpoint | None = None
    azure_voicelive_model: Name | None = None
    azure_voicelive_transcription_model: Name | None = None
    azure_voicelive_api_key: Secret | None = None
    azure_voicelive_api_version: Version | None = None

    openai_api_key: Secret | None = None
    openai_base_url: Endpoint | None = None
    openai_realtime_model: Name | None = None
    openai_transcription_model: Name | None = None
    openai_image_model: Name | None = None

    azure_client_id: str | None = None
    azure_tenant_id: str | None = None
    azure_client_secret: SecretStr | None = None

    # Not VOCATIVE_PORT: Kubernetes sets that to an address, in every pod beside a service called `vocative`.
    port: int = Field(default=8765, ge=0, le=65535, validation_alias="VOCATIVE_LISTEN_PORT")
    workers: int = Field(default=1, ge=1, le=256, validation_alias="VOCATIVE_WORKERS")

    worker_timeout: float = Field(default=60.0, ge=0, le=86400, validation_alias="VOCATIVE_WORKER_TIMEOUT")

    reasoner_api_key: Secret | None = Field(
        default=None, validation_alias=AliasChoices("VOCATIVE_REASONER_API_KEY", "OPENAI_API_KEY")
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ConfigurationError(_told(error)) from None
        except UnicodeDecodeError:
            raise ConfigurationError("the file .env cannot be read: save it as UTF-8") from None
        except (SettingsError, OSError) as error:
            raise ConfigurationError(f"the settings cannot be read: {type(error).__name__}") from None

    def variables(self) -> list[str]:
        """The variables that are set, by the first of their names; never their values."""
        names: list[str] = []
        for name, each in type(self).model_fields.items():
            if name in self.model_fields_set and getattr(self, name) is not None and name != "reasoner_api_key":
                names.append(variables_of(name, each)[0])
        return sorted(names)

    def key(self, variable: str) -> str | None:
        """The key that a variable holds.

        Args:
            variable: `OPENAI_API_KEY`, `AZURE_OPENAI_API_KEY` or `AZURE_VOICELIVE_API_KEY`.

        Returns:
            The key, or None where it is not set.
        """
        keys = {
            "OPENAI_API_KEY": self.openai_api_key,
            "AZURE_OPENAI_API_KEY": self.azure_openai_api_key,
            "AZURE_VOICELIVE_API_KEY": self.azure_voicelive_api_key,
        }
        found = keys[variable]
        return None if found is None else found.get_secret_value()


def variables_of(name: str, field: FieldInfo) -> list[str]:
    """The variables that a field is read from, the one that counts most first.

    Args:
        name: The field.
        field: What pydantic knows of it.
    """
    alias = field.validation_alias
    found = alias.choices if isinstance(alias, AliasChoices) else [alias or name]
    return [str(each).upper() for each in found]


def _told(error: ValidationError) -> str:
    told: list[str] = []
    for each in error.errors(include_url=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else "a setting"
        text = each["msg"].removeprefix("Value error, ").removeprefix("Input ")
        if each["type"] == "too_short":  # secrets only, of whose characters pydantic speaks as of items
            least = each.get("ctx", {}).get("min_length")
            text = f"is too short: give at least {least} characters, such as `openssl rand -hex 32` prints"
        told.append(f"{_variables(name)} {text}")
    return "; ".join(told) + " (in the environment or in .env)"


def _variables(name: str) -> str:
    """Every variable that a value may have come from; pydantic tells the first one only."""
    named = (variables_of(*field) for field in Settings.model_fields.items())
    return " or ".join(next((each for each in named if name.upper() in each), [name.upper()]))
