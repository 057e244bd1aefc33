"""Declared: what stands in the `tools` of an agent, sorted by where it runs and what has to be opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import ConfigurationError
from agent.server_tools import ServerMcp
from tools.opening import sorted_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.source import Source
    from tools.toolset import Toolset


@dataclass(frozen=True, slots=True)
class Declared:
    """Tools as they were declared.

    Attributes:
        functions: Those that need no opening.
        sources: Those that do.
        servers: Those that the model's service calls itself.
    """

    functions: Toolset
    sources: tuple[Source, ...] = ()
    servers: tuple[ServerMcp, ...] = ()


def declared(entries: Iterable[Any]) -> Declared:
    """Sort what stands in a list of tools.

    Args:
        entries: Functions, toolsets, sources and servers, in any order.

    Raises:
        tools.DefinitionError: One is none of these, or two tools have the same name.
        ConfigurationError: Two servers have the same label.
    """
    if not isinstance(entries, list | tuple):
        return Declared(*sorted_out(entries))
    listed: list[Any] | tuple[Any, ...] = entries
    servers = tuple(each for each in listed if isinstance(each, ServerMcp))
    labels = [each.label for each in servers]
    if len(set(labels)) < len(labels):
        raise ConfigurationError(
            f"two of the servers {', '.join(labels)} have the same label: give each one of its own"
        )
    return Declared(*sorted_out([each for each in listed if not isinstance(each, ServerMcp)]), servers)
