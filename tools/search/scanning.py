"""Finds the documents among the files and folders that were given, and names them."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import IngestError
from tools.search.intake import Job
from tools.search.reading import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # such a name could write anything onto a terminal
_OUTSIDE = "a link to a place outside what was given: give that place as well, or put a copy here"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that could not be read, named as the user knows it, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a document.

    Attributes:
        path: Its absolute path.
        name: The path relative to the folder given, with forward slashes; its file name if it was given itself.
        root: The folder or file given.
    """

    path: Path
    name: str
    root: Path

    @property
    def source(self) -> str:
        """The absolute path as an index stores it."""
        return self.path.as_posix()

    def job(self, name: str) -> Job:
        """What a reader is to do with it, under a name of its own."""
        try:
            size = self.path.stat().st_size
        except OSError:
            size = 0  # whoever reads it will tell
        return Job(name, self.path, self.source, size)


@dataclass(slots=True)
class Scan:
    """What was found.

    Attributes:
        roots: The files and folders given, absolute.
        places: The same with all links followed.
        found: Documents to read, in the order of their names.
        skipped: What could not be looked at.
        unseen: Folders that could not be listed, and what stands in one that lists names alone: nothing is known of
            what they hold.
        ignored: How many hidden files and files of other kinds were passed over.
    """

    roots: list[Path] = field(default_factory=list[Path])
    places: list[Path] = field(default_factory=list[Path])
    found: list[Found] = field(default_factory=list[Found])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    unseen: list[Path] = field(default_factory=list[Path])
    ignored: int = 0


def scan(paths: Sequence[Path]) -> Scan:
    """Walk through files and folders.

    Links are followed within what was given, but no folder is entered twice. Hidden files and folders are passed over,
    as are files whose suffix is none of ours, unless they were given themselves.

    Args:
        paths: Files and folders.

    Raises:
        IngestError: One of them does not exist, or none was given.
    """
    if not paths:
        raise IngestError("no documents were named: give a file or a folder")
    result = Scan()
    seen: set[Path] = set()
    for path in paths:
        root = _root(path)
        result.roots.append(root)
        result.places.append(root.resolve())
    for root in result.roots:
        if root.is_dir():
            _walk(root, root, result, seen)
        elif root.resolve() not in seen:
            seen.add(root.resolve())
            _take(root, root, result)
    return result


def _root(path: Path) -> Path:
    try:
        # Absolute without `..`, yet with links as they are: they are the names the user knows.
        root = Path(os.path.abspath(path))  # noqa: PTH100 - `Path.absolute` keeps `..`
        root.stat()
    except FileNotFoundError:
        raise IngestError(f"there is no file or folder {path}: check the path") from None
    except (OSError, ValueError) as error:
        raise IngestError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return root


def _walk(folder: Path, root: Path, result: Scan, seen: set[Path]) -> None:
    real = _resolved(folder)
    if real is None or real in seen:
        return
    if not _within(real, result):
        result.skipped.append(Skipped(_shown(folder, root), _OUTSIDE))
        return
    seen.add(real)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        result.unseen.append(folder)
        result.skipped.append(Skipped(_shown(folder, root), f"cannot be listed: {error.strerror}"))
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):  # Office locks a document it has open by a file of the second kind
            result.ignored += 1
        elif (is_folder := _is_folder(entry, root, result)) is None:
            continue
        elif is_folder:
            _walk(entry, root, result, seen)
        elif entry.suffix.lower() not in SUFFIXES:
            result.ignored += 1
        else:
            _enter(entry, root, result, seen)


def _is_folder(entry: Path, root: Path, result: Scan) -> bool | None:
    """Whether it is one; None where that may not be known, as in a folder whose names alone may be read."""
    try:
        return entry.is_dir()
    except OSError as error:
        result.unseen.append(entry)
        result.skipped.append(Skipped(_shown(entry, root), f"cannot be looked at: {error.strerror}"))
        return None


def _enter(entry: Path, root: Path, result: Scan, seen: set[Path]) -> None:
    real = _resolved(entry)
    if real is None:
        result.skipped.append(Skipped(_shown(entry, root), "a link that leads in a circle: remove it"))
    elif not _within(real, result):
        result.skipped.append(Skipped(_shown(entry, root), _OUTSIDE))
    elif real not in seen:
        seen.add(real)
        _take(entry, root, result)


def _resolved(path: Path) -> Path | None:
    """Where a link leads; None where it leads in a circle."""
    try:
        return path.resolve(strict=True)
    except RuntimeError:  # before Python 3.13
        return None
    except OSError as error:
        return None if error.errno == errno.ELOOP else path.resolve()


def _within(real: Path, result: Scan) -> bool:
    """Whether what a link leads to was given as well; else whoever may write into a folder could show any file."""
    return any(real == place or place in real.parents for place in result.places)


def _take(path: Path, root: Path, result: Scan) -> None:
    name = unicodedata.normalize("NFC", _relative(path, root))
    try:
        name.encode()
    except UnicodeEncodeError:
        result.skipped.append(Skipped(_shown(path, root), "its name is not valid Unicode: rename it"))
        return
    if _CONTROL.search(name):
        result.skipped.append(
            Skipped(_shown(path, root), "its name holds a line break or control character: rename it")
        )
        return
    result.found.append(Found(path, name, root))


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()


def _shown(path: Path, root: Path) -> str:
    name = str(path) if path == root else _relative(path, root)
    name = name.encode(errors="backslashreplace").decode()
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], name)


def assign_names(found: Sequence[Found], sources: Mapping[str, str]) -> dict[str, Found]:
    """Give every document a name that is its own within the index.

    A document that the index knows keeps its name. Otherwise it has its relative path, preceded by its folder's name
    where another document has that already.

    Args:
        found: The documents.
        sources: The names in use, each with the absolute path it stands for.

    Returns:
        Name to document, in the order found.
    """
    names = {source: name for name, source in sources.items()}
    # A name whose file is gone is free: the folder may have moved.
    taken = {name for name, source in sources.items() if source and _may_exist(Path(source))}
    assigned: dict[str, Found] = {}
    for one in found:
        name = names.get(one.source) or _free_name(one, taken)
        taken.add(name)
        assigned[name] = one
    return assigned


def _may_exist(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as in a folder that is another user's
        return True


def _free_name(one: Found, taken: set[str]) -> str:
    folder = one.root.parent.name if one.path == one.root else one.root.name
    name, number = one.name, 1
    while name in taken:
        name = f"{folder}/{one.name}" if number == 1 else f"{folder} ({number})/{one.name}"
        number += 1
    return name


def gone(sources: Mapping[str, str], present: set[str], scanned: Scan) -> list[str]:
    """The documents that were read from the places given, and are no longer found there.

    Args:
        sources: The documents of an index, each with the absolute path it was read from.
        present: Those that were found.
        scanned: Where they were looked for.
    """

    def below(source: Path, places: Sequence[Path]) -> bool:
        return any(source == place or place in source.parents for place in places)

    return [
        name
        for name, source in sources.items()
        if name not in present
        and source
        and below(Path(source), scanned.roots)
        and not below(Path(source), scanned.unseen)
    ]
