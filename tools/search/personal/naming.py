"""Naming: where a user's documents are kept, and what a file that was sent may be called there."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tools.search.reading import SUFFIXES

if TYPE_CHECKING:
    from tools.context import User
    from tools.search.reading import Format

_LONGEST: Final = 180  # bytes of a name; file systems take 255, and room is left for a number or a suffix
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\\/]')  # in a name on one system or another
# Names of devices on Windows, whatever their suffix.
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_SUFFIX_OF: Final[dict[Format, str]] = {
    "markdown": ".md",
    "text": ".txt",
    "html": ".html",
    "pdf": ".pdf",
    "docx": ".docx",
    "pptx": ".pptx",
}


def folder_of(user: User | None) -> str:
    """The name of a user's folder: a hash, so that no id of anybody's is ever part of a path.

    Args:
        user: As the server verified them; None for the one who uses this machine without signing in.
    """
    who = "local" if user is None else f"user\0{user.id}"
    return hashlib.sha256(who.encode(errors="surrogatepass")).hexdigest()[:40]


def file_name(given: str, file_format: Format) -> str:
    """A name that is safe on every system and as near to the one given as may be.

    Args:
        given: As the client said it: possibly a path, possibly anything at all.
        file_format: What the file is, by its content. Where the name's suffix is of none of our formats, it gets one.
    """
    last = re.split(r"[\\/]", given)[-1]
    visible = "".join(" " if character.isspace() else character for character in last if _visible(character))
    name = " ".join(_FORBIDDEN.sub("_", unicodedata.normalize("NFC", visible)).split())
    name = name.lstrip(".~ ").rstrip(". ")
    if PurePosixPath(name).suffix.lower() not in SUFFIXES or not PurePosixPath(name).stem.strip("."):
        name = f"{name or 'document'}{_SUFFIX_OF[file_format]}"
    if _DEVICE.fullmatch(name):
        name = f"_{name}"
    path = PurePosixPath(name)
    stem = path.stem.encode()[: _LONGEST - len(path.suffix.encode())].decode(errors="ignore").rstrip(". ")
    return f"{stem}{path.suffix}"


def _visible(character: str) -> bool:
    # No control and formatting characters (a right-to-left mark would show "fdp.exe" as "exe.pdf"), no halves of pairs.
    return character.isspace() or unicodedata.category(character)[0] != "C"
