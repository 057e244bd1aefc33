"""Embedding: the vectors of chunks, made here or by Azure OpenAI, with the model that the index embeds queries with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from azure.core import AsyncPipelineClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, AzureKeyCredentialPolicy
from azure.core.rest import HttpRequest

from tools.errors import SearchError
from tools.search.azure.failures import brief, status_of
from tools.search.azure.persistence import persist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azure.core.credentials_async import AsyncTokenCredential

    from tools.search.azure.definition import EmbeddingModel
    from tools.search.embedder import Embedder

_SCOPE: Final = "https://cognitiveservices.azure.com/.default"
_TRIES: Final = 8
_DECIMALS: Final = 7  # what a 32-bit float holds


class Vectors(Protocol):
    """Makes the vectors of chunks.

    Attributes:
        name: Identifies the model; vectors of different names cannot be compared.
        dimensions: The length of a vector.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def dimensions(self) -> int: ...  # noqa: D102

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text.

        Raises:
            SearchError: They cannot be made; the text says why.
        """
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


class LocalVectors:
    """Vectors made by an embedder of this process.

    Args:
        embedder: The embedder, which has to be there for searches too.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.dimensions = embedder.dimensions

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Vectors.embed`."""
        rows = await asyncio.to_thread(self._embedder.embed, texts)
        return [[round(float(number), _DECIMALS) for number in row] for row in rows]

    async def close(self) -> None:
        """See `Vectors.close`."""


class AzureOpenAIVectors:
    """Vectors made by a deployment of Azure OpenAI.

    Args:
        model: The deployment.
        credential: A key, or where tokens come from.
    """

    def __init__(self, model: EmbeddingModel, credential: str | AsyncTokenCredential) -> None:
        self._model = model
        self.name = model.name
        self.dimensions = model.dimensions
        policies: list[Any] = [
            AzureKeyCredentialPolicy(AzureKeyCredential(credential), "api-key")
            if isinstance(credential, str)
            else AsyncBearerTokenCredentialPolicy(credential, _SCOPE)
        ]
        self._client: AsyncPipelineClient[Any, Any] = AsyncPipelineClient(model.endpoint, policies=policies)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Vectors.embed`."""
        address = f"{self._model.endpoint.rstrip('/')}/openai/v1/embeddings"
        body: dict[str, Any] = {"model": self._model.deployment, "input": list(texts)}
        if self._model.model.startswith("text-embedding-3"):  # the older model has one length only
            body["dimensions"] = self.dimensions

        async def attempt() -> list[list[float]]:
            response = await self._client.send_request(HttpRequest("POST", address, json=body))
            response.raise_for_status()
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            return [row["embedding"] for row in rows]

        try:
            vectors = await persist(attempt, tries=_TRIES)
        except AzureError as error:
            raise SearchError(self._refused(error)) from error
        if len(vectors) != len(texts) or any(len(vector) != self.dimensions for vector in vectors):
            raise SearchError(
                f"the deployment {self._model.deployment!r} gives vectors of another length than {self.dimensions}: "
                "set AZURE_OPENAI_EMBEDDING_DIMENSIONS to its own"
            )
        return vectors

    async def close(self) -> None:
        """See `Vectors.close`."""
        await self._client.close()

    def _refused(self, error: AzureError) -> str:
        deployment, status = f"the deployment {self._model.deployment!r} at {self._model.endpoint}", status_of(error)
        if status is None:
            why = brief(error) or type(error).__name__
            if isinstance(error, ClientAuthenticationError):
                return (
                    f"nobody is signed in to {deployment}: {why}. Sign in with `az login`, or set AZURE_OPENAI_API_KEY"
                )
            return f"{deployment} cannot be reached: {why}. Check AZURE_OPENAI_ENDPOINT and the firewall"
        advice = {
            401: "is the key right, or the identity of the resource's tenant?",
            403: "the identity needs the role 'Cognitive Services OpenAI User' on the resource",
            404: "check AZURE_OPENAI_EMBEDDING_DEPLOYMENT and AZURE_OPENAI_ENDPOINT",
            429: "the deployment's quota is used up: try again later, or raise it",
        }.get(status, "try again later")
        return f"{deployment} makes no vectors ({status}): {advice}"
