"""Cloud: Azure AI Search as the settings have it, opened for searching or for taking documents in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from agent.config import Settings
from agent.credentials import default_credential
from agent.errors import ConfigurationError
from tools.search.embedder import shared_embedder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from azure.core.credentials import AccessToken

    from agent.credentials import TokenCredential
    from tools.search.azure import AzureSearch, SearchService
    from tools.search.azure.definition import EmbeddingModel
    from tools.search.azure.indexer import Blobs
    from tools.search.azure.knowledge import AzureKnowledge
    from tools.search.azure.pushing import Destination

PREFIX = "azure"
_OWN_LENGTHS = {"text-embedding-3-large": 3072, "text-embedding-3-small": 1536, "text-embedding-ada-002": 1536}


def named(index: Path | str | None) -> str | None:
    """The index that `--index azure:NAME` means; empty for the configured one, None where it means a file."""
    text = "" if index is None else str(index)
    prefix, _, name = text.partition(":")
    return name if prefix == PREFIX and (name or text == PREFIX) else None


def is_configured(settings: Settings) -> bool:
    """Whether the settings say which index or knowledge base is to be searched."""
    return bool(
        settings.azure_search_endpoint and (settings.azure_search_index or settings.azure_search_knowledge_base)
    )


class Cloud:
    """Opens what the settings describe; use it as an asynchronous context manager, on the loop that searches.

    Args:
        settings: The settings.
        index: Another index than the configured one; empty for that.

    Raises:
        ConfigurationError: Something is not configured; the text says which variable to set.
    """

    def __init__(self, settings: Settings, index: str = "") -> None:
        if settings.azure_search_endpoint is None:
            raise ConfigurationError(
                "Azure AI Search is not configured: set AZURE_SEARCH_ENDPOINT to https://NAME.search.windows.net"
            )
        if index:
            # By the same rules as in the environment.
            index = Settings(azure_search_index=index).azure_search_index or ""
        self._settings = settings
        self._index = index or settings.azure_search_index or ""
        self._base = "" if index else settings.azure_search_knowledge_base or ""
        if not self._index and not self._base:
            raise ConfigurationError("no index is named: set AZURE_SEARCH_INDEX, or write azure:NAME")
        self._credential = LazyCredential(settings)
        self._opened: list[Any] = []

    async def __aenter__(self) -> Cloud:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for each in self._opened:
            await each.close()
        await self._credential.close()

    def describe(self) -> str:
        """What is searched, in words."""
        what = f"the knowledge base {self._base!r}" if self._base else f"the index {self._index!r}"
        return f"{what} of Azure AI Search at {self._settings.azure_search_endpoint}"

    def backend(self) -> AzureSearch | AzureKnowledge:
        """What searches: the knowledge base, else the index."""
        from tools.search.azure import AzureSearch, FieldNames  # noqa: PLC0415  (only who searches there pays for it)
        from tools.search.azure.knowledge import AzureKnowledge  # noqa: PLC0415

        s, service = self._settings, self._service()
        names = FieldNames(
            key=s.azure_search_identifier_field,
            text=s.azure_search_content_field,
            vector=s.azure_search_embedding_field,
            title=s.azure_search_title_field,
            document=s.azure_search_document_field,
            page=s.azure_search_page_field,
            url=s.azure_search_url_field,
            groups=s.azure_search_groups_field,
            users=s.azure_search_users_field,
        )
        limit = {"time_limit": s.azure_search_time_limit} if s.azure_search_time_limit else {}
        index: AzureSearch | None = None
        if self._index:
            index = AzureSearch(
                service,
                self._index,
                fields=names,
                semantic=s.azure_search_semantic_configuration,
                vectors=s.azure_search_use_vector_query,
                embedder=shared_embedder(),
                **limit,
            )
        if not self._base:
            assert index is not None  # noqa: S101  (one of the two is named)
            return index
        return AzureKnowledge(service, self._base, fields=names, index=index, **limit)

    def destination(self, groups: tuple[str, ...] = ()) -> Destination:
        """Where `vocative ingest --to azure` pushes documents.

        Args:
            groups: Who may read them; everybody, if empty.
        """
        from tools.search.azure.embedding import AzureOpenAIVectors, LocalVectors  # noqa: PLC0415
        from tools.search.azure.pushing import Destination  # noqa: PLC0415

        model = self._model()
        if model is None:
            return Destination(self._service(), self._index_to_fill(), LocalVectors(shared_embedder()), None, groups)
        key = self._settings.azure_openai_api_key
        vectors = AzureOpenAIVectors(model, key.get_secret_value() if key else self._credential)
        self._opened.append(vectors)
        return Destination(self._service(), self._index_to_fill(), vectors, model, groups)

    def indexing(
        self, container: str | None, folder: str | None, *, soft_delete: bool
    ) -> tuple[SearchService, str, Blobs, EmbeddingModel]:
        """What `vocative ingest --to azure --indexer` runs with.

        Args:
            container: The container; None for the configured one.
            folder: Only the blobs under this prefix.
            soft_delete: The account keeps deleted blobs for a while.

        Raises:
            ConfigurationError: Something is not configured.
        """
        from tools.search.azure.indexer import Blobs  # noqa: PLC0415

        connection, model = self._settings.azure_storage_connection, self._model()
        container = container or self._settings.azure_storage_container
        if connection is None or not container:
            raise ConfigurationError(
                "an indexer reads a container of blobs: set AZURE_STORAGE_CONNECTION to the storage account's resource "
                "id (or a connection string), and AZURE_STORAGE_CONTAINER"
            )
        if model is None:
            raise ConfigurationError(
                "an indexer embeds with Azure OpenAI: set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_EMBEDDING_DEPLOYMENT"
            )
        blobs = Blobs(connection.get_secret_value(), container, folder, soft_delete)
        return self._service(), self._index_to_fill(), blobs, model

    def _service(self) -> SearchService:
        from tools.search.azure import SearchService  # noqa: PLC0415

        key = self._settings.azure_search_api_key
        service = SearchService(
            self._settings.azure_search_endpoint or "", key.get_secret_value() if key else self._credential
        )
        self._opened.append(service)
        return service

    def _index_to_fill(self) -> str:
        if not self._index:
            raise ConfigurationError("no index is named to be filled: set AZURE_SEARCH_INDEX, or write --to azure:NAME")
        return self._index

    def _model(self) -> EmbeddingModel | None:
        from tools.search.azure.definition import EmbeddingModel  # noqa: PLC0415

        s = self._settings
        if not s.azure_openai_embedding_deployment:
            return None
        if s.azure_openai_endpoint is None:
            raise ConfigurationError("AZURE_OPENAI_EMBEDDING_DEPLOYMENT needs AZURE_OPENAI_ENDPOINT: set that as well")
        length = s.azure_openai_embedding_dimensions or _OWN_LENGTHS.get(s.azure_openai_embedding_model)
        if length is None:
            raise ConfigurationError(
                f"how long are the vectors of {s.azure_openai_embedding_model!r}? Set AZURE_OPENAI_EMBEDDING_DIMENSIONS"
            )
        return EmbeddingModel(
            s.azure_openai_endpoint, s.azure_openai_embedding_deployment, s.azure_openai_embedding_model, length
        )


class LazyCredential:
    """azure-identity's credential, made in a thread when the first token is wanted: its import takes a while.

    Args:
        settings: Where a service principal may stand.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._making = asyncio.Lock()
        self._made: TokenCredential | None = None

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Fetch a token; see `azure.core.credentials_async.AsyncTokenCredential`."""
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(default_credential, self._settings)
        return await self._made.get_token(*scopes, **options)

    async def close(self) -> None:
        """Close its connections."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    async def __aenter__(self) -> LazyCredential:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()
