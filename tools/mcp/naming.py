"""Naming: what the model calls a tool of an MCP server, whose own name may be anything."""

from __future__ import annotations

import hashlib
import re

MOST = 64  # characters that the services take
_UNSUITED = re.compile(r"[^a-zA-Z0-9_-]+")
_MARK = 8  # characters that tell shortened names apart


def tool_name(prefix: str, name: str) -> str:
    """The name of a tool for the services: 1 to 64 letters, digits, `_` and `-`.

    The same names give the same result in every process, and different ones different results: where something of a
    name is lost, the end says which name it was.

    Args:
        prefix: The server's, or "" for none.
        name: The tool's own.
    """
    whole = f"{prefix}_{name}" if prefix else name
    suited = _UNSUITED.sub("_", whole)
    if suited == whole and 0 < len(whole) <= MOST:
        return whole
    mark = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:_MARK]
    return f"{suited[: MOST - _MARK - 1]}_{mark}"
