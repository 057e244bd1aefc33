"""Toolset: the tools of an agent, in order, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.decorator import spec_of
from tools.errors import DefinitionError
from tools.spec import ToolSpec, label_of

Tool = Callable[..., Any] | ToolSpec


class Toolset:
    """Tools by name; it never changes. `+` joins two."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        """Collect tools.

        Args:
            tools: Functions declared with `tool`, plain functions, methods bound to an object, or descriptions.

        Raises:
            DefinitionError: One cannot be a tool, or two have the same name.
        """
        if not hasattr(tools, "__iter__"):
            raise DefinitionError(f"a toolset takes a list of tools, not {tools!r}; write Toolset([…])")
        self._specs: dict[str, ToolSpec] = {}
        for each in tools:
            spec = each if isinstance(each, ToolSpec) else spec_of(each)
            known = self._specs.get(spec.name)
            if known is not None:
                raise DefinitionError(
                    f"two tools have the name {spec.name!r}: {label_of(known.function)} and {label_of(spec.function)}; "
                    "rename one with `@tool(name=…)`"
                )
            self._specs[spec.name] = spec

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._specs)

    def get(self, name: str) -> ToolSpec | None:
        """The tool of that name, or None."""
        return self._specs.get(name)

    def spec(self, name: str) -> ToolSpec:
        """The tool of that name.

        Raises:
            KeyError: There is none.
        """
        return self._specs[name]

    def definitions(self) -> list[dict[str, Any]]:
        """The tools as `session.tools` of the GA wire; a fresh copy each time, always in the same order."""
        return [spec.definition() for spec in self]

    def __iter__(self) -> Iterator[ToolSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __add__(self, other: Iterable[Tool]) -> Toolset:
        return Toolset([*self, *other])

    def __repr__(self) -> str:
        return f"Toolset({list(self.names)})"
