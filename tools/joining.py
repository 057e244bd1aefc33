"""Joining: the tools of several origins as one set, and what becomes of those whose name is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.spec import label_of
from tools.toolset import Toolset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.source import DynamicToolset
    from tools.spec import ToolSpec


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tool that is not offered, because another one has its name.

    Attributes:
        tool: The tool.
        kept: The other one.
        foreign: Whoever named it is not us.
    """

    tool: ToolSpec
    kept: ToolSpec
    foreign: bool

    def __str__(self) -> str:
        advice = (
            "give the server another name, McpServer(name=…), or leave the tool out, deny=[…]"
            if self.foreign
            else "rename one with `@tool(name=…)`"
        )
        taken = f"its name {self.tool.name!r} is that of {label_of(self.kept.function)}"
        return f"{label_of(self.tool.function)} is left out, since {taken}: {advice}"


def join(functions: Iterable[ToolSpec], parts: Sequence[DynamicToolset]) -> tuple[Toolset, list[LeftOut]]:
    """Put tools together. Of two with one name the earlier one is kept, and one of ours before any other.

    A server elsewhere may list a tool of any name at any time: it must neither take the place of one of ours, which the
    model would then call there with what is meant for us, nor cost the others the session.

    Args:
        functions: Tools that need no opening.
        parts: The others; open.
    """
    specs = {spec.name: spec for spec in functions}
    left_out: list[LeftOut] = []
    for part in sorted(parts, key=lambda part: part.foreign):
        for spec in part.toolset:
            kept = specs.setdefault(spec.name, spec)
            if kept is not spec:
                left_out.append(LeftOut(spec, kept, part.foreign))
    return Toolset(specs.values()), left_out
