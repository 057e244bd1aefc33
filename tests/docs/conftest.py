"""What several tests of the pages share: the site, built once, and an endpoint that speaks as a service does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from docs.building.site import stage
from tests.docs.sandbox import Sandbox

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

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


@pytest.fixture(scope="session")
def engine(tmp_path_factory) -> Iterator[str]:
    """The address of an endpoint that speaks as Azure, OpenAI and Voice Live do: our own engine, as a process."""
    told, ready, done = [], Event(), Event()

    def while_ready(found: re.Match[str]) -> None:
        told.append(found[1])
        ready.set()
        done.wait()

    sandbox = Sandbox(tmp_path_factory.mktemp("engine"))
    serving = ("vocative engine --port 0", r"ws://127\.0\.0\.1:(\d+)", while_ready)
    thread = Thread(target=sandbox.serve, args=serving, daemon=True)
    thread.start()
    assert ready.wait(90)
    yield f"http://127.0.0.1:{told[0]}/"
    done.set()
    thread.join()
