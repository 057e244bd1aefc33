"""Uploads: whether callers may bring documents of their own, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.errors import ConfigurationError
from tools.search.personal.quota import Quota
from tools.search.reading import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Callers may bring documents, which their own searches then find, and nobody else's.

    Attributes:
        folder: Where they are kept, for each user apart; made when the first comes.
        max_bytes: Size of the largest file.
        max_files: Documents that one user may keep.
        max_total: Bytes that one user may keep.
        formats: Formats that are taken, told by content: of `"markdown"`, `"text"`, `"html"`, `"pdf"`, `"docx"` and
            `"pptx"`.
        keep_days: Days after which a document is taken away; None for never.

    Raises:
        ConfigurationError: A value cannot be used; the text says which and why.
    """

    folder: Path | str
    max_bytes: int = 25_000_000
    max_files: int = 50
    max_total: int = 200_000_000
    formats: Sequence[str] = tuple(FORMATS)
    keep_days: float | None = None

    def __post_init__(self) -> None:
        if not str(self.folder):
            raise ConfigurationError("Uploads(folder='') is empty: name the folder to keep them in")
        for name in ("max_bytes", "max_files", "max_total"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigurationError(f"Uploads({name}={value!r}): give a whole number of 1 or more")
        days = vars(self)["keep_days"]
        if days is not None and (not isinstance(days, int | float) or isinstance(days, bool) or not days > 0):
            raise ConfigurationError(f"Uploads(keep_days={days!r}): give a number of days above 0, or None for ever")
        unknown = [each for each in self.formats if each not in FORMATS]
        if isinstance(self.formats, str) or unknown or not self.formats:
            raise ConfigurationError(
                f"Uploads(formats={self.formats!r}): give a list with some of {', '.join(FORMATS)}"
            )

    @property
    def quota(self) -> Quota:
        """What one user may have."""
        return Quota(
            max_bytes=self.max_bytes, max_files=self.max_files, max_total=self.max_total, formats=tuple(self.formats)
        )
