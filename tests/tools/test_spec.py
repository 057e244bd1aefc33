import functools
import math

import pytest

from tools.decorator import tool
from tools.errors import DefinitionError
from tools.policy import ToolPolicy
from tools.spec import DEFAULT_TIMEOUT_S, describe


def find_hotel(town: str, nights: int = 1) -> str:
    """Find a hotel.

    Args:
        town: Where to look.
    """
    return town * nights


class Shop:
    """A shop."""

    async def find(self, a: int):
        """Find it."""

    def __call__(self, a: int):
        """Buy it."""


class Silent:
    async def __call__(self): ...


def test_everything_is_read_from_the_function():
    spec = describe(find_hotel)
    assert spec.definition() == {
        "type": "function",
        "name": "find_hotel",
        "description": "Find a hotel.",
        "parameters": {
            "type": "object",
            "properties": {
                "town": {"type": "string", "description": "Where to look."},
                "nights": {"type": "integer", "default": 1},
            },
            "required": ["town"],
            "additionalProperties": False,
        },
    }
    assert spec.timeout_s == DEFAULT_TIMEOUT_S
    assert spec.function is find_hotel
    assert not spec.is_async


def test_what_is_given_goes_before_what_is_read():
    spec = describe(find_hotel, name="hotel-search", description="Hotels!", policy=ToolPolicy(timeout_s=None))
    assert (spec.name, spec.description, spec.timeout_s) == ("hotel-search", "Hotels!", None)
    assert describe(find_hotel, policy=ToolPolicy(timeout_s=3)).timeout_s == 3.0


def test_a_spec_never_changes():
    with pytest.raises(AttributeError):
        describe(find_hotel).name = "other"


def test_changing_a_definition_does_not_change_the_tool():
    spec = describe(find_hotel)
    spec.definition()["parameters"]["properties"].clear()
    assert set(spec.definition()["parameters"]["properties"]) == {"town", "nights"}


def test_without_a_docstring_the_name_in_words_is_the_description():
    def order_new_card(): ...

    assert describe(order_new_card).description == "order new card"


@pytest.mark.parametrize(
    ("function", "name", "description", "is_async"),
    [
        (Shop().find, "find", "Find it.", True),
        (functools.partial(find_hotel, nights=2), "x", "Find a hotel.", False),
        (functools.lru_cache(find_hotel), "find_hotel", "Find a hotel.", False),
        (Shop(), "x", "Buy it.", False),
        (Silent(), "x", "x", True),
    ],
)
def test_methods_partials_caches_and_callable_objects_are_described_by_the_function_inside(
    function, name, description, is_async
):
    spec = describe(function, name=name if name == "x" else None)
    assert (spec.name, spec.description, spec.is_async) == (name, description, is_async)


@pytest.mark.parametrize("name", ["", "has space", "x" * 65, "größe", "a.b", "new\n"])
def test_a_name_that_the_services_refuse_is_refused_here(name):
    with pytest.raises(DefinitionError, match=r"find_hotel: the name .* 1 to 64 letters.*@tool\(name=…\)"):
        describe(find_hotel, name=name)


def test_a_lambda_needs_a_name():
    with pytest.raises(DefinitionError, match="<lambda>"):
        describe(lambda: 1)
    assert describe(lambda: 1, name="one").name == "one"


def test_a_callable_without_a_name_is_refused_with_advice():
    with pytest.raises(DefinitionError, match=r"has no name of its own; give it one with `tool\(name=…\)`"):
        describe(Shop())


def generator():
    yield 1


async def async_generator():
    yield 1


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (3, "3 is not callable"),
        (Shop, "Shop is a class; give a function"),
        (generator, "generator yields; return a list"),
        (async_generator, "async_generator yields"),
    ],
)
def test_what_is_no_tool_is_refused_saying_what_would_be(what, message):
    with pytest.raises(DefinitionError, match=message):
        describe(what)


@pytest.mark.parametrize("timeout_s", [0, -1, math.nan, math.inf, True, "20"])
def test_a_time_limit_that_is_none_is_refused(timeout_s):
    with pytest.raises(DefinitionError, match=r"find_hotel: timeout_s is .* None for no limit"):
        tool(timeout_s=timeout_s)(find_hotel)


def test_errors_name_the_module_and_the_function():
    def bad(a): ...

    with pytest.raises(DefinitionError, match=rf"tool {__name__}.*bad: parameter 'a'"):
        describe(bad)
