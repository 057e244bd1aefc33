"""Staging: the pages as the site has them. Links that lead out of `docs/` lead to a copy within the site."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# Pages that stand elsewhere in the repository → where they are in the site.
ELSEWHERE = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
PICTURES = {".png", ".svg"}
LANGUAGES = {".py": "python", ".mjs": "js", ".toml": "toml", ".json": "json"}

_FENCED = re.compile(r"^(```+).*?^\1\s*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|#|/")


class BrokenLinkError(Exception):
    """A page links to a file that is not in the repository."""


class Staging:
    """The folder that Zensical reads.

    Args:
        root: The repository.
        target: The folder.
        generated: Pages that are written from the code, to which others may link.

    Attributes:
        written: Pages that were written, by their paths below the folder.
    """

    def __init__(self, root: Path, target: Path, generated: Collection[str] = ()) -> None:
        self._root = root
        self._target = target
        self._generated = generated
        self.written: set[str] = set()

    def copy_pages(self) -> None:
        """Take over every page of `docs/`, and those of the repository's root that the site has."""
        for path in sorted((self._root / "docs").glob("*.md")):
            self._copy(path, path.name)
        for name, page in ELSEWHERE.items():
            if page not in self.written:
                self._copy(self._root / name, page)

    def write(self, page: str, text: str) -> None:
        """Write a page."""
        path = self._target / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.written.add(page)

    def _copy(self, path: Path, page: str) -> None:
        text = path.read_text(encoding="utf-8")
        self.write(page, outside_code(text, lambda part: _LINK.sub(lambda link: self._led(link, path, page), part)))

    def _led(self, link: re.Match[str], path: Path, page: str) -> str:
        if _SCHEME.match(link[2]):
            return link[0]
        name, hash_sign, anchor = link[2].partition("#")
        found = Path(os.path.normpath(path.parent / name))
        if (
            found.is_relative_to(self._root / "docs")
            and found.relative_to(self._root / "docs").as_posix() in self._generated
        ):
            return link[0]
        if not found.is_file() or not found.is_relative_to(self._root):
            raise BrokenLinkError(f"{path.relative_to(self._root)} links to {link[2]}, which is not there")
        place = self._place(found.relative_to(self._root).as_posix())
        relative = os.path.relpath(place, PurePosixPath(page).parent).replace(os.sep, "/")
        return f"{link[1]}{relative}{hash_sign}{anchor}{link[3]}"

    def _place(self, name: str) -> str:
        """Where the site has a file of the repository; it is taken over if it is no page."""
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        path = PurePosixPath(name)
        if path.parent == PurePosixPath("docs") and path.suffix == ".md":
            return path.name
        if path.suffix in PICTURES:
            target = self._target / "pictures" / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._root / name, target)
            return f"pictures/{path.name}"
        page = f"source/{name}.md"
        if page not in self.written:
            text = (self._root / name).read_text(encoding="utf-8").rstrip()
            language = LANGUAGES.get(path.suffix, "text")
            self.write(page, f"# {name}\n\nAs it stands in the repository.\n\n````{language}\n{text}\n````\n")
        return page


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change a page everywhere but in its fenced blocks of code.

    Args:
        text: The page.
        change: What to do with each stretch between them.
    """
    parts: list[str] = []
    at = 0
    for block in _FENCED.finditer(text):
        parts += [change(text[at : block.start()]), block[0]]
        at = block.end()
    return "".join([*parts, change(text[at:])])
