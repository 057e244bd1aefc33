"""Sealing: sessions lie in a store compressed and, where the operator gave a key, encrypted.

AES-256-GCM with a random nonce for each writing; the session's handle is authenticated with it, so that nobody who can
write to the store can give one caller another one's conversation.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Sequence

Json: TypeAlias = dict[str, Any]

_PLAIN, _SEALED = b"\x00", b"\x01"
_NONCE = 12  # bytes; NIST SP 800-38D, section 8.2
_MARK = 4  # bytes that tell which key it was
# Fast: a session is written several times a turn, and what is small is not made much smaller by more effort.
_EFFORT = 1


class Unreadable(Exception):  # noqa: N818  (a verdict)
    """What lies in the store was sealed with another key, or is damaged; the text says which."""


class Seal:
    """Seals and opens.

    Args:
        keys: Secrets of any length. The first one seals; all of them open, so that a key can be replaced. None: what is
            written can be read by whoever can read the store.
    """

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        derived = [hashlib.sha256(b"vocative sessions\0" + key).digest() for key in keys]
        self._ciphers = {hashlib.sha256(key).digest()[:_MARK]: AESGCM(key) for key in derived}

    def seal(self, content: Json, handle: str) -> bytes:
        """Make a session fit for the store.

        Args:
            content: As JSON.
            handle: Under which it will lie there.
        """
        packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), _EFFORT)
        for mark, cipher in self._ciphers.items():
            nonce = secrets.token_bytes(_NONCE)
            return _SEALED + mark + nonce + cipher.encrypt(nonce, packed, handle.encode())
        return _PLAIN + packed

    def open(self, sealed: bytes, handle: str) -> Json:
        """Read what was sealed.

        Args:
            sealed: As `seal` gave it.
            handle: Under which it lay.

        Raises:
            Unreadable: It cannot be read.
        """
        kind, rest = sealed[:1], sealed[1:]
        if kind == _SEALED:
            rest = self._decrypted(rest, handle)
        elif kind != _PLAIN or self._ciphers:
            # Where there is a key, what is not sealed with one was written by nobody who may.
            raise Unreadable("it was written without the key of VOCATIVE_SESSIONS_KEY")
        try:
            return json.loads(zlib.decompress(rest))
        except (zlib.error, ValueError):
            raise Unreadable("it is damaged") from None

    def _decrypted(self, sealed: bytes, handle: str) -> bytes:
        cipher = self._ciphers.get(sealed[:_MARK])
        if cipher is None:
            raise Unreadable("it was written with another key than VOCATIVE_SESSIONS_KEY holds")
        nonce, text = sealed[_MARK : _MARK + _NONCE], sealed[_MARK + _NONCE :]
        try:
            return cipher.decrypt(nonce, text, handle.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("it is damaged, or was another session's") from None
