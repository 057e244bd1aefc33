"""The environment of programs that tests start: ours, without the developer's own services, keys and proxies."""

from __future__ import annotations

import os

_THEIRS = ("OPENAI", "AZURE", "VOCATIVE", "OTEL")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def environment(**more: str) -> dict[str, str]:
    """The variables, and more of them."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_THEIRS) and name.upper() not in PROXIES
    }
    return {**kept, **more}
