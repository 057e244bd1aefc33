"""Shapes: what a resource may look like, as the models of Azure's own management SDK say.

The SDK has two kinds of models, older ones with `_attribute_map` and newer ones with `rest_field`s. Both become a
`Shape`.
"""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import re
from dataclasses import dataclass, field


@dataclass
class Property:
    """What may stand at one key.

    Attributes:
        type: `string`, `int`, `bool`, `float`, `object`, `array`, or `any`.
        shape: That of an object, or of the items of an array or the values of a dictionary.
        values: The texts that are allowed; empty for any.
        required: Whether it has to be there.
        read_only: Whether the service alone sets it.
        dictionary: Whether an object's keys are of one's own choice.
    """

    type: str = "any"
    shape: Shape | None = None
    values: frozenset[str] = frozenset()
    required: bool = False
    read_only: bool = False
    dictionary: bool = False


@dataclass
class Shape:
    """An object: its properties, and where one of them says what kind it is, the shape of each kind."""

    name: str
    properties: dict[str, Property] = field(default_factory=dict)
    open: bool = False
    discriminator: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    module: str = ""

    def kind(self, value):
        """The shape of one kind."""
        return shape_of(self.module, self.kinds[value]) if value in self.kinds else None


_SIMPLE = {"str": "string", "int": "int", "bool": "bool", "float": "float", "decimal.Decimal": "float"}
_TEXTS = {"iso-8601", "duration", "date", "datetime.datetime", "datetime.timedelta", "datetime.date"}


@functools.cache
def shape_of(module, name):
    """The shape of a model.

    Args:
        module: Where the SDK has its models.
        name: The model.
    """
    model = getattr(importlib.import_module(module), name)
    shape = Shape(name, module=module)
    if hasattr(model, "_attribute_map"):
        _old(model, shape)
    else:
        _new(model, shape)
    return shape


def _old(model, shape):
    annotations = {key: str(each.annotation) for key, each in inspect.signature(model.__init__).parameters.items()}
    for attribute, told in model._attribute_map.items():
        rules = model._validation.get(attribute, {})
        if not told["key"]:  # whatever else is there
            shape.open = True
            continue
        path = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", told["key"])]
        found = _parsed_old(told["type"], annotations.get(attribute, ""), shape.module)
        found.required = bool(rules.get("required"))
        found.read_only = bool(rules.get("readonly"))
        at = shape
        for part in path[:-1]:
            inner = at.properties.setdefault(
                part, Property("object", Shape(f"{shape.name}.{part}", module=shape.module))
            )
            inner.required = inner.required or found.required
            inner.read_only = False
            at = inner.shape
        at.properties[path[-1]] = found
    for attribute, kinds in getattr(model, "_subtype_map", {}).items():
        shape.discriminator = model._attribute_map[attribute]["key"].replace("\\.", ".")
        shape.kinds = dict(kinds)


def _parsed_old(told, annotation, module):
    inner = told.strip("[]{}")
    found = _of_name(inner, module)
    named = re.findall(r"_models\.(\w+)", annotation)
    found.values = found.values or _values(module, named)
    if told.startswith("["):
        return Property("array", Shape("", {"": found}))
    if told.startswith("{"):
        return Property("object", Shape("", {"": found}), dictionary=True)
    return found


def _new(model, shape):
    annotations = {}
    for base in reversed(model.__mro__):
        annotations |= getattr(base, "__annotations__", {})
        for attribute, each in vars(base).items():
            if type(each).__name__ != "_RestField":
                continue
            annotation = str(annotations.get(attribute, "")).replace("typing.", "").replace("ForwardRef(", "(")
            found = _parsed_new(annotation, shape.module)
            found.required = "Optional" not in annotation and "NoneType" not in annotation
            found.read_only = each._visibility == ["read"]
            shape.properties[each._rest_name_input or attribute] = found
            if each._is_discriminator and getattr(model, "__mapping__", None):
                shape.discriminator = each._rest_name_input or attribute
                shape.kinds = {key: kind.__name__ for key, kind in model.__mapping__.items()}


def _parsed_new(annotation, module):
    named = re.findall(r"_models\.(\w+)", annotation)
    values = _values(module, named)
    if named and not values:
        found = _of_name(named[0], module)
    else:
        simple = re.search(r"(?<!list\[)(?<!dict\[)\b(str|int|bool|float|decimal\.Decimal|datetime\.\w+)\b", annotation)
        word = simple[1] if simple else "any"
        if annotation.startswith(("Optional[dict[str", "dict[str")):
            word = annotation.rsplit(",", 1)[1].strip(" ]")
        elif "list[" in annotation:
            word = annotation.split("list[", 1)[1].split("]", 1)[0]
        found = _of_name(word, module)
        found.values = values
    if "list[" in annotation:
        return Property("array", Shape("", {"": found}))
    if "dict[" in annotation:
        return Property("object", Shape("", {"": found}), dictionary=True)
    return found


def _of_name(name, module):
    if name in _SIMPLE:
        return Property(_SIMPLE[name])
    if name in _TEXTS:
        return Property("string")
    model = getattr(importlib.import_module(module), name, None)
    if inspect.isclass(model) and issubclass(model, enum.Enum):
        return Property("string", values=frozenset(each.value for each in model))
    if inspect.isclass(model) and model.__module__.startswith("azure."):
        return Property("object", Shape(name, module=module, open=True))  # read when it is asked for
    return Property("any")


def _values(module, names):
    models = importlib.import_module(module)
    for name in names:
        model = getattr(models, name, None)
        if inspect.isclass(model) and issubclass(model, enum.Enum):
            return frozenset(str(each.value) for each in model)
    return frozenset()


def resolved(shape):
    """The shape itself, where only its name was kept; models refer to each other in circles."""
    return shape_of(shape.module, shape.name) if shape.open and not shape.properties and shape.module else shape
