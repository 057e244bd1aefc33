"""Template: one Bicep file, with what it declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.infra.checker import syntax
from tests.infra.checker.findings import File
from tests.infra.checker.syntax import literal, named, text

_KINDS = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}


@dataclass
class Declaration:
    """One declaration: `param`, `var`, `resource`, `module` or `output`.

    Attributes:
        kind: Which of them.
        name: Its symbol.
        node: The whole.
        decorators: By name, the nodes of their arguments.
        value: The node of the default, the value or the body; None for a parameter without default.
        type: What a parameter or output is declared as; the type and version, or the path, of a resource or module.
        existing: Whether a resource is only referred to.
    """

    kind: str
    name: str
    node: Any
    decorators: dict[str, list[Any]]
    value: Any = None
    type: str = ""
    existing: bool = False

    @property
    def line(self):
        return syntax.line(self.node)

    @property
    def conditional(self):
        return any(each.type == "if_statement" for each in syntax.walk(self.value)) if self.value else False


@dataclass
class Template(File):
    """A file of Bicep, read.

    Attributes:
        tree: Its root node.
        scope: What it is deployed to.
        declarations: In their order.
    """

    tree: Any = None
    scope: str = "resourceGroup"
    declarations: list[Declaration] = field(default_factory=list)

    def of(self, *kinds):
        return [each for each in self.declarations if each.kind in kinds]

    def named(self, kind):
        return {each.name: each for each in self.of(kind)}


def read(root, path):
    """Read a file; what it declares twice is there twice."""
    tree = syntax.parse(path.read_bytes())
    template = Template(root, path, tree)
    decorators: dict[str, list[Any]] = {}
    for node in named(tree):
        if node.type == "decorators":
            decorators |= dict(_decorator(each) for each in named(node))
        elif node.type == "target_scope_assignment":
            template.scope = literal(named(node)[0]) or ""
        elif node.type in _KINDS:
            template.declarations.append(_declaration(node, decorators))
            decorators = {}
    return template


def _decorator(node):
    function, arguments = named(named(node)[0])
    return text(function).removeprefix("sys."), named(arguments)


def _declaration(node, decorators):
    kind = _KINDS[node.type]
    name, *rest = named(node)
    declared = Declaration(kind, text(name), node, decorators)
    if kind == "var":
        declared.value = rest[0] if rest else None
    elif kind in {"resource", "module"}:
        declared.type, declared.value = literal(rest[0]) or "", rest[-1]
        declared.existing = any(child.type == "existing" for child in node.children)
    else:
        declared.type = text(rest[0])
        declared.value = rest[1] if len(rest) > 1 else None
    return declared
