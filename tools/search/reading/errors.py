"""The one error of the readers."""

from __future__ import annotations

from tools.errors import IngestError


class UnreadableError(IngestError):
    """A document that cannot be read; its text says why, fit for one line of a summary."""
