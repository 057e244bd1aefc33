"""Discovery: what an index is like, from its definition, or where that may not be read, from what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError

from tools.search.azure.definition import made_by
from tools.search.azure.failures import status_of
from tools.search.azure.fields import COMMON
from tools.search.azure.layout import STRING, STRINGS, Definition, Field

if TYPE_CHECKING:
    from azure.search.documents.indexes.models import SearchField, SearchIndex

    from tools.search.azure.fields import FieldNames
    from tools.search.azure.service import SearchService


async def discover(service: SearchService, index: str, names: FieldNames) -> Definition:
    """Find out what an index is like.

    Who may only search may not read its definition. Then one of its passages tells which fields there are, and a query
    with a filter whether they can be filtered by: that must not be guessed, since it decides who reads what.

    Args:
        service: Where the index is.
        index: Its name.
        names: The names that were configured.

    Raises:
        AzureError: The service does not answer, or refuses.
    """
    try:
        return described(await service.indexes().get_index(index))
    except HttpResponseError as error:
        if status_of(error) not in {401, 403}:
            raise
    return await _sampled(service, index, names)


def described(index: SearchIndex) -> Definition:
    """An index as the SDK has it, as what matters to us."""
    vectors = index.vector_search
    profiles = {each.name: each.vectorizer_name for each in (vectors.profiles if vectors else None) or ()}
    search = index.semantic_search
    offered = list((search.configurations if search else None) or ())
    default = search.default_configuration_name if search else None
    offered.sort(key=lambda each: each.name != default)
    first = offered[0].prioritized_fields if offered else None
    title = first.title_field if first else None
    return Definition(
        name=index.name,
        fields=tuple(_field(each, profiles) for each in index.fields),
        semantic=tuple(each.name for each in offered),
        semantic_text=tuple(each.field_name for each in (first.content_fields if first else None) or ()),
        semantic_title=title.field_name if title else None,
        made_by=made_by(index),
    )


def _field(field: SearchField, profiles: dict[str, str | None]) -> Field:
    profile = field.vector_search_profile_name
    return Field(
        name=field.name,
        type=str(getattr(field.type, "value", field.type)),
        key=bool(field.key),
        searchable=field.searchable is not False,
        filterable=field.filterable is not False,
        retrievable=field.retrievable is not False,
        dimensions=field.vector_search_dimensions,
        vectorizer=bool(profile and profiles.get(profile)),
    )


async def _sampled(service: SearchService, index: str, names: FieldNames) -> Definition:
    results, _ = await service.search(index, search_text="*", top=1)
    if not results:
        return Definition(name=index, fields=(), readable=False)
    fields = [_guessed(name, value) for name, value in results[0].items() if not name.startswith("@search.")]
    lists = {field.name for field in fields if field.type == STRINGS}
    for part in ("groups", "users"):
        # A field that is configured is used in any case; the service refuses the filter where it cannot be.
        candidates = () if part in names.given() or names.unwanted(part) else COMMON[part]
        for name in candidates:
            if await _filters(service, index, name):
                fields = [field for field in fields if field.name != name] + [Field(name, STRINGS)]
            elif name in lists:
                fields = [field for field in fields if field.name != name] + [Field(name, STRINGS, filterable=False)]
    return Definition(name=index, fields=tuple(fields), readable=False)


def _guessed(name: str, value: Any) -> Field:
    if isinstance(value, list):
        return Field(name, STRINGS)
    if isinstance(value, bool | int | float):
        return Field(name, "Edm.Int32" if isinstance(value, int) and not isinstance(value, bool) else "Edm.Double")
    return Field(name, STRING)


async def _filters(service: SearchService, index: str, name: str) -> bool:
    try:
        await service.search(index, search_text="*", filter=f"{name}/any() or not {name}/any()", top=1)
    except HttpResponseError as error:
        if status_of(error) != 400:
            raise
        return False
    return True
