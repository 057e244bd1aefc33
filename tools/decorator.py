"""The `tool` decorator: attaches a frozen description and gives the function back, still callable and testable."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tools.errors import DefinitionError
from tools.policy import DEFAULT_TIMEOUT_S, ToolPolicy
from tools.spec import DEFAULT_POLICY, ToolSpec, describe, label_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from tools.speculation import Speculation

_ATTRIBUTE = "__tool_spec__"

Function = TypeVar("Function", bound="Callable[..., Any]")


@overload
def tool(function: Function, /) -> Function: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    policy: ToolPolicy | None = None,
    speculate: str | Speculation | None = None,
) -> Callable[[Function], Function]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    policy: ToolPolicy | None = None,
    speculate: str | Speculation | None = None,
) -> Any:
    """Declare a function as a tool, as `@tool` or `@tool(name=…, description=…, policy=ToolPolicy(…))`.

    The function stays what it is. Its type hints become the schema of the arguments, its docstring the descriptions.
    Coroutine functions run on the event loop, others in a thread. A method is declared in its class and given to a
    toolset bound to its object.

    Args:
        function: What to declare.
        name: What the model calls it by; the function's name by default.
        description: What it is for; the docstring's text before its sections by default.
        timeout_s: Seconds a call may take before it is given up, or None for no limit; short for a policy that says
            nothing else.
        policy: How it behaves in a conversation.
        speculate: The parameter that the user's words may be given as, so that it is run while the user still speaks
            and a call that asks for the same is answered at once; only for a tool that changes nothing.

    Raises:
        DefinitionError: It cannot be declared as a tool; the text says why, and what to do.
    """
    if isinstance(function, str):
        raise DefinitionError(f"@tool({function!r}) names nothing; write @tool(name={function!r})")

    if policy is not None and timeout_s != DEFAULT_TIMEOUT_S:
        raise DefinitionError("@tool(timeout_s=…, policy=…): give the time once, as ToolPolicy(timeout_s=…)")

    def decorate(target: Any) -> Any:
        # Under `@staticmethod` and the like it is the function inside that a caller gets to see.
        plain: Any = getattr(target, "__func__") if type(target) in {staticmethod, classmethod} else target  # noqa: B009
        spec = describe(
            plain,
            name=name,
            description=description,
            policy=_policy(policy, timeout_s, label_of(plain)),
            speculate=speculate,
            local_names=_locals_of_caller(inspect.currentframe()),
        )
        _attach(plain, spec)
        return target

    return decorate if function is None else decorate(function)


def spec_of(function: Callable[..., Any]) -> ToolSpec:
    """Describe a tool, whether it was declared with `tool` or is a plain function.

    Args:
        function: A function, or a method bound to its object.

    Raises:
        DefinitionError: It cannot be a tool; the text says why, and what to do.
    """
    attached = getattr(function, _ATTRIBUTE, None)
    spec = attached if isinstance(attached, ToolSpec) else describe(function)
    if spec.unbound and not inspect.ismethod(function):
        raise DefinitionError(f"{label_of(function)} is a method without its object; give the method of an object")
    # What is called is what was handed in: the method with its object, or a wrapper (a retry, say) that took over
    # the attributes of the function inside it.
    return spec if spec.function is function else replace(spec, function=function, unbound=False)


def is_declared(function: object) -> bool:
    """Whether a function, as it stands in its module or its class, was declared with `tool`."""
    plain = getattr(function, "__func__", function)
    return isinstance(getattr(plain, _ATTRIBUTE, None), ToolSpec)


def _policy(policy: object, timeout_s: float | None, label: str) -> ToolPolicy:
    if policy is not None:
        if not isinstance(policy, ToolPolicy):
            raise DefinitionError(f"{label}: policy is {policy!r}; give ToolPolicy(…)")
        return policy
    try:
        return DEFAULT_POLICY if timeout_s == DEFAULT_TIMEOUT_S else ToolPolicy(timeout_s=timeout_s)
    except DefinitionError as error:
        raise DefinitionError(str(error).replace("ToolPolicy", label, 1)) from None


def _attach(function: Any, spec: ToolSpec) -> None:
    try:
        setattr(function, _ATTRIBUTE, spec)
    except AttributeError:
        raise DefinitionError(
            f"{label_of(function)} cannot carry a description; decorate the method in its class, or give it to the "
            "toolset as it is"
        ) from None


def _locals_of_caller(frame: FrameType | None) -> dict[str, Any]:
    """The names around the decorated function, where a type hint written as text may have to be looked up."""
    while frame is not None and frame.f_globals is globals():
        frame = frame.f_back
    return dict(frame.f_locals) if frame is not None else {}
