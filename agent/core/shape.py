"""Shape: how one dialect lays out an object that GA lays out otherwise, as a table that reads both ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.paths import look, place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.core.paths import Json

Convert: TypeAlias = "Callable[[Any], Any]"


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the fields of an object stand in one dialect and in GA. A field that is nowhere here keeps its name.

    Attributes:
        moved: Field of the dialect → dotted path in GA, where they differ.
        values: Field of the dialect → how its value becomes GA's, and how GA's becomes its own.
        own: Fields that GA does not know.
        foreign: Fields of GA that the dialect does not know.
        fixed: What GA's object carries and the dialect's does not.
    """

    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, tuple[Convert, Convert]] = field(default_factory=dict[str, "tuple[Convert, Convert]"])
    own: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_ga(self, fields: Mapping[str, Any]) -> Json:
        """GA's object, without what GA does not know."""
        result: Json = dict(self.fixed)
        for name, value in fields.items():
            if name not in self.own:
                place(result, self.moved.get(name, name), self.values[name][0](value) if name in self.values else value)
        return result

    def from_ga(self, fields: Mapping[str, Any]) -> Json:
        """The dialect's object, without what the dialect does not know."""
        hidden = self.foreign | self.fixed.keys() | {path.partition(".")[0] for path in self.moved.values()}
        result = {name: value for name, value in fields.items() if name not in hidden}
        for name, path in self.moved.items():
            found, value = look(fields, path)
            if found:
                result[name] = self.values[name][1](value) if name in self.values else value
        return result

    def path_to_ga(self, path: str) -> str:
        """GA's name of a dotted path."""
        name, dot, rest = path.partition(".")
        return self.moved.get(name, name) + dot + rest

    def path_from_ga(self, path: str) -> str:
        """The dialect's name of one of GA's dotted paths."""
        for own, moved in self.moved.items():
            if path == moved or path.startswith(moved + "."):
                return own + path[len(moved) :]
        return path


SAME = Shape()
