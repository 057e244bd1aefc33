"""What a newcomer has: a copy of the repository with nothing made in it, and a Python that the set-up can go into.

The set-up fetches its packages, and tests use no network. So the copy's environment holds those of this one, as links:
pip compares them with the lock, takes them for installed, and has nothing to fetch. Ours is not among them.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import venv
from pathlib import Path

import hatch_build
from tests.docs.pages import ROOT
from tests.docs.sandbox import Sandbox

# What was made here.
_MADE = shutil.ignore_patterns(
    ".venv", ".git", "node_modules", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", ".coverage*", ".cache",
    ".env", ".azure", ".vocative", "*.sqlite*", ".web-*",
)  # fmt: skip
# Nothing may be fetched, whatever is missing.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "npm_config_offline": "true"}
# What the set-up installs from a distribution where it is missing.
_SYSTEM = ("chromium", "redis-server")


def _left_out(folder: str, names: list[str]) -> set[str]:
    # Each of the tests' own tools and stock clients has a lock, by which its packages would be fetched.
    tool = Path(folder).is_relative_to(ROOT / "tests")
    return {
        *_MADE(folder, names),
        *(name for name in names if tool and name in {"requirements.lock", "package-lock.json"}),
    }


def repository(folder: Path) -> Path:
    """Copy the repository, with the page's bundle in it, for which Node.js would be wanted else.

    Args:
        folder: Where to; it is made.

    Returns:
        The folder.
    """
    hatch_build.build(ROOT)
    shutil.copytree(ROOT, folder, ignore=_left_out)
    (folder / "web" / "node_modules").symlink_to(ROOT / "web" / "node_modules")
    return folder


def environment(home: Path) -> Path:
    """Make an environment with all packages of this one but ours.

    Args:
        home: Its folder, such as `.venv`.

    Returns:
        The folder.
    """
    venv.create(home, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if "vocative" not in each.name and each.name not in {"agent", "tools", "__pycache__"}:
            (packages / each.name).symlink_to(each)
    for each in Path(sys.executable).parent.iterdir():
        if not (home / "bin" / each.name).exists() and not each.name.startswith(("vocative", "pip")):
            (home / "bin" / each.name).symlink_to(each)
    return home


def shell(folder: Path, programs: tuple[Path, ...] = (), **given: str) -> Sandbox:
    """A shell in a folder that knows none of this environment's programs.

    Args:
        folder: The folder.
        programs: Folders of programs that it knows beside the system's.
        given: Variables beside those that keep it from the network.
    """
    system = folder.parent / "system"
    system.mkdir(exist_ok=True)
    for name in _SYSTEM:
        if not shutil.which(name):
            (system / name).write_text("#!/bin/sh\n", encoding="utf-8")
            (system / name).chmod(0o755)
    return Sandbox(folder, programs=(*programs, system), **OFFLINE | {"HOME": str(folder.parent)} | given)
