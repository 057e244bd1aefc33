"""Where sessions are kept, as fields of the one class that reads the environment (`agent.config.Settings`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from agent.door.settings import listed

_Key = Annotated[SecretStr, Field(min_length=32)]
# Without `NoDecode` a list in the environment would have to be JSON.
_Keys = Annotated[tuple[_Key, ...], NoDecode, BeforeValidator(listed)]


class SessionsSettings(BaseModel):
    """Where sessions are kept that a caller can come back to on another worker.

    Attributes:
        sessions_url: `VOCATIVE_SESSIONS_URL`: a Redis, such as `rediss://:PASSWORD@HOST:6380/0`.
        sessions_keys: `VOCATIVE_SESSIONS_KEY`: what they are encrypted with there, at least 32 characters; several with
            commas between them while one is replaced: the first encrypts, and all of them decrypt.
    """

    model_config = ConfigDict(populate_by_name=True)

    sessions_url: SecretStr | None = Field(default=None, validation_alias="VOCATIVE_SESSIONS_URL")
    sessions_keys: _Keys = Field(default=(), validation_alias="VOCATIVE_SESSIONS_KEY")
