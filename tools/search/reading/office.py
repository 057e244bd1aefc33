"""Opening an Office file (a zip of XML parts) without trusting what it claims."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, cast

from tools.search.reading.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

# XML shrinks some 10 to 30 times in a zip; beyond both limits it is a bomb, not a document.
_LARGEST = 400_000_000  # bytes, unpacked
_RATIO = 200
_RATIO_MATTERS_FROM = 50_000_000  # bytes, unpacked


def part_names(data: bytes) -> frozenset[str]:
    """The names of the parts in an Office file.

    Raises:
        UnreadableError: It is no whole zip file, or would unpack to far more than a document can be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableError("damaged: it begins like an Office file but is cut short or broken") from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _LARGEST or (unpacked > _RATIO_MATTERS_FROM and unpacked > _RATIO * len(data)):
        raise UnreadableError(f"refused: its {len(data):,} bytes would unpack to {unpacked:,} (a zip bomb?)")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError("protected by a password: save a copy without one")
    return frozenset(entry.filename for entry in entries)


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


class Element:
    """A typed view of an XML element, for the parts of a document that the libraries do not model."""

    __slots__ = ("_raw",)

    def __init__(self, raw: object) -> None:
        self._raw = cast("Any", raw)

    @property
    def tag(self) -> str:
        """The qualified name; empty for comments and instructions."""
        tag = self._raw.tag
        return tag if isinstance(tag, str) else ""

    @property
    def text(self) -> str:
        """The text before the first child."""
        return cast("str | None", self._raw.text) or ""

    def get(self, name: str) -> str | None:
        """An attribute."""
        return cast("str | None", self._raw.get(name))

    def __iter__(self) -> Iterator[Element]:
        """The children."""
        return map(Element, self._raw)

    def find(self, path: str) -> Element | None:
        """The first match of a path."""
        found = self._raw.find(path)
        return None if found is None else Element(found)

    def find_all(self, path: str) -> Iterator[Element]:
        """Every match of a path."""
        return map(Element, self._raw.iterfind(path))
