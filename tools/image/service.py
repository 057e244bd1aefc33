"""Image service: where a model that makes pictures can be had, and how to say who we are."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlencode

from tools.errors import DefinitionError
from tools.image.models import ImageModel, model_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    TokenProvider: TypeAlias = Callable[[], str | Awaitable[str]]

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class ImageService:
    """A model that makes pictures. Made by `ImageService.azure` or `ImageService.openai`.

    Attributes:
        url: Where pictures are asked for.
        name: The model, or the deployment of it.
        model: What it takes.
        in_body: The request names the model; else the address does.
        header: The header that carries the key.
        key: The key; empty where a token is used.
        token: Gives a token each time; None where there is a key.
    """

    url: str
    name: str
    model: ImageModel
    in_body: bool = True
    header: str = "Authorization"
    key: str = field(default="", repr=False)
    token: TokenProvider | None = field(default=None, repr=False)

    @classmethod
    def azure(
        cls,
        endpoint: str,
        deployment: str,
        *,
        model: str | None = None,
        api_key: str = "",
        token_provider: TokenProvider | None = None,
        api_version: str | None = None,
    ) -> ImageService:
        """A deployment on Azure OpenAI.

        Args:
            endpoint: The resource, such as `https://R.openai.azure.com/`.
            deployment: The deployment.
            model: The model that is deployed there, where the deployment is not called like it.
            api_key: The resource's key.
            token_provider: Instead of a key: gives a Microsoft Entra token each time, plainly or awaited, as
                `azure.identity.aio.get_bearer_token_provider` makes them.
            api_version: A dated version picks the address of that version; None is the v1 API.

        Raises:
            DefinitionError: Something is missing or contradicts itself.
        """
        base = endpoint.strip().rstrip("/").removesuffix("/openai/v1").removesuffix("/openai")
        if not base.startswith(("https://", "http://")):
            raise DefinitionError(f"the endpoint {endpoint!r} is no address: it looks like https://R.openai.azure.com/")
        if api_version is None:
            url = f"{base}/openai/v1/images/generations"
        else:
            query = urlencode({"api-version": api_version})
            url = f"{base}/openai/deployments/{quote(deployment, safe='')}/images/generations?{query}"
        kind = model_of(model or deployment)
        in_body = api_version is None
        return cls(url, deployment, kind, in_body, "api-key", *_credential(api_key, token_provider))

    @classmethod
    def openai(
        cls,
        model: str,
        *,
        api_key: str = "",
        token_provider: TokenProvider | None = None,
        base_url: str = OPENAI,
    ) -> ImageService:
        """A model of OpenAI's, or of a service that is compatible with it.

        Args:
            model: The model.
            api_key: The key.
            token_provider: Instead of a key: gives one each time, plainly or awaited.
            base_url: Where the API stands.

        Raises:
            DefinitionError: Something is missing or contradicts itself.
        """
        url = f"{base_url.strip().rstrip('/')}/images/generations"
        key, token = _credential(api_key, token_provider)
        return cls(url, model, model_of(model), key=key, token=token)

    async def headers(self) -> dict[str, str]:
        """The headers that say who we are."""
        if self.token is None:
            return {self.header: self.key if self.header == "api-key" else f"Bearer {self.key}"}
        given = self.token()
        return {"Authorization": f"Bearer {await given if inspect.isawaitable(given) else given}"}


def _credential(api_key: str, token: TokenProvider | None) -> tuple[str, TokenProvider | None]:
    if bool(api_key) == (token is not None):
        raise DefinitionError("an image service needs either api_key= or token_provider=, and not both")
    return api_key, token
