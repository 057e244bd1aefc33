"""Results: what an MCP tool returned, as a result of ours: words for the model, the rest for the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.errors import ToolError
from tools.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Characters of base64 that one result may bring to a client; far beyond a picture on a page.
MOST_DATA = 4 * 1024 * 1024


def result_of(label: str, content: Sequence[Mapping[str, Any]], structured: object, *, is_error: bool) -> Result:
    """Sort out a result.

    Args:
        label: The tool, for an error without words.
        content: Its blocks, as they stand on the wire.
        structured: Its structured content, or None.
        is_error: The tool says that it has failed.

    Raises:
        ToolError: It has; the text is what the tool said.
    """
    words: list[str] = []
    shown: list[dict[str, Any]] = []
    room = MOST_DATA
    for block in content:
        kind = block.get("type")
        if kind == "text":
            words.append(str(block.get("text", "")))
        elif kind == "resource" and "text" in _resource(block):
            words.append(str(_resource(block)["text"]))
        elif kind == "resource_link":
            words.append(f"Link for the caller: {block.get('title') or block.get('name') or block.get('uri')}.")
            shown.append({key: block[key] for key in _LINK if block.get(key) is not None})
        else:
            data = str(block.get("data") or _resource(block).get("blob") or "")
            room -= len(data)
            words.append(_told(str(kind), fits=room >= 0))
            if room >= 0:
                shown.append(_data(block, str(kind), data))
            else:
                room += len(data)
    text = "\n".join(word for word in words if word.strip())
    if is_error:
        raise ToolError(text or f"The tool {label!r} failed and did not say why.")
    client = {"structured": structured} if structured is not None else {}
    client |= {"content": shown} if shown else {}
    # Servers put structured content into words as well; the words are what a model that speaks can use.
    return Result(text or structured, client or None)


_LINK = ("type", "uri", "name", "title", "description", "mimeType", "size")


def _resource(block: Mapping[str, Any]) -> Mapping[str, Any]:
    resource = block.get("resource")
    return resource if isinstance(resource, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _data(block: Mapping[str, Any], kind: str, data: str) -> dict[str, Any]:
    mime_type = block.get("mimeType") or _resource(block).get("mimeType")
    uri = _resource(block).get("uri")
    return {"type": kind, "mimeType": mime_type, "data": data} | ({"uri": uri} if uri else {})


def _told(kind: str, *, fits: bool) -> str:
    what = {"image": "A picture", "audio": "A sound"}.get(kind, "A file")
    return f"{what} is shown to the caller." if fits else f"{what} was left out because it is too large to be shown."
