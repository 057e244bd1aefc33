"""Quota: how much a user may bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.search.reading import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one user may keep.

    Attributes:
        max_bytes: Size of the largest file.
        max_files: How many documents.
        max_total: Bytes of all of them together.
        formats: Formats that are taken, told by content.
    """

    max_bytes: int = 25_000_000
    max_files: int = 50
    max_total: int = 200_000_000
    formats: Sequence[str] = tuple(FORMATS)

    def refusal(self, name: str, size: int, kept: Mapping[str, int]) -> str | None:
        """Why a file is not taken, or None.

        Args:
            name: What it would be called.
            size: Its size in bytes.
            kept: The size of each document that there is; one of the same name is replaced.
        """
        others = {other: bytes_ for other, bytes_ in kept.items() if other != name}
        if size > self.max_bytes:
            return self.too_large()
        if len(others) >= self.max_files:
            return f"you have {len(others)} documents here, and {self.max_files} are allowed: delete some first"
        total = sum(others.values())
        if total + size > self.max_total:
            left = max(0, self.max_total - total)
            return f"too large: {_mb(left)} of your {_mb(self.max_total)} are left: delete some documents first"
        return None

    def too_large(self) -> str:
        """What is said of a file that is larger than any may be."""
        return f"too large: a file may have {_mb(self.max_bytes)}"

    def refused_format(self, found: str) -> str | None:
        """Why a format is not taken, or None."""
        if found in self.formats:
            return None
        return f"a {found} document is not taken here: send {', '.join(self.formats)}"


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f}".removesuffix(".0") + " MB" if size >= 100_000 else f"{size:,} bytes"
