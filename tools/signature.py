"""Signature: which arguments the model gives to a function, and which parameter takes the context."""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union

from tools.context import ToolContext
from tools.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KINDS = {
    inspect.Parameter.VAR_POSITIONAL: "takes any number of arguments (`*`), which a model cannot be told of",
    inspect.Parameter.VAR_KEYWORD: "takes any named arguments (`**`), which a model cannot be told of",
    inspect.Parameter.POSITIONAL_ONLY: "is positional-only, but a model gives arguments by name",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument the model may give.

    Attributes:
        name: Its name.
        annotation: Its type hint, resolved.
        default: Its default, or `inspect.Parameter.empty`.
    """

    name: str
    annotation: Any
    default: Any = inspect.Parameter.empty

    @property
    def required(self) -> bool:
        """Whether the model must give it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes.

    Attributes:
        parameters: What the model gives, in order.
        context: The name of the parameter that takes the `ToolContext`, or None.
        unbound: It is a method as it stands in its class, still without its object.
    """

    parameters: tuple[Parameter, ...]
    context: str | None
    unbound: bool


def read_signature(function: Callable[..., Any], label: str, local_names: Mapping[str, Any]) -> Signature:
    """Read what a function takes.

    Args:
        function: Any callable but a class.
        label: What to call it in errors.
        local_names: Names of the scope it was declared in, for type hints written as text.

    Raises:
        DefinitionError: A parameter cannot be given by a model, or has no usable type hint.
    """
    declared = _parameters(function, label)
    unbound = bool(declared) and _is_receiver(function, declared[0])
    # A `ToolContext` imported for type checkers only is the natural thing to write, so its name always resolves.
    names = {"ToolContext": ToolContext, **getattr(innermost(function), "__globals__", {}), **local_names}
    given: list[Parameter] = []
    contexts: list[str] = []
    for parameter in declared[1:] if unbound else declared:
        if parameter.kind in _KINDS:
            advice = "name each argument (and give a wrapper `functools.wraps`)"
            raise DefinitionError(f"{label}: parameter {parameter.name!r} {_KINDS[parameter.kind]}; {advice}")
        hint = _hint(parameter, label, names)
        if _is_context(hint):
            contexts.append(parameter.name)
        else:
            given.append(Parameter(parameter.name, hint, parameter.default))
    if len(contexts) > 1:
        raise DefinitionError(f"{label}: parameters {contexts} all take the ToolContext; keep one of them")
    return Signature(tuple(given), contexts[0] if contexts else None, unbound)


def _parameters(function: Callable[..., Any], label: str) -> list[inspect.Parameter]:
    try:
        if sys.version_info >= (3, 14):  # pragma: no cover
            # There, hints are evaluated when asked for; a name that only type checkers import must not fail here.
            import annotationlib  # noqa: PLC0415

            signature = inspect.signature(function, annotation_format=annotationlib.Format.FORWARDREF)
        else:
            signature = inspect.signature(function)
    except (TypeError, ValueError):
        raise DefinitionError(f"{label}: its parameters cannot be read; wrap it in a function of your own") from None
    return list(signature.parameters.values())


def innermost(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function whose module the type hints were written in."""
    if isinstance(function, functools.partial):
        return innermost(function.func)
    function = inspect.unwrap(function)
    return function if inspect.isroutine(function) else type(function).__call__


def _is_receiver(function: Callable[..., Any], first: inspect.Parameter) -> bool:
    if inspect.ismethod(function) or not inspect.isfunction(function):
        return False
    scope = function.__qualname__.rpartition(".")[0]
    in_class = bool(scope) and not scope.endswith("<locals>")
    return in_class and (first.name in {"self", "cls"} or first.annotation is inspect.Parameter.empty)


def _hint(parameter: inspect.Parameter, label: str, names: dict[str, Any]) -> Any:
    if parameter.annotation is inspect.Parameter.empty:
        raise DefinitionError(
            f"{label}: parameter {parameter.name!r} has no type hint; write one, such as `{parameter.name}: str`, "
            "so that the model knows what to send"
        )
    holder = types.SimpleNamespace(__annotations__={"it": parameter.annotation})
    try:
        return typing.get_type_hints(holder, names, include_extras=True)["it"]
    except Exception as error:
        raise DefinitionError(
            f"{label}: the type hint of parameter {parameter.name!r}, {parameter.annotation!r}, cannot be resolved "
            f"({error}); import its names at run time, not only under TYPE_CHECKING"
        ) from None


def _is_context(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return _is_context(typing.get_args(hint)[0])
    if origin is Union or origin is types.UnionType:
        return any(_is_context(choice) for choice in typing.get_args(hint))
    return isinstance(hint, type) and issubclass(hint, ToolContext)
