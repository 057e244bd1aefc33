"""The settings of Azure AI Search, as fields of the one class that reads the environment (`agent.config.Settings`)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, SecretStr

from agent.addresses import has_place


def _address(value: str) -> str:
    # The text never repeats the value: an address that was pasted may hold a key.
    value = value.strip().rstrip("/")
    value = value if "://" in value else f"https://{value}"
    if not re.fullmatch(r"https?://[^\s/?#@]+", value) or not has_place(value):
        raise ValueError("is no address of a search service; it should look like https://NAME.search.windows.net")
    return value


def _index(value: str) -> str:
    value = value.strip()
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", value) or "--" in value or len(value) > 128:
        raise ValueError("is no name of an index: lower-case letters, digits and single dashes between them")
    return value


_Text = Annotated[str, AfterValidator(str.strip)]
_Address = Annotated[str, AfterValidator(_address)]
_Index = Annotated[str, AfterValidator(_index)]


class SearchSettings(BaseModel):
    """Which index is searched, and how it is filled; each field is read from the variable of its name.

    Attributes:
        azure_search_endpoint: The search service, such as `https://NAME.search.windows.net`.
        azure_search_index: The index.
        azure_search_api_key: A key of the service; without it Microsoft Entra ID is used.
        azure_search_knowledge_base: A knowledge base, to be asked in place of the index.
        azure_search_semantic_configuration: One of the index's; by default its own default, `-` for none.
        azure_search_use_vector_query: Whether to search by meaning as well as by words.
        azure_search_time_limit: Seconds that a search may take.
        azure_search_identifier_field: The index's field for a passage's key; this and the next are found out from the
            index where they are not set, and `-` leaves one out.
        azure_search_content_field: The passage.
        azure_search_embedding_field: Its vector.
        azure_search_title_field: The document's title.
        azure_search_document_field: The document's name.
        azure_search_page_field: The page.
        azure_search_url_field: Where the document opens.
        azure_search_groups_field: The groups that may read it.
        azure_search_users_field: The users that may read it.
        azure_openai_embedding_deployment: A deployment of the resource of `AZURE_OPENAI_ENDPOINT` that embeds passages;
            without it they are embedded here.
        azure_openai_embedding_model: Its model.
        azure_openai_embedding_dimensions: The length of its vectors; by default the model's own.
        azure_storage_connection: `AZURE_STORAGE_CONNECTION` (or `AZURE_STORAGE_CONNECTION_STRING`): the storage
            account's resource id or a connection string, for an indexer.
        azure_storage_container: The container that an indexer reads.
    """

    model_config = ConfigDict(populate_by_name=True)

    azure_search_endpoint: _Address | None = None
    azure_search_index: _Index | None = None
    azure_search_api_key: SecretStr | None = None
    azure_search_knowledge_base: _Text | None = None
    azure_search_semantic_configuration: _Text | None = None
    azure_search_use_vector_query: bool = True
    azure_search_time_limit: Annotated[float, Field(gt=0)] | None = None
    azure_search_identifier_field: _Text | None = None
    azure_search_content_field: _Text | None = None
    azure_search_embedding_field: _Text | None = None
    azure_search_title_field: _Text | None = None
    azure_search_document_field: _Text | None = None
    azure_search_page_field: _Text | None = None
    azure_search_url_field: _Text | None = None
    azure_search_groups_field: _Text | None = None
    azure_search_users_field: _Text | None = None
    azure_openai_embedding_deployment: _Text | None = None
    azure_openai_embedding_model: _Text = "text-embedding-3-large"
    azure_openai_embedding_dimensions: Annotated[int, Field(gt=0, le=4096)] | None = None
    azure_storage_connection: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("AZURE_STORAGE_CONNECTION", "AZURE_STORAGE_CONNECTION_STRING"),
    )
    azure_storage_container: _Text | None = None
