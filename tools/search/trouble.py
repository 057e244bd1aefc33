"""Trouble with the documents: why goes into the log, and what a caller is told names no path, host or role."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.errors import SearchError

_log = logging.getLogger(__name__)


def told(error: SearchError, done: str) -> str:
    """Log why the documents cannot be used, for whoever runs the assistant.

    Args:
        error: Why; it may say where an index lies, who serves it, and what whoever runs the assistant has to do.
        done: What was to be done with them: `"searched"`, `"listed"` or `"read"`.

    Returns:
        What a caller, or the model that speaks to one, is told.
    """
    _log.error("the documents cannot be %s: %s", done, error)
    return f"The documents cannot be {done} now. Whoever runs this assistant finds the reason in its log."
