from __future__ import annotations

import functools

import pytest
from pydantic import BaseModel

from tools import DefinitionError, ToolContext, invoke
from tools.decorator import spec_of, tool
from tools.toolset import Toolset


class Shop:
    def __init__(self, stock: int) -> None:
        self.stock = stock

    @tool(name="count_stock")
    async def count(self, minimum: int = 0) -> int:
        """Count what is there."""
        return max(self.stock, minimum)

    @staticmethod
    @tool
    def inside(a: int) -> int:
        return a

    @tool
    @staticmethod
    def outside(a: int) -> int:
        return a

    @classmethod
    @tool
    def made(cls, a: int) -> str:
        return f"{cls.__name__}{a}"

    def plain(self, a: int) -> int:
        return self.stock + a


def test_the_decorator_gives_back_the_function_it_was_given():
    def double(a: int) -> int:
        return 2 * a

    assert tool(double) is double
    assert tool(name="twice", timeout_s=1)(double) is double
    assert double(4) == 8
    assert spec_of(double).name == "twice"
    assert spec_of(double).timeout_s == 1


def test_a_plain_function_is_described_without_being_touched():
    def double(a: int) -> int:
        return 2 * a

    assert spec_of(double).name == "double"
    assert not vars(double)


async def test_a_method_is_called_on_the_object_it_was_taken_from():
    tools = Toolset([Shop(7).count])
    assert tools.names == ("count_stock",)
    assert (await invoke(tools, "count_stock", "", ToolContext())).output == "7"
    other = Toolset([Shop(9).count])
    assert (await invoke(other, "count_stock", "", ToolContext())).output == "9"


async def test_an_undecorated_method_is_a_tool_too():
    assert (await invoke(Toolset([Shop(7).plain]), "plain", '{"a": 1}', ToolContext())).output == "8"


async def test_static_and_class_methods_are_tools_on_either_side_of_the_decorator():
    tools = Toolset([Shop.inside, Shop.outside, Shop.made])
    assert (await invoke(tools, "inside", '{"a": 1}', ToolContext())).output == "1"
    assert (await invoke(tools, "outside", '{"a": 2}', ToolContext())).output == "2"
    assert (await invoke(tools, "made", '{"a": 3}', ToolContext())).output == "Shop3"


@pytest.mark.parametrize("method", [Shop.count, Shop.plain])
def test_a_method_without_its_object_is_refused(method):
    with pytest.raises(DefinitionError, match="is a method without its object; give the method of an object"):
        spec_of(method)


def test_a_bound_method_cannot_be_decorated_but_is_told_what_can_be_done():
    with pytest.raises(DefinitionError, match="decorate the method in its class, or give it to the toolset"):
        tool(Shop(1).plain)


def test_a_name_in_the_place_of_the_function_is_refused():
    with pytest.raises(DefinitionError, match=r"write @tool\(name='find'\)"):
        tool("find")


async def test_a_wrapper_around_a_decorated_function_is_what_runs():
    calls = []

    @tool
    async def find(a: int) -> int:
        return a

    @functools.wraps(find)
    async def counting(*args, **kwargs):
        calls.append(kwargs)
        return await find(*args, **kwargs)

    assert (await invoke(Toolset([counting]), "find", '{"a": 1}', ToolContext())).output == "1"
    assert calls == [{"a": 1}]


def test_types_of_the_enclosing_function_are_found():
    class Local(BaseModel):
        a: int

    @tool
    def find(local: Local) -> int:
        return local.a

    @tool(name="again")
    def find_again(local: Local) -> int:
        return local.a

    assert spec_of(find).parameters == spec_of(find_again).parameters
    assert spec_of(find).parameters["properties"]["local"]["properties"] == {"a": {"type": "integer"}}


def test_a_bad_declaration_fails_where_it_is_written():
    with pytest.raises(DefinitionError, match="parameter 'a' has no type hint"):

        @tool
        def find(a): ...
