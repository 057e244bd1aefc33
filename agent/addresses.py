"""Addresses in settings: whether one can be taken apart, which its look alone does not tell."""

from __future__ import annotations

from urllib.parse import urlsplit


def has_place(address: str) -> bool:
    """Whether host and port of an address can be read.

    Args:
        address: With its scheme.
    """
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:  # brackets around what is no IPv6 address, or a port that is none
        return False
