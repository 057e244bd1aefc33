"""Access rules: the file `.vocative-access` in a folder, which says who may read the documents below it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from tools.errors import IngestError
from tools.search.access import labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME: Final = ".vocative-access"
_LONGEST: Final = 1_000_000  # bytes
_GLOB = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_REGEX: Final = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(slots=True)
class _Rule:
    """One line of a file: a pattern, who may read what it matches, and whether it has matched anything."""

    glob: str
    pattern: re.Pattern[str]
    access: tuple[str, ...]
    line: int
    used: bool = field(default=False)


class AccessRules:
    """Says who may read the documents of an ingest.

    The nearest file at or above a document with a rule for it decides; of several rules in one file the last. Files
    are looked for up to the top of the disk, so that a folder keeps its protection when only a part of it is taken in.

    Args:
        defaults: Labels of the documents in a folder, or of one file, that no rule is about; the nearest counts.
    """

    def __init__(self, defaults: Mapping[Path, tuple[str, ...]] | None = None) -> None:
        self._defaults: Mapping[Path, tuple[str, ...]] = {} if defaults is None else defaults
        self._files: dict[Path, list[_Rule]] = {}

    def of(self, path: Path) -> tuple[str, ...] | None:
        """Who may read a document.

        Args:
            path: The file, absolute. Where it is a link and no rule is about the link, what it points to counts.

        Returns:
            Its labels, none for everybody; None where nothing is said of it, neither by a rule nor by
            default.

        Raises:
            IngestError: A file of rules cannot be used; the text says which, and in which line.
        """
        found = self._ruled(path)
        if found is None and (real := path.resolve()) != path:
            found = self._ruled(real)
        if found is None:
            found = next((self._defaults[each] for each in (path, *path.parents) if each in self._defaults), None)
        return found

    def unused(self, roots: Iterable[Path]) -> list[str]:
        """Rules at or below the places given that were about no document: most likely a slip of the pen.

        Args:
            roots: Absolute paths of files and folders.
        """
        places = set(roots)
        return [
            f"{folder / NAME}, line {rule.line}: nothing matches {rule.glob!r}"
            for folder, rules in self._files.items()
            if folder in places or not places.isdisjoint(folder.parents)
            for rule in rules
            if not rule.used
        ]

    def _ruled(self, path: Path) -> tuple[str, ...] | None:
        for folder in path.parents:
            rules = self._files.get(folder)
            if rules is None:
                rules = self._files[folder] = _read(folder / NAME)
            if not rules:
                continue
            name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
            matching = [rule for rule in rules if rule.pattern.fullmatch(name)]
            for rule in matching:
                rule.used = True
            if matching:
                return matching[-1].access
        return None


def _read(path: Path) -> list[_Rule]:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        # Never without it: what it protects would be open to all.
        text = f"{path} cannot be read, so who may read the documents is not known: {error.strerror}"
        raise IngestError(text) from None
    if len(data) > _LONGEST:
        raise IngestError(f"{path} is too large: it may have {_LONGEST:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        told = tomllib.loads(text)
    except UnicodeDecodeError:
        raise IngestError(f"{path} cannot be read: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise IngestError(f"{path}: {error}") from None
    table: object = told.pop("access", None)
    if told or not isinstance(table, dict):
        other = f"; it also has {', '.join(told)}" if told else ""
        raise IngestError(f'{path} must have one table [access] with lines such as "hr/**" = ["group:hr"]{other}')
    return [_rule(path, text, glob, said) for glob, said in cast("Mapping[str, object]", table).items()]


def _rule(path: Path, text: str, glob: str, said: object) -> _Rule:
    line = _line(text, glob)
    try:
        return _Rule(glob, _pattern(glob), labels(_texts(said)), line)
    except IngestError as error:
        raise IngestError(f"{path}, line {line}: {glob!r}: {error}") from None


def _texts(said: object) -> list[str]:
    listed = cast("list[object]", said) if isinstance(said, list) else [said]
    texts = [each for each in listed if isinstance(each, str)]
    if len(texts) < len(listed):
        raise IngestError('give a list of texts, such as ["group:hr", "user:anna"]')
    return texts


def _line(text: str, key: str) -> int:
    """The line that a key stands in; TOML's reader does not tell."""
    for number, line in enumerate(text.splitlines(), 1):
        name = line.partition("=")[0].strip()
        if name in {key, f'"{key}"', f"'{key}'"}:
            return number
    return 1


def _pattern(glob: str) -> re.Pattern[str]:
    r"""A pattern for a document or a folder that it lies in: `*` and `?` stay within a name, `**` does not.

    A pattern without a slash is about a name at any depth, as in `.gitignore`.
    """
    plain = unicodedata.normalize("NFC", glob).rstrip("/")
    anchored = "/" in plain
    plain = plain.lstrip("/")
    if not plain or "\\" in plain or any(part in {".", "..", ""} for part in plain.split("/")):
        raise IngestError('this is no pattern of a path below the folder, such as "hr/**", "*.pdf" or "board/plan.md"')
    regex = "".join(_REGEX.get(piece) or re.escape(piece) for piece in _GLOB.findall(plain))
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{regex}(?:/.*)?", re.DOTALL)
