"""Azure AI Search: an index in the cloud, searched as ours is, and filled by `vocative ingest --to azure`."""

from __future__ import annotations

from tools.search.azure.fields import FieldNames
from tools.search.azure.search import AzureSearch
from tools.search.azure.service import SearchService

__all__ = ["AzureSearch", "FieldNames", "SearchService"]
