"""The site: everything that is staged, and Zensical over it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from docs.building.commands import command_line
from docs.building.names import errors, inside, package
from docs.building.staging import Staging
from docs.building.tables import tables
from docs.building.variables import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Page of the site → what writes it, from the code as it is.
GENERATED: Mapping[str, Callable[[], str]] = {
    "reference/command-line.md": command_line,
    "reference/settings.md": settings,
    "reference/agent.md": lambda: package("agent"),
    "reference/tools.md": lambda: package("tools"),
    "reference/agent.testing.md": lambda: package("agent.testing"),
    "reference/inside.md": inside,
    "reference/errors.md": errors,
    "reference/tables.md": tables,
}


def stage(root: Path, target: Path) -> list[str]:
    """Write every page of the site into a folder, which is emptied first.

    Args:
        root: The repository.
        target: Where the pages go.

    Returns:
        The pages, by their paths below the folder.

    Raises:
        BrokenLinkError: A page links to what is not there.
    """
    shutil.rmtree(target, ignore_errors=True)
    staging = Staging(root, target, GENERATED)
    target.mkdir(parents=True)
    shutil.copy(root / "docs" / "building" / "site.css", target)
    staging.copy_pages()
    for page, write in GENERATED.items():
        staging.write(page, write())
    return sorted(staging.written)


def build(root: Path) -> int:
    """Stage the pages and build the site, strictly.

    Args:
        root: The repository.

    Returns:
        Zensical's exit code; a warning is a failure.
    """
    stage(root, root / "build" / "docs")
    shutil.rmtree(root / "build" / "site", ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=root, check=False).returncode  # noqa: S603  (nothing of it comes from outside)
