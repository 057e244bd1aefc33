"""Field names: what the parts of a passage are called in an index, as configured or by the names in common use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

NONE: Final = "-"  # configured for a part that shall not be used although the index has a field for it

# The names under which the portal's wizard, the well-known samples and we ourselves store each part, best first.
COMMON: Final[dict[str, tuple[str, ...]]] = {
    "key": ("id", "chunk_id", "key"),
    "text": ("text", "chunk", "content", "page_content", "snippet", "body", "merged_content"),
    "title": ("title", "metadata_title", "document_title", "name"),
    "document": ("document", "sourcefile", "filepath", "file_name", "filename", "metadata_storage_name", "source"),
    "page": ("page", "page_number", "pageNumber", "sourcepage"),
    "url": ("url", "source_url", "document_url", "storageUrl", "metadata_storage_path"),
    "groups": ("groups", "group_ids"),
    "users": ("oids", "user_ids"),
}
# How each name is set in the environment, for errors.
VARIABLES: Final[dict[str, str]] = {
    "key": "AZURE_SEARCH_IDENTIFIER_FIELD",
    "text": "AZURE_SEARCH_CONTENT_FIELD",
    "vector": "AZURE_SEARCH_EMBEDDING_FIELD",
    "title": "AZURE_SEARCH_TITLE_FIELD",
    "document": "AZURE_SEARCH_DOCUMENT_FIELD",
    "page": "AZURE_SEARCH_PAGE_FIELD",
    "url": "AZURE_SEARCH_URL_FIELD",
    "groups": "AZURE_SEARCH_GROUPS_FIELD",
    "users": "AZURE_SEARCH_USERS_FIELD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNames:
    """The names of an index's fields. None: found out from the index's definition. `"-"`: there is none to be used.

    Attributes:
        key: Identifies a passage.
        text: The passage.
        vector: Its embedding.
        title: The document's title.
        document: The document's name or path.
        page: The page, as a number or at the end of a text such as `handbook.pdf#page=3`.
        url: Where the document can be opened.
        groups: The groups that may read it, a collection of texts; an empty one lets everybody read.
        users: The ids of users that may read it, likewise.
    """

    key: str | None = None
    text: str | None = None
    vector: str | None = None
    title: str | None = None
    document: str | None = None
    page: str | None = None
    url: str | None = None
    groups: str | None = None
    users: str | None = None

    def given(self) -> dict[str, str]:
        """The names that were configured, by part."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {part: name for part, name in named.items() if name is not None and name != NONE}

    def unwanted(self, part: str) -> bool:
        """Whether a part shall not be used."""
        return getattr(self, part) == NONE
