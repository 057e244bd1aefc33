"""Layout: which fields of an index hold what, and what it can do; decided once from its definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import SearchError
from tools.search.azure.fields import COMMON, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tools.search.azure.fields import FieldNames
    from tools.search.embedder import Embedder

STRING, STRINGS = "Edm.String", "Collection(Edm.String)"
_UNREADABLE = (
    "its definition may not be read with this key or role, so vectors and the semantic ranker are used only where "
    "their names are configured"
)
FINGERPRINT = "fingerprint"  # a field that only indexes of our own making have


@dataclass(frozen=True, slots=True)
class Field:
    """What is known of a field; True is what is believed of an index whose definition may not be read.

    Attributes:
        name: Its name.
        type: Its EDM type.
        key: It identifies the passage.
        searchable: Its words are searched, or its vectors.
        filterable: A filter may name it.
        retrievable: A result may hold it.
        dimensions: The length of its vectors, if it holds such.
        vectorizer: The index can turn a query into such a vector itself.
    """

    name: str
    type: str = STRING
    key: bool = False
    searchable: bool = True
    filterable: bool = True
    retrievable: bool = True
    dimensions: int | None = None
    vectorizer: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """An index as the service describes it.

    Attributes:
        name: The index's name.
        fields: Its top-level fields.
        semantic: The names of its semantic configurations, the default first.
        semantic_text: The content fields of the first of them.
        semantic_title: Its title field.
        made_by: Whose vectors it holds, if it says so.
        readable: The definition was read; else it was made from a result.
    """

    name: str
    fields: tuple[Field, ...]
    semantic: tuple[str, ...] = ()
    semantic_text: tuple[str, ...] = ()
    semantic_title: str | None = None
    made_by: str = ""
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which fields are used. Those that are None the index does not have.

    Attributes:
        key: Identifies a passage.
        text: The passage.
        title: The document's title.
        document: The document's name.
        page: The page.
        url: Where the document opens.
        groups: Groups that may read it.
        users: Users that may read it.
        vector: The embedding that is searched.
        dimensions: Its length; None if unknown.
        vectorizer: The index embeds queries itself.
        semantic: The semantic configuration.
        ours: The index was made by `vocative ingest --to azure`, so it has headings and character spans as well.
        select: The fields to ask for; None for all.
        notes: What the index cannot do, a sentence each.
    """

    text: str
    key: str | None = None
    title: str | None = None
    document: str | None = None
    page: str | None = None
    url: str | None = None
    groups: str | None = None
    users: str | None = None
    vector: str | None = None
    dimensions: int | None = None
    vectorizer: bool = False
    semantic: str | None = None
    ours: bool = False
    select: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def lay_out(
    definition: Definition, names: FieldNames, *, semantic: str | None, vectors: bool, embedder: Embedder | None
) -> Layout:
    """Decide how an index is used.

    Args:
        definition: The index.
        names: Names that were configured.
        semantic: The semantic configuration to use; None for the index's default, `"-"` for none.
        vectors: Whether to search by meaning too.
        embedder: What embeds questions here; None if nothing does. It is used for an index of ours that was filled by
            it, and for a field that was configured.

    Raises:
        SearchError: A name that was configured is not the index's, or cannot do what it is meant for.
    """
    return _Choice(definition, names).layout(semantic=semantic, vectors=vectors, embedder=embedder)


class _Choice:
    def __init__(self, definition: Definition, names: FieldNames) -> None:
        self._definition = definition
        self._names = names
        self._given: Mapping[str, str] = names.given()
        self._fields = {field.name: field for field in definition.fields}
        self._notes: list[str] = [] if definition.readable else [_UNREADABLE]

    def layout(self, *, semantic: str | None, vectors: bool, embedder: Embedder | None) -> Layout:
        semantic_title = (self._definition.semantic_title,) if self._definition.semantic_title else ()
        text = self._text()
        parts = {
            "key": self._key(),
            "title": self._part("title", _is_text, semantic_title),
            "document": self._part("document", _is_text),
            "page": self._part("page", lambda field: field.type in {STRING, "Edm.Int32", "Edm.Int64"}),
            "url": self._part("url", _is_text),
        }
        ours = FINGERPRINT in self._fields
        extras = ("headings", "start", "end", FINGERPRINT) if ours else ()
        shown = (*dict.fromkeys(name for name in (text, *parts.values()) if name), *extras)
        vector = self._vector(embedder) if vectors else None
        if vectors and vector is None:
            self._notes.append("it is searched by words only, since it has no vectors that we can search by")
        chosen = self._semantic(semantic)
        groups, users = self._readers("groups"), self._readers("users")
        return Layout(
            **parts,
            text=text,
            groups=groups,
            users=users,
            vector=vector.name if vector else None,
            dimensions=vector.dimensions if vector else None,
            vectorizer=bool(vector and vector.vectorizer),
            semantic=chosen,
            ours=ours,
            select=shown if self._definition.readable else None,
            notes=tuple(self._notes),
        )

    def _key(self) -> str | None:
        if "key" in self._given:
            return self._configured("key", _is_text).name
        own = next((field.name for field in self._definition.fields if field.key and field.retrievable), None)
        return own or self._part("key", _is_text)

    def _text(self) -> str:
        found = self._part("text", _is_text, self._definition.semantic_text)
        if found is None:
            taken = {*COMMON["title"], *COMMON["document"], *COMMON["url"]}
            found = next(
                (
                    f.name
                    for f in self._fields.values()
                    if _is_text(f) and f.searchable and not f.key and f.name not in taken
                ),
                None,
            )
        if found is None:
            raise SearchError(
                f"the index {self._definition.name!r} has no field of text that can be shown: name one with "
                f"{VARIABLES['text']}"
            )
        return found

    def _part(self, part: str, fits: Callable[[Field], bool], first: Sequence[str] = ()) -> str | None:
        if part in self._given:
            return self._configured(part, fits).name
        if self._names.unwanted(part):
            return None
        candidates = (self._fields.get(name) for name in (*first, *COMMON[part]))
        return next((field.name for field in candidates if field and fits(field)), None)

    def _configured(self, part: str, fits: Callable[[Field], bool]) -> Field:
        name = self._given[part]
        field = self._fields.get(name)
        if not self._definition.readable:
            return field or Field(name)
        where = f"the index {self._definition.name!r} (set by {VARIABLES[part]}, or FieldNames({part}=…))"
        if field is None:
            raise SearchError(f"there is no field {name!r} in {where}: it has {_listed(self._fields)}")
        if not fits(field):
            raise SearchError(f"the field {name!r} cannot be the {part} in {where}: it is a {_described(field)}")
        return field

    def _readers(self, part: str) -> str | None:
        """The field that says who may read; it protects only if the service can filter by it."""
        if part in self._given:
            return self._configured(part, _is_filter).name
        if self._names.unwanted(part):
            return None
        found = [self._fields[name] for name in COMMON[part] if name in self._fields]
        usable = next((field.name for field in found if _is_filter(field)), None)
        if usable is None and found and found[0].type == STRINGS:
            self._notes.append(
                f"its field {found[0].name!r} is not filterable, so everybody finds every passage; make it filterable "
                f"to restrict that by {part}"
            )
        return usable

    def _vector(self, embedder: Embedder | None) -> Field | None:
        length = None if embedder is None else embedder.dimensions
        if self._names.unwanted("vector"):
            return None
        if "vector" in self._given:
            readable = self._definition.readable
            field = self._configured("vector", lambda field: field.dimensions is not None)
            if not readable:
                return Field(field.name, vectorizer=embedder is None)
            if not field.vectorizer and length != field.dimensions:
                raise SearchError(
                    f"the vectors of {field.name!r} in the index {self._definition.name!r} have {field.dimensions} "
                    f"numbers, and {f'ours have {length}' if length else 'we make none'}: give the index a "
                    "vectorizer, or use the embedder that it was made with"
                )
            return field
        fields = [field for field in self._fields.values() if field.dimensions is not None and field.searchable]
        own = next((field for field in fields if field.vectorizer), None)
        # Vectors of the same length may be another model's: only what we filled ourselves is known to be ours.
        same = embedder is not None and self._definition.made_by in {"", embedder.name} and FINGERPRINT in self._fields
        return own or next((field for field in fields if same and field.dimensions == length), None)

    def _semantic(self, wanted: str | None) -> str | None:
        if wanted == "-":
            return None
        offered = self._definition.semantic
        if wanted is not None:
            if self._definition.readable and wanted not in offered:
                raise SearchError(
                    f"the index {self._definition.name!r} has no semantic configuration {wanted!r} "
                    f"(AZURE_SEARCH_SEMANTIC_CONFIGURATION): it has {_listed(offered)}"
                )
            return wanted
        if not offered and self._definition.readable:
            self._notes.append("it has no semantic configuration, so its results are not ranked again by meaning")
        return offered[0] if offered else None


def _is_text(field: Field) -> bool:
    return field.type == STRING and field.retrievable


def _is_filter(field: Field) -> bool:
    return field.type == STRINGS and field.filterable


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _described(field: Field) -> str:
    lacks = [what for what, has in (("filterable", field.filterable), ("retrievable", field.retrievable)) if not has]
    return field.type + (f" that is not {' or '.join(lacks)}" if lacks else "")
