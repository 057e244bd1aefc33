"""Availability: which tools exist for a user."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tools.toolset import Toolset

if TYPE_CHECKING:
    from tools.context import User
    from tools.spec import ToolSpec

_log = logging.getLogger(__name__)


def available(toolset: Toolset, user: User | None) -> Toolset:
    """The tools that a user has, by each tool's `enabled_when`.

    Args:
        toolset: All of them.
        user: Who is calling, as the server authenticated them, or None.

    Returns:
        The same toolset where nobody is denied anything. A predicate that fails denies its tool, and is logged.
    """
    if all(spec.policy.enabled_when is None for spec in toolset):
        return toolset
    return Toolset([spec for spec in toolset if _allowed(spec, user)])


def _allowed(spec: ToolSpec, user: User | None) -> bool:
    try:
        return spec.policy.allows(user)
    except Exception as error:
        _log.error("enabled_when of tool %s failed, so it is off: %s", spec.name, type(error).__name__, exc_info=error)
        return False
