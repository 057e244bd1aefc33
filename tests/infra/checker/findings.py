"""Finding: one thing that is wrong with the templates, said so that it can be found and put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, and where.

    Attributes:
        path: The file, relative to the repository's root.
        line: Counted from 1.
        message: What, and what to do.
    """

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class File:
    """A file that findings are about; gives them their place."""

    root: Path
    path: Path

    @property
    def name(self):
        return self.path.relative_to(self.root).as_posix()

    def finding(self, line, message):
        return Finding(self.name, line, message)

    def find(self, text, message):
        """A finding at the first line that holds a text; at the first line of all if none does."""
        lines = self.path.read_text("utf-8").splitlines()
        return self.finding(next((i for i, line in enumerate(lines, 1) if text in line), 1), message)
