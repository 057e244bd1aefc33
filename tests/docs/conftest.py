"""The site, built once for all tests that look at it, from a copy of the repository's pages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from docs.building.site import stage

ROOT = Path(__file__).parents[2]


@dataclass
class Site:
    """A built site.

    Attributes:
        pages: The pages that were staged.
        folder: The built pages.
        output: What Zensical said.
        code: Its exit code.
    """

    pages: list[str]
    folder: Path
    output: str
    code: int


def zensical(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build what is staged in a folder, strictly."""
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "zensical.toml", folder)
    pages = stage(ROOT, folder / "build" / "docs")
    done = zensical(folder)
    return Site(pages, folder / "build" / "site", done.stdout + done.stderr, done.returncode)
