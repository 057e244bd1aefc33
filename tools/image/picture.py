"""Picture: what an image service made, told by its bytes and not by what it is said to be."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes:
        content: Its bytes; empty where the service keeps it and gives an address.
        media_type: Such as `image/png`; empty where only the address is known.
        url: Where the service keeps it, for an hour or so; empty where its bytes are here.
        revised_prompt: What the service made of the prompt; empty where it does not say.
    """

    content: bytes = b""
    media_type: str = ""
    url: str = ""
    revised_prompt: str = ""

    @property
    def data_url(self) -> str:
        """The picture as an address that holds it."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode('ascii')}"


def read_picture(data: Mapping[str, Any]) -> Picture:
    """Read one entry of a response's `data`.

    Raises:
        ToolError: It holds no picture.
    """
    revised = data.get("revised_prompt")
    told = revised if isinstance(revised, str) else ""
    encoded, url = data.get("b64_json"), data.get("url")
    if isinstance(encoded, str) and encoded:
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        kind = _kind(content)
        if kind:
            return Picture(content, kind, revised_prompt=told)
    elif isinstance(url, str) and url.startswith(("https://", "http://")):
        return Picture(url=url, revised_prompt=told)
    raise ToolError("The image service answered without a picture. Tell the user that it did not work.")


def _kind(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""
