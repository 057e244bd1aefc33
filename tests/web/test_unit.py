"""The client's own unit tests, its types, and what its bundle is made of."""

import os
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="module")
def node(hook, bundle):
    node = hook.node_on_path() or hook.node_from_wheel()
    assert node is not None, f"no Node.js: install it, or the package {hook.NODE_WHEEL}"
    hook.install(node, WEB)
    return node


def run(node, *command):
    path = os.pathsep.join([str(node.node.parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1"}
    process = subprocess.run(
        [node.node, *command], cwd=WEB, capture_output=True, encoding="utf-8", env=environment, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_pure_core_passes_its_own_tests(node):
    told = run(node, "node_modules/vitest/vitest.mjs", "run", "--reporter=verbose")
    assert told.count("✓") > 150


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("project", ["tsconfig.core.json", "tsconfig.json"])
def test_the_types_are_sound_and_the_core_needs_no_browser(node, project):
    run(node, "node_modules/typescript/bin/tsc", "-p", project)


def test_the_page_needs_nothing_from_elsewhere(bundle):
    page = (bundle / "index.html").read_text(encoding="utf-8")
    assert "http" not in page
    styles = "".join(path.read_text(encoding="utf-8") for path in (bundle / "assets").glob("*.css"))
    assert "url(" not in styles
    assert "@import" not in styles


def test_the_lock_names_no_registry_and_serves_every_desktop():
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    for platform in ("linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "darwin-x64", "win32-x64-msvc"):
        for package in ("@rolldown/binding", "@tailwindcss/oxide", "lightningcss"):
            assert f"node_modules/{package}-{platform}" in lock
