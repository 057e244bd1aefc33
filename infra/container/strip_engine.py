"""Takes out of the speech package whatever the engine does not use, and stays with the models and their licence.

Of `moonshine-voice` the engine reads `assets/tiny-en` alone (agent/engine/moonshine.py). Its code, its libraries and
its recordings, whose rights are not clear, have no place in an image. Run with the Python of the environment to strip.
"""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path

PACKAGE = "moonshine-voice"
MODELS = ("moonshine_voice", "assets", "tiny-en")


def strip(files: list[metadata.PackagePath], package: str = PACKAGE) -> int:
    """Delete a package's files but its models and its metadata.

    Args:
        files: The package's files, as its record lists them.
        package: The package's name, for the complaint.

    Returns:
        How many files were deleted.

    Raises:
        SystemExit: It has no models where they should be.
    """
    kept = [file for file in files if file.parts[: len(MODELS)] == MODELS]
    if not kept:
        raise SystemExit(f"{package} has nothing in {'/'.join(MODELS)}: is it another version than the lock's?")
    doomed = [
        file for file in files if file not in kept and not any(part.endswith(".dist-info") for part in file.parts)
    ]
    folders: set[Path] = set()
    for file in doomed:
        path = Path(str(file.locate()))
        path.unlink(missing_ok=True)
        folders.add(path.parent)
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        # Bytecode is listed in the record only where pip wrote it.
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return len(doomed)


def main() -> int:
    """Strip the package that is installed in this Python's environment."""
    count = strip(list(metadata.files(PACKAGE) or []))
    print(f"{PACKAGE}: {count} files taken out, {'/'.join(MODELS)} stays")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
