"""Definition: the index that we make for our own chunks, and how one of ours is brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from azure.core.exceptions import ResourceNotFoundError
from azure.search.documents.indexes.models import (
    AzureOpenAIVectorizer,
    AzureOpenAIVectorizerParameters,
    HnswAlgorithmConfiguration,
    HnswParameters,
    SearchField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    VectorSearch,
    VectorSearchProfile,
)

from tools.errors import SearchError
from tools.search.azure.layout import FINGERPRINT, STRING, STRINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.search.azure.service import SearchService

VECTOR: Final = "vector"
_DESCRIPTION: Final = "Documents taken in by Vocative"
_BY: Final = "vectors by "
_ALGORITHM, _PROFILE, _VECTORIZER, _SEMANTIC = "hnsw", "vectors", "azure-openai", "default"


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model of Azure OpenAI that turns texts into vectors.

    Attributes:
        endpoint: The resource, such as `https://R.openai.azure.com`.
        deployment: The deployment's name.
        model: The model's name, such as `text-embedding-3-large`.
        dimensions: The length of a vector.
    """

    endpoint: str
    deployment: str
    model: str
    dimensions: int

    @property
    def name(self) -> str:
        """What its vectors are called by."""
        return f"{self.model}-{self.dimensions}"


def index_definition(
    name: str, dimensions: int, embedding: EmbeddingModel | None = None, *, filled_by: str = ""
) -> SearchIndex:
    """An index for chunks.

    Args:
        name: The index's name.
        dimensions: The length of its vectors.
        embedding: The model with which the index is to embed queries itself, by the service's own managed identity;
            None where queries come with their vectors.
        filled_by: The name of what makes its vectors, which it is to remember.
    """
    return SearchIndex(
        name=name,
        description=f"{_DESCRIPTION}{f'; {_BY}{filled_by}' if filled_by else ''}",
        fields=list(_fields(dimensions)),
        vector_search=VectorSearch(
            algorithms=[HnswAlgorithmConfiguration(name=_ALGORITHM, parameters=HnswParameters(metric="cosine"))],
            profiles=[_profile(embedding)],
            vectorizers=[_vectorizer(embedding)] if embedding else None,
        ),
        semantic_search=SemanticSearch(
            default_configuration_name=_SEMANTIC,
            configurations=[
                SemanticConfiguration(
                    name=_SEMANTIC,
                    prioritized_fields=SemanticPrioritizedFields(
                        title_field=SemanticField(field_name="title"),
                        content_fields=[SemanticField(field_name="text")],
                        keywords_fields=[SemanticField(field_name="headings")],
                    ),
                )
            ],
        ),
    )


def made_by(index: SearchIndex) -> str:
    """The name of what made an index's vectors, as its description says; empty if it does not."""
    return (index.description or "").partition(_BY)[2]


async def ensure_index(
    service: SearchService, name: str, dimensions: int, embedding: EmbeddingModel | None, *, filled_by: str
) -> bool:
    """Make the index, or add to one of ours what it lacks; everything else in its definition stays as it is.

    Args:
        service: The search service.
        name: The index's name.
        dimensions: The length of its vectors.
        embedding: The model with which it is to embed queries; None where queries come with their vectors.
        filled_by: The name of what makes its vectors.

    Returns:
        Whether it was made.

    Raises:
        SearchError: There is an index of that name that is not ours, or has vectors of another length or model.
        AzureError: The service does not answer, or refuses.
    """
    wanted = index_definition(name, dimensions, embedding, filled_by=filled_by)
    client = service.indexes()
    try:
        found = await client.get_index(name)
    except ResourceNotFoundError:
        await client.create_index(wanted)
        return True
    if _completed(found, wanted, embedding):
        await client.create_or_update_index(found)
    return False


def _completed(found: SearchIndex, wanted: SearchIndex, embedding: EmbeddingModel | None) -> bool:
    """Add what is missing to a definition that was found; whether anything was."""
    known = {field.name: field for field in found.fields}
    if FINGERPRINT not in known:
        raise SearchError(
            f"there is an index {found.name!r} already, and it is not one of ours, so it is not written to: choose "
            "another name"
        )
    length = known[VECTOR].vector_search_dimensions if VECTOR in known else None
    ours = next(field.vector_search_dimensions for field in wanted.fields if field.name == VECTOR)
    if length != ours:
        raise SearchError(
            f"the index {found.name!r} has vectors of {length} numbers, and those to be added have {ours}: choose "
            "another name, or delete the index"
        )
    if made_by(found) not in {"", made_by(wanted)}:
        raise SearchError(
            f"the vectors of the index {found.name!r} are by {made_by(found)}, and those to be added by "
            f"{made_by(wanted)}: choose another name, or delete the index"
        )
    missing = [field for field in wanted.fields if field.name not in known]
    found.fields = [*found.fields, *missing]
    vectors = found.vector_search
    bare = vectors is not None and embedding is not None and not vectors.vectorizers
    if bare and vectors is not None and embedding is not None:
        vectors.vectorizers = [_vectorizer(embedding)]
        vectors.profiles = [_profile(embedding)]
    return bool(missing) or bare


def _fields(dimensions: int) -> Iterator[SearchField]:
    def plain(name: str, edm: str = STRING, *, filterable: bool = False) -> SearchField:
        return SearchField(
            name=name, type=edm, searchable=False, filterable=filterable, sortable=False, facetable=False
        )

    def words(name: str) -> SearchField:
        return SearchField(name=name, type=STRING, searchable=True, filterable=False, sortable=False, facetable=False)

    # An indexer that makes several passages of one blob needs a key that is searched as one word; sortable and
    # filterable, so that the index can be read through in its order.
    yield SearchField(
        name="id", type=STRING, key=True, searchable=True, analyzer_name="keyword", filterable=True, sortable=True
    )
    yield plain("parent_id", filterable=True)
    yield plain("document", filterable=True)
    yield words("title")
    yield words("headings")
    yield words("text")
    for name in ("page", "start", "end", "ordinal", "chunks"):
        yield plain(name, "Edm.Int32", filterable=name == "page")
    yield plain("url")
    yield plain("groups", STRINGS, filterable=True)
    yield plain("source")
    yield plain(FINGERPRINT, filterable=True)
    yield SearchField(
        name=VECTOR,
        type="Collection(Edm.Single)",
        searchable=True,
        retrievable=False,
        vector_search_dimensions=dimensions,
        vector_search_profile_name=_PROFILE,
    )


def _profile(embedding: EmbeddingModel | None) -> VectorSearchProfile:
    return VectorSearchProfile(
        name=_PROFILE,
        algorithm_configuration_name=_ALGORITHM,
        vectorizer_name=_VECTORIZER if embedding else None,
    )


def _vectorizer(embedding: EmbeddingModel) -> AzureOpenAIVectorizer:
    return AzureOpenAIVectorizer(
        vectorizer_name=_VECTORIZER,
        parameters=AzureOpenAIVectorizerParameters(
            resource_url=embedding.endpoint.rstrip("/"),
            deployment_name=embedding.deployment,
            model_name=embedding.model,
        ),
    )
