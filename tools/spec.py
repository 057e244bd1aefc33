"""ToolSpec: everything there is to know of a tool, read once from its function."""

from __future__ import annotations

import copy
import inspect
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tools.arguments import Arguments
from tools.docstring import read_docstring
from tools.errors import DefinitionError
from tools.policy import DEFAULT_TIMEOUT_S, ToolPolicy
from tools.signature import innermost, read_signature
from tools.speculation import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.speculation import Speculation

__all__ = ["DEFAULT_TIMEOUT_S", "ToolSpec", "describe", "is_async", "label_of"]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


DEFAULT_POLICY = ToolPolicy()


@dataclass(frozen=True)
class ToolSpec:
    """The description of a tool; it never changes.

    Attributes:
        name: What the model calls it by.
        description: What it is for, in the model's eyes.
        parameters: The JSON Schema of its arguments; not to be changed, `definition` gives a copy.
        function: The callable itself.
        arguments: Decodes and checks what the model sends.
        context_parameter: The parameter that takes the `ToolContext`, or None.
        unbound: A method as it stands in its class; it needs an object before it can be called.
        policy: How it behaves in a conversation.
        speculation: How it may be run before the model asks for it; None for not at all.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: Callable[..., Any]
    arguments: Arguments
    context_parameter: str | None
    unbound: bool = False
    policy: ToolPolicy = DEFAULT_POLICY
    speculation: Speculation | None = None

    @property
    def timeout_s(self) -> float | None:
        """Seconds after which whoever runs the call gives it up, or None for no limit."""
        return self.policy.timeout_s

    @cached_property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function; any other runs in a thread."""
        return is_async(self.function)

    def definition(self) -> dict[str, Any]:
        """The tool as an entry of `session.tools`, the caller's to keep.

        Exactly the four keys of the GA wire: one key too many, and a service refuses the whole `session.update`.
        """
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": copy.deepcopy(dict(self.parameters)),
        }


def describe(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    policy: ToolPolicy = DEFAULT_POLICY,
    speculate: str | Speculation | None = None,
    local_names: Mapping[str, Any] | None = None,
) -> ToolSpec:
    """Read a function as a tool.

    Args:
        function: A function, a method, or another callable that is no class.
        name: Instead of the function's own name.
        description: Instead of the docstring's text before its sections.
        policy: How it behaves in a conversation.
        speculate: The parameter that the user's words may be given as, to run it before the model asks; see
            `Speculation`.
        local_names: Names of the scope it was declared in, for type hints written as text.

    Raises:
        DefinitionError: It cannot be declared as a tool; the text says why, and what to do.
    """
    label = label_of(function)
    _refuse_what_is_no_tool(function, label)
    name = _checked_name(getattr(function, "__name__", None) if name is None else name, label)
    docstring = read_docstring(_own_docstring(function))
    signature = read_signature(function, label, local_names or {})
    arguments = Arguments(signature.parameters, docstring.arguments, label)
    return ToolSpec(
        name=name,
        # A model that knows only a name still does better with it in words than with nothing.
        description=description or docstring.summary or name.replace("_", " ").replace("-", " ").strip(),
        parameters=arguments.schema,
        function=function,
        arguments=arguments,
        context_parameter=signature.context,
        unbound=signature.unbound,
        policy=policy,
        speculation=_harmless(checked(speculate, arguments.schema, label), policy, label),
    )


def _harmless(speculation: Speculation | None, policy: ToolPolicy, label: str) -> Speculation | None:
    if speculation is not None and policy.approval:
        raise DefinitionError(f"{label}: what needs approval cannot be run ahead of it; leave speculate out")
    return speculation


def label_of(function: object) -> str:
    """What to call a function in an error: the module and the name it has there."""
    name = getattr(function, "__qualname__", None)
    return f"tool {function.__module__}.{name}" if name else f"tool {function!r}"


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(_call_of(function))


def _refuse_what_is_no_tool(function: object, label: str) -> None:
    if not callable(function):
        raise DefinitionError(f"{function!r} is not callable; a tool is a function or a method of an object")
    if inspect.isclass(function):
        raise DefinitionError(f"{label} is a class; give a function, or a method of one of its objects")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise DefinitionError(f"{label} yields; return a list, and report on the way with `ToolContext.progress`")


def _call_of(function: Callable[..., Any]) -> Any:
    return None if inspect.isroutine(function) else getattr(type(function), "__call__", None)  # noqa: B004


def _own_docstring(function: Callable[..., Any]) -> str | None:
    # That of an object (a partial, a cache, one with `__call__`) is mostly its class's, and says nothing of the tool.
    return inspect.getdoc(function) if inspect.isroutine(function) else innermost(function).__doc__


def _checked_name(name: object, label: str) -> str:
    if not isinstance(name, str):
        raise DefinitionError(f"{label} has no name of its own; give it one with `tool(name=…)`")
    if not _NAME.fullmatch(name):
        raise DefinitionError(
            f"{label}: the name {name!r} does not suit the services, which take 1 to 64 letters, digits, `_` and `-`; "
            "set another with `@tool(name=…)`"
        )
    return name
