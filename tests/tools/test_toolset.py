import pytest
from openai.types import realtime

from tools.decorator import spec_of, tool
from tools.errors import DefinitionError
from tools.toolset import Toolset


def first(a: int): ...


@tool(name="second")
def renamed(b: str = "x"): ...


def test_tools_keep_their_order_and_are_found_by_name():
    tools = Toolset([renamed, first])
    assert tools.names == ("second", "first")
    assert [spec.name for spec in tools] == ["second", "first"]
    assert len(tools) == 2
    assert "first" in tools
    assert "renamed" not in tools
    assert tools.spec("second").function is renamed
    assert tools.get("third") is None
    assert repr(tools) == "Toolset(['second', 'first'])"
    with pytest.raises(KeyError):
        tools.spec("third")


def test_no_tools_are_a_toolset_too():
    assert Toolset().definitions() == []


def test_two_toolsets_join_in_order_and_stay_what_they_were():
    left, right = Toolset([first]), Toolset([renamed])
    assert (left + right).names == ("first", "second")
    assert (left + [renamed]).names == ("first", "second")  # noqa: RUF005
    assert left.names == ("first",)


def test_a_description_is_taken_as_it_is():
    assert Toolset([spec_of(first)]).spec("first").function is first


def test_two_tools_of_one_name_are_refused_naming_both():
    def second(): ...

    with pytest.raises(DefinitionError, match=r"name 'second': tool .*renamed and tool .*second; rename one"):
        Toolset([renamed, second])
    with pytest.raises(DefinitionError, match="two tools"):
        Toolset([first]) + [first]  # noqa: RUF005


def test_a_function_in_the_place_of_a_list_is_refused():
    with pytest.raises(DefinitionError, match=r"takes a list of tools.*write Toolset\(\[…\]\)"):
        Toolset(first)


def test_definitions_are_fresh_and_always_the_same():
    tools = Toolset([first, renamed])
    tools.definitions()[0]["parameters"].clear()
    assert tools.definitions() == tools.definitions()
    assert tools.definitions()[0]["parameters"]


def test_the_official_sdk_knows_every_key_of_a_definition():
    for definition in Toolset([first, renamed]).definitions():
        assert set(definition) == set(realtime.RealtimeFunctionTool.model_fields)
        assert realtime.RealtimeFunctionTool.model_validate(definition).to_dict() == definition
