"""Logo: a picture that an operator hands in, read and checked once, and addressed by its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from agent.errors import ConfigurationError

MAX_BYTES = 256 * 1024
MAX_PIXELS = 1024  # of a PNG's longer side; it is shown at 32

_PNG = b"\x89PNG\r\n\x1a\n"
# What may stand before the root element: a byte order mark, the declaration, comments and a document type.
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture.

    Attributes:
        content: The file.
        kind: `"svg"` or `"png"`.
    """

    content: bytes = field(repr=False)
    kind: str

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return "image/svg+xml" if self.kind == "svg" else "image/png"

    @property
    def path(self) -> str:
        """Where it is served, below the page; another picture has another address, so this one may be kept for ever."""
        return f"brand/{hashlib.sha256(self.content).hexdigest()[:16]}.{self.kind}"


def read_logo(given: str | Path | bytes) -> Logo:
    """Read a logo.

    Args:
        given: A file, or what is in one.

    Raises:
        ConfigurationError: It cannot be read, is no SVG or PNG, or is too large; the text says which.
    """
    where = "Page(logo=…)" if isinstance(given, bytes) else f"Page(logo={str(given)!r})"
    content = given if isinstance(given, bytes) else _read(Path(given), where)
    if len(content) > MAX_BYTES:
        raise ConfigurationError(
            f"{where}: more than {MAX_BYTES // 1024} KiB, which every visitor would have to load: make it smaller, "
            "it is shown at 32 pixels"
        )
    if _SVG.match(content):
        return Logo(content, "svg")
    if not content.startswith(_PNG) or len(content) < 24:
        raise ConfigurationError(f"{where}: neither an SVG nor a PNG picture; convert it to one of these")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if not 0 < max(width, height) <= MAX_PIXELS:
        raise ConfigurationError(f"{where}: {width} by {height} pixels; give at most {MAX_PIXELS} in each direction")
    return Logo(content, "png")


def _read(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{where}: cannot be read from {Path.cwd()}: {error.strerror}") from None
