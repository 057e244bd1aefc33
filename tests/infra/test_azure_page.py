"""docs/azure.md lists every parameter with its default, and no other."""

from __future__ import annotations

import re

from tests.infra.checker.check import ROOT, templates
from tests.infra.checker.parameters import AZD, Reference, entries, set_by_hooks

PAGE = (ROOT / "docs" / "azure.md").read_text("utf-8")
LISTED = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? *\|", PAGE, re.MULTILINE))
FILES = ("infra/main.parameters.json", "infra/vocative.bicepparam")


def references():
    return [each for path in FILES for each in entries(ROOT, path).values() if isinstance(each, Reference)]


def test_every_parameter_is_listed_with_its_default():
    outputs = set(templates(ROOT)["main.bicep"].named("output"))
    for each in references():
        if each.default is None or (each.variable in outputs and not each.default):
            assert each.variable in AZD | set_by_hooks(ROOT) | outputs
        else:
            assert LISTED.get(each.variable) == each.default, each.variable


def test_nothing_is_listed_that_there_is_not():
    hooks = "\n".join(path.read_text("utf-8") for path in (ROOT / "infra" / "hooks").glob("*.sh"))
    known = {each.variable for each in references()} | set(re.findall(r"[A-Z][A-Z_]{4,}", hooks))
    assert set(LISTED) <= known
    assert set(re.findall(r"`((?:AZURE|VOCATIVE|INGEST)_[A-Z_]+)`", PAGE)) <= known


def test_the_defaults_of_the_hooks_are_those_of_the_templates():
    for path in (ROOT / "infra" / "hooks").glob("*.sh"):
        for name, default in re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", path.read_text("utf-8")):
            for each in references():
                if each.variable == name and each.default:
                    assert each.default == default, f"{name} in {path.name}"
