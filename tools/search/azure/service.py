"""Search service: one Azure AI Search service, how it is signed in to, and the SDK's clients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient, SearchIndexerClient
from azure.search.documents.knowledgebases.aio import KnowledgeBaseRetrievalClient

from tools.errors import SearchError
from tools.proxies import proxy_for

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

AUDIENCE: Final = "https://search.azure.com"
# We wait and try again ourselves: a search has a deadline, which the SDK's own retries know nothing of.
_NO_RETRIES: Final[dict[str, Any]] = {"retry_total": 0, "connection_timeout": 10, "read_timeout": 120}


class SearchService:
    """A service; close it when it is no longer used. Its connections are made on first use.

    Args:
        endpoint: Its address, such as `https://NAME.search.windows.net`.
        credential: A key, or where tokens come from (of azure-identity's `aio`); that is not closed with the service.
        audience: Whom tokens are asked for; another one in sovereign clouds.

    Raises:
        SearchError: The address or the key cannot be used.
        ProxyError: The environment names a proxy for it that cannot be used.
    """

    def __init__(self, endpoint: str, credential: str | AsyncTokenCredential, *, audience: str = AUDIENCE) -> None:
        address = urlsplit(endpoint)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise SearchError(f"{endpoint!r} is no address of a search service: write https://NAME.search.windows.net")
        if isinstance(credential, str):
            if not credential.strip():
                raise SearchError("the key of the search service is empty: set it, or sign in with Microsoft Entra ID")
        elif address.scheme == "http":
            raise SearchError(f"{endpoint} is not encrypted, and a token is never sent there: write https://…")
        self.endpoint = endpoint.rstrip("/")
        self.host = address.hostname
        self.by_key = isinstance(credential, str)
        self._credential = AzureKeyCredential(credential.strip()) if isinstance(credential, str) else credential
        self.proxy = proxy_for(endpoint)
        proxies = None if self.proxy is None else {address.scheme: self.proxy.url}
        # We say ourselves which way it is, so that the rule is the same for every client; the SDK would look, too.
        self._options: dict[str, Any] = {
            "audience": audience,
            "proxies": proxies,
            "use_env_settings": False,
            **_NO_RETRIES,
        }
        self._clients: dict[tuple[str, str], Any] = {}

    def documents(self, index: str) -> SearchClient:
        """The client that searches and fills an index."""
        return self._client(
            "documents", index, lambda: SearchClient(self.endpoint, index, self._credential, **self._options)
        )

    async def search(self, index: str, **given: Any) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """One page of what an index finds, and the answers by the key of the passage that each stands in.

        Args:
            index: The index's name.
            given: What `SearchClient.search` is called with.
        """
        pages = cast("Any", await self.documents(index).search(**given))
        results = [dict(result) async for result in pages]
        answers = await pages.get_answers() if "query_answer" in given else None
        return results, {str(answer.key): answer.text or "" for answer in answers or ()}

    def indexes(self) -> SearchIndexClient:
        """The client that reads and writes definitions of indexes and knowledge bases."""
        return self._client("indexes", "", lambda: SearchIndexClient(self.endpoint, self._credential, **self._options))

    def indexers(self) -> SearchIndexerClient:
        """The client of indexers and what belongs to them."""
        return self._client(
            "indexers", "", lambda: SearchIndexerClient(self.endpoint, self._credential, **self._options)
        )

    def knowledge(self, knowledge_base: str) -> KnowledgeBaseRetrievalClient:
        """The client that asks a knowledge base."""
        return self._client(
            "knowledge",
            knowledge_base,
            lambda: KnowledgeBaseRetrievalClient(
                self.endpoint, self._credential, knowledge_base_name=knowledge_base, **self._options
            ),
        )

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    def _client(self, kind: str, name: str, make: Any) -> Any:
        if (kind, name) not in self._clients:
            self._clients[kind, name] = make()
        return self._clients[kind, name]
