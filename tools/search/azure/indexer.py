"""Indexer: the service reads a container of blobs itself, cuts and embeds them, and fills the index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from azure.search.documents.indexes.models import (
    AzureOpenAIEmbeddingSkill,
    IndexingParameters,
    IndexingParametersConfiguration,
    InputFieldMappingEntry,
    NativeBlobSoftDeleteDeletionDetectionPolicy,
    OutputFieldMappingEntry,
    SearchIndexer,
    SearchIndexerDataContainer,
    SearchIndexerDataSourceConnection,
    SearchIndexerIndexProjection,
    SearchIndexerIndexProjectionSelector,
    SearchIndexerIndexProjectionsParameters,
    SearchIndexerSkillset,
    SplitSkill,
)

from tools.errors import SearchError
from tools.search.azure.definition import VECTOR

if TYPE_CHECKING:
    from tools.search.azure.definition import EmbeddingModel

_PAGE: Final = 1200  # characters of a passage; about as many words as our own chunks have at most
_OVERLAP: Final = 150
_RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Storage/storageAccounts/[^/]+/?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Blobs:
    """A container of blobs.

    Attributes:
        connection: The storage account's resource id, for the search service's managed identity; or a connection
            string.
        container: The container's name.
        folder: Only the blobs under this prefix; None for all.
        soft_delete: The account keeps deleted blobs for a while, so the indexer sees which are gone.
    """

    connection: str
    container: str
    folder: str | None = None
    soft_delete: bool = False

    def connection_string(self) -> str:
        """The connection as a data source takes it.

        Raises:
            SearchError: It is neither a resource id nor a connection string; not repeated, since it may hold a key.
        """
        text = self.connection.strip()
        if _RESOURCE.fullmatch(text):
            return f"ResourceId={text.rstrip('/')};"
        if "AccountName=" in text or "ResourceId=" in text or "BlobEndpoint=" in text:
            return text
        raise SearchError(
            "the storage account is neither a resource id (/subscriptions/…/storageAccounts/NAME) nor a connection "
            "string: set AZURE_STORAGE_CONNECTION to one of them"
        )


@dataclass(frozen=True, slots=True)
class Names:
    """What belongs to an index is called after it, so that a second run finds it.

    Attributes:
        index: The index's name.
    """

    index: str

    @property
    def data_source(self) -> str:
        """The data source's name."""
        return f"{self.index}-blobs"

    @property
    def skillset(self) -> str:
        """The skillset's name."""
        return f"{self.index}-skills"

    @property
    def indexer(self) -> str:
        """The indexer's name."""
        return f"{self.index}-indexer"


def data_source(names: Names, blobs: Blobs) -> SearchIndexerDataSourceConnection:
    """Where the blobs are."""
    return SearchIndexerDataSourceConnection(
        name=names.data_source,
        type="azureblob",
        connection_string=blobs.connection_string(),
        container=SearchIndexerDataContainer(name=blobs.container, query=blobs.folder),
        data_deletion_detection_policy=NativeBlobSoftDeleteDeletionDetectionPolicy() if blobs.soft_delete else None,
    )


def skillset(names: Names, model: EmbeddingModel) -> SearchIndexerSkillset:
    """How a blob becomes passages: cut, embedded, each projected to the index."""
    passage = "/document/pages/*"
    return SearchIndexerSkillset(
        name=names.skillset,
        description="Cuts documents into passages and embeds them.",
        skills=[
            SplitSkill(
                name="cut",
                context="/document",
                text_split_mode="pages",
                maximum_page_length=_PAGE,
                page_overlap_length=_OVERLAP,
                inputs=[InputFieldMappingEntry(name="text", source="/document/content")],
                outputs=[OutputFieldMappingEntry(name="textItems", target_name="pages")],
            ),
            AzureOpenAIEmbeddingSkill(
                name="embed",
                context=passage,
                resource_url=model.endpoint.rstrip("/"),
                deployment_name=model.deployment,
                model_name=model.model,
                dimensions=model.dimensions,
                inputs=[InputFieldMappingEntry(name="text", source=passage)],
                outputs=[OutputFieldMappingEntry(name="embedding", target_name=VECTOR)],
            ),
        ],
        index_projection=SearchIndexerIndexProjection(
            selectors=[
                SearchIndexerIndexProjectionSelector(
                    target_index_name=names.index,
                    parent_key_field_name="parent_id",
                    source_context=passage,
                    mappings=[
                        InputFieldMappingEntry(name="text", source=passage),
                        InputFieldMappingEntry(name=VECTOR, source=f"{passage}/{VECTOR}"),
                        InputFieldMappingEntry(name="title", source="/document/metadata_storage_name"),
                        InputFieldMappingEntry(name="document", source="/document/metadata_storage_name"),
                        InputFieldMappingEntry(name="url", source="/document/metadata_storage_path"),
                    ],
                )
            ],
            parameters=SearchIndexerIndexProjectionsParameters(projection_mode="skipIndexingParentDocuments"),
        ),
    )


def indexer(names: Names) -> SearchIndexer:
    """What ties them together; blobs that cannot be read are reported, and the rest taken in."""
    return SearchIndexer(
        name=names.indexer,
        data_source_name=names.data_source,
        skillset_name=names.skillset,
        target_index_name=names.index,
        parameters=IndexingParameters(
            max_failed_items=-1,
            max_failed_items_per_batch=-1,
            configuration=IndexingParametersConfiguration(
                data_to_extract="contentAndMetadata",
                parsing_mode="default",
                fail_on_unsupported_content_type=False,
                fail_on_unprocessable_document=False,
                query_timeout=None,
            ),
        ),
    )
