"""Paths: fields of nested JSON objects by their dotted names, as the wire's own errors name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Json: TypeAlias = dict[str, Any]


def permitted(fields: Mapping[str, Any], paths: Collection[str], prefix: str = "") -> Json:
    """The part of a nested object that stands under the given dotted paths."""
    result: Json = {}
    for name, value in fields.items():
        path = prefix + name
        if path in paths:
            result[name] = value
        elif isinstance(value, dict) and any(allowed.startswith(path + ".") for allowed in paths):
            inner = permitted(cast("Json", value), paths, path + ".")
            if inner:
                result[name] = inner
    return result


def leaves(fields: Mapping[str, Any], prefix: str = "") -> set[str]:
    """Dotted paths of all that a nested object holds."""
    result: set[str] = set()
    for name, value in fields.items():
        below = leaves(cast("Json", value), f"{prefix}{name}.") if isinstance(value, dict) else set[str]()
        result |= below or {prefix + name}
    return result


def without(fields: Mapping[str, Any], path: str) -> Json:
    """The same object without what stands under a dotted path; objects that this empties are left out as well."""
    name, _, rest = path.partition(".")
    if name not in fields:
        return dict(fields)
    others = {other: value for other, value in fields.items() if other != name}
    below = fields[name]
    if rest and isinstance(below, dict):
        kept = without(cast("Json", below), rest)
        return {**fields, name: kept} if kept else others
    return others if not rest else dict(fields)


def look(source: Mapping[str, Any], path: str) -> tuple[bool, Any]:
    """Whether there is something under a dotted path, and what."""
    value: Any = source
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return False, None
        value = cast("Json", value)[name]
    return True, value


def place(target: Json, path: str, value: Any) -> None:
    """Put a value under a dotted path; what is no object on the way there gives way to one."""
    *way, last = path.split(".")
    for name in way:
        below = target.get(name)
        target[name] = target = dict(cast("Json", below)) if isinstance(below, dict) else {}
    target[last] = value
