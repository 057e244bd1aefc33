"""The Dockerfile, read: what it copies is there and let through, what it installs is hashed, nobody is root."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.container.image import DOCKERFILE, ROOT, Ignore, Stage, copied, parse

DEFAULTS, STAGES = parse(DOCKERFILE.read_text(encoding="utf-8"))
FINAL = STAGES[-1]
IGNORE = Ignore((ROOT / ".dockerignore").read_text(encoding="utf-8"))
FROM_HERE = [path for stage in STAGES for source, paths, _ in copied(stage) if source is None for path in paths]


def beside_python(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} has no wheel for this platform")
    return found


def test_there_are_stages_that_build_and_one_that_runs():
    assert [stage.name for stage in STAGES] == ["wheel", "environment", ""]


def test_the_base_is_a_slim_python_pinned_to_its_patch_version():
    bases = {stage.base for stage in STAGES}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.(1[1-4])\.\d+-slim-[a-z]+", bases.pop())


@pytest.mark.parametrize("path", FROM_HERE)
def test_what_is_copied_exists_and_is_let_through(path):
    assert (ROOT / path).exists()
    assert not IGNORE.excludes(path)


def test_what_building_the_wheel_needs_is_copied():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {
        *project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"],
        *project["project"]["license-files"],
        project["project"]["readme"],
        project["tool"]["hatch"]["build"]["hooks"]["custom"]["path"],
        "pyproject.toml",
        "web",
    }
    assert needed <= {path for _, paths, _ in copied(STAGES[0]) for path in paths}


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "agent/.env.local",
        "agent/__pycache__/cli.cpython-313.pyc",
        "agent/.vocative/index.sqlite",
        "docs/container.md",
        "infra/main.bicep",
        "tests/container/image.py",
        "web/node_modules/vite/package.json",
    ],
)
def test_what_is_secret_large_or_of_no_use_stays_out(path):
    assert IGNORE.excludes(path)


@pytest.mark.parametrize(
    "path",
    ["agent/cli.py", "agent/static/web/index.html", "web/.npmrc", "web/src/main.tsx", "infra/container/start.sh"],
)
def test_sources_and_a_page_that_is_built_already_are_let_through(path):
    assert not IGNORE.excludes(path)


@pytest.mark.parametrize(
    ("rules", "path", "excluded"),
    [
        ("*", "a", True),
        ("*", "a/b", True),
        ("*\n!a", "a/b", False),
        ("*\n!a\na/b", "a/b/c", True),
        ("**/x", "x", True),
        ("**/x", "a/b/x/y", True),
        ("a/*\n!a/b", "a/b/c", False),
        ("a/*\n!a/b", "a/d", True),
        ("*.md", "docs/a.md", False),
        ("# a", "a", False),
    ],
)
def test_the_ignore_rules_are_read_as_docker_reads_them(rules, path, excluded):
    assert Ignore(rules).excludes(path) is excluded


def test_every_package_is_installed_by_hash_or_from_our_own_wheel():
    installs = [
        step
        for stage in STAGES
        for text in stage.of("RUN")
        for step in re.split(r"&&|;;|\|\|", text)
        if re.search(r"\bpip\b.*\binstall\b", step)
    ]
    assert len(installs) == 4
    for step in installs:
        assert "--no-deps" in step
        assert "--require-hashes" in step or "--no-index" in step


def test_it_runs_as_a_fixed_number_that_is_not_root():
    [user] = FINAL.of("USER")
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    [made] = [text for text in FINAL.of("RUN") if "useradd" in text]
    assert f"--uid {user.split(':')[0]} " in made
    assert FINAL.steps.index(("USER", user)) > max(FINAL.steps.index(("RUN", text)) for text in FINAL.of("RUN"))


def test_signals_reach_the_server():
    assert json.loads(FINAL.of("ENTRYPOINT")[0])[-1] == "/opt/vocative/container/start.sh"
    script = (ROOT / "infra" / "container" / "start.sh").read_text(encoding="utf-8")
    assert script.rstrip().splitlines()[-1] == 'exec vocative "$@"'


def test_health_is_asked_for_without_a_tool_that_the_image_lacks():
    [check] = FINAL.of("HEALTHCHECK")
    command = json.loads(check.partition(" CMD ")[2])
    assert command == ["python", "/opt/vocative/container/health.py"]
    assert "curl" not in DOCKERFILE.read_text(encoding="utf-8").lower().replace("no curl", "")


def test_only_the_index_is_kept():
    assert FINAL.of("VOLUME") == ["/data"]


def test_no_step_needs_a_builder_that_a_registry_may_lack():
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert not re.search(r"^RUN --|<<|^# syntax|^(?:COPY|ADD) --(?!from=)", text, re.MULTILINE)
    assert not any(stage.of("ADD") for stage in STAGES)


def test_the_linter_finds_nothing():
    done = subprocess.run([beside_python("hadolint"), str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_linter_of_shell_scripts_finds_nothing():
    scripts = sorted(str(path) for path in DOCKERFILE.parent.glob("*.sh"))
    assert scripts
    done = subprocess.run([beside_python("shellcheck"), *scripts], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_stage_tells_what_it_copies_from_where():
    stage = Stage("python", "x", [("COPY", "--from=wheel /a /b"), ("COPY", "one two three/")])
    assert copied(stage) == [("wheel", ["/a"], "/b"), (None, ["one", "two"], "three/")]
