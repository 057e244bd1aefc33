"""The methods of an object as tools."""

from __future__ import annotations

import pytest

from tools import DefinitionError, ToolContext, invoke, methods_of, tool


class Base:
    @tool
    def first(self) -> str:
        """The first."""
        return "base"


class Counter(Base):
    def __init__(self):
        self.count = 0

    @property
    def danger(self):
        raise AssertionError("a property is not computed")

    @tool
    def count_up(self, by: int = 1) -> int:
        """Count up."""
        self.count += by
        return self.count

    @tool
    @staticmethod
    def help() -> str:
        """Help."""
        return "helped"

    def hidden(self) -> None: ...


async def test_declared_methods_share_the_objects_state():
    counter = Counter()
    tools = methods_of(counter)
    assert tools.names == ("first", "count_up", "help")
    await invoke(tools, "count_up", '{"by": 2}', ToolContext())
    assert (await invoke(tools, "count_up", "", ToolContext())).output == "3"
    assert counter.count == 3


def test_a_class_or_an_object_without_tools_is_refused():
    with pytest.raises(DefinitionError, match=r"PerSession\(Counter\)"):
        methods_of(Counter)
    with pytest.raises(DefinitionError, match="no method that is declared"):
        methods_of(object())
