"""Objects: the methods of an object as tools, so that tools can share a state."""

from __future__ import annotations

import inspect

from tools.decorator import is_declared
from tools.errors import DefinitionError
from tools.toolset import Toolset


def methods_of(holder: object) -> Toolset:
    """The methods of an object that are declared with `@tool`, bound to it, in the order in which they are written.

    Args:
        holder: The object. Methods without `@tool` are none of the model's business.

    Raises:
        DefinitionError: It is a class, or has no such method.
    """
    if inspect.isclass(holder):
        raise DefinitionError(
            f"{holder.__qualname__} is a class: give one of its objects, or PerSession({holder.__qualname__}) for one "
            "in each session"
        )
    names: dict[str, None] = {}
    for base in reversed(type(holder).__mro__):
        names |= dict.fromkeys(vars(base))
    # Looked up on the class first, so that a property is not computed only to be told apart.
    declared = [name for name in names if is_declared(inspect.getattr_static(type(holder), name))]
    if not declared:
        raise DefinitionError(f"{type(holder).__qualname__} has no method that is declared with @tool")
    return Toolset([getattr(holder, name) for name in declared])
