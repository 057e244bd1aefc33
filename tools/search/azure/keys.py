"""Keys: a chunk's id as the key of an Azure index, which takes letters, digits, `_`, `-` and `=` only; and back."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]|\A_")  # a key may hold an underscore, but not begin with one
_ESCAPED = re.compile(r"((?:=[0-9A-F]{2})+)")


def key_of(chunk_id: str) -> str:
    """The key that stands for an id: what no key may hold is written as `=` and two hexadecimal digits a byte.

    Args:
        chunk_id: The id of a chunk; ours are hexadecimal and stay as they are.
    """
    return _UNSAFE.sub(lambda found: "".join(f"={byte:02X}" for byte in found[0].encode()), chunk_id)


def id_of(key: str) -> str:
    """The id that a key made by `key_of` stands for.

    Args:
        key: The key of a chunk that we pushed; another's key must not be given, since it may hold `=` of its own.
    """
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].replace("=", "")).decode(errors="replace"), key)
