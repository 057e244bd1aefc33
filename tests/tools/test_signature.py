from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

from tools.context import ToolContext
from tools.errors import DefinitionError
from tools.signature import read_signature

if TYPE_CHECKING:
    from collections import OrderedDict


class MyContext(ToolContext):
    pass


def read(function: Any, **local_names: Any) -> Any:
    return read_signature(function, "tool app.find", local_names)


def one(a: int, b: str = "x", *, c: bool = False): ...


def test_parameters_come_in_order_with_hints_that_were_written_as_text():
    parameters = read(one).parameters
    assert [(p.name, p.annotation, p.required) for p in parameters] == [
        ("a", int, True),
        ("b", str, False),
        ("c", bool, False),
    ]


def plain(context: ToolContext, a: int): ...
def last(a: int, context: ToolContext): ...
def optional(a: int, context: ToolContext | None = None): ...
def old_style(a: int, context: Optional[ToolContext] = None): ...  # noqa: UP045
def annotated(a: int, context: Annotated[ToolContext, "the call"]): ...
def named_otherwise(a: int, *, call: ToolContext): ...
def subclass(a: int, context: MyContext): ...


@pytest.mark.parametrize("function", [plain, last, optional, old_style, annotated, named_otherwise, subclass])
def test_the_context_is_found_by_its_annotation_wherever_it_stands(function):
    signature = read(function)
    assert signature.context == ("call" if function is named_otherwise else "context")
    assert [p.name for p in signature.parameters] == ["a"]


def test_a_context_imported_for_type_checkers_only_is_found_too():
    scope: dict[str, Any] = {"__name__": "app"}
    code = "from __future__ import annotations\ndef find(a: int, context: ToolContext | None = None): ..."
    exec(code, scope)  # a module in which `ToolContext` does not exist at run time
    assert read(scope["find"]).context == "context"


def test_a_parameter_called_context_is_an_ordinary_one():
    def find(context: str): ...

    assert read(find).context is None


def test_two_contexts_are_refused():
    def find(a: ToolContext, b: ToolContext): ...

    with pytest.raises(DefinitionError, match=r"tool app\.find: parameters \['a', 'b'\] all take the ToolContext"):
        read(find)


def test_local_types_are_found_among_the_local_names():
    class Local: ...

    def find(a: Local): ...

    assert read(find, Local=Local).parameters[0].annotation is Local


def test_a_hint_that_only_type_checkers_can_resolve_is_refused_with_advice():
    def find(a: OrderedDict[str, int]): ...

    with pytest.raises(DefinitionError, match=r"parameter 'a', 'OrderedDict.*cannot be resolved.*TYPE_CHECKING"):
        read(find)


def many(*names: str): ...
def named(**options: str): ...
def by_position(a: int, /): ...
def bare(a): ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (many, r"parameter 'names' takes any number of arguments.*name each argument"),
        (named, r"parameter 'options' takes any named arguments.*name each argument"),
        (by_position, r"parameter 'a' is positional-only.*name each argument"),
        (bare, r"parameter 'a' has no type hint; write one, such as `a: str`"),
    ],
)
def test_what_a_model_cannot_give_is_refused_naming_the_parameter(function, message):
    with pytest.raises(DefinitionError, match=r"tool app\.find.*" + message):
        read(function)


def test_a_callable_whose_parameters_cannot_be_read_is_refused():
    def unreadable(): ...

    unreadable.__signature__ = "of another kind"
    with pytest.raises(DefinitionError, match="parameters cannot be read; wrap it in a function of your own"):
        read(unreadable)


class Shop:
    def find(self, a: int): ...

    def odd(this, a: int): ...  # noqa: N805

    @classmethod
    def make(cls, a: int): ...

    @staticmethod
    def check(a: int): ...

    def __call__(self, a: int): ...


def test_a_method_in_its_class_is_unbound_and_its_self_is_not_a_parameter():
    for function in (Shop.find, Shop.odd):
        signature = read(function)
        assert signature.unbound
        assert [p.name for p in signature.parameters] == ["a"]


@pytest.mark.parametrize("function", [Shop().find, Shop.make, Shop.check, Shop(), functools.partial(one, b="y")])
def test_what_needs_no_object_is_not_unbound(function):
    signature = read(function)
    assert not signature.unbound
    assert signature.parameters[0].name == "a"


def test_a_function_without_parameters_has_none():
    def find(): ...

    assert read(find).parameters == ()


def test_hints_of_a_wrapped_function_are_read_where_it_was_written():
    @functools.wraps(one)
    def wrapper(*args: Any, **kwargs: Any): ...

    assert [p.annotation for p in read(wrapper).parameters] == [int, str, bool]
