"""Whether what is about to be published is whole: one wheel and one source distribution of the tag's version.

    python .github/check_dist.py dist --tag v1.2.3

Names every flaw, and exits with 1 if there is one. It needs `packaging` only.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

NAME = "vocative"
PAGE = "agent/static/web/index.html"
LICENCES = ("LICENSE", "THIRD_PARTY_NOTICES")
SUMMARY_LENGTH = 512  # characters that an index takes


def metadata_flaws(text: bytes, version: str) -> list[str]:
    """What an index would refuse, or show badly, in a package's metadata.

    Args:
        text: The metadata, as the wheel or source distribution holds it.
        version: The version that it should be of.
    """
    try:
        found = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        return [f"metadata: {error}" for error in group.exceptions]
    flaws: list[str] = []
    if canonicalize_name(found.name) != NAME:
        flaws.append(f"metadata: the name is {found.name}, not {NAME}")
    if str(found.version) != version:
        flaws.append(f"metadata: the version is {found.version}, not {version}")
    if not found.summary or len(found.summary) > SUMMARY_LENGTH:
        flaws.append(f"metadata: the summary is missing, or longer than {SUMMARY_LENGTH} characters")
    if not (found.description or "").strip() or found.description_content_type is None:
        flaws.append("metadata: there is no description, or it is not said to be Markdown, so the page would be bare")
    if not found.license_expression or found.requires_python is None:
        flaws.append("metadata: licence or required Python is not stated")
    return flaws


def wheel_flaws(path: Path, version: str) -> list[str]:
    """What is wrong with a wheel."""
    name, stated, _, tags = parse_wheel_filename(path.name)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        info = f"{NAME}-{stated}.dist-info"
        flaws = metadata_flaws(archive.read(f"{info}/METADATA"), version)
    flaws += [
        f"it lacks {each}" for each in (PAGE, *(f"{info}/licenses/{each}" for each in LICENCES)) if each not in names
    ]
    flaws += [f"it is for {tag} only" for tag in tags if str(tag) != "py3-none-any"]
    flaws += _unwanted(names)
    return [f"{path.name}: {flaw}" for flaw in (*_identity(name, str(stated), version), *flaws)]


def sdist_flaws(path: Path, version: str) -> list[str]:
    """What is wrong with a source distribution."""
    name, stated = parse_sdist_filename(path.name)
    root = f"{NAME}-{stated}"
    with tarfile.open(path) as archive:
        names = set(archive.getnames())
        member = archive.extractfile(f"{root}/PKG-INFO") if f"{root}/PKG-INFO" in names else None
        flaws = metadata_flaws(member.read(), version) if member else ["it lacks PKG-INFO"]
    # With the page in it, it can be installed without Node.js.
    flaws += [f"it lacks {each}" for each in (PAGE, "web/package.json", *LICENCES) if f"{root}/{each}" not in names]
    flaws += _unwanted(names)
    return [f"{path.name}: {flaw}" for flaw in (*_identity(name, str(stated), version), *flaws)]


def _identity(name: str, stated: str, version: str) -> list[str]:
    return [] if (name, stated) == (NAME, version) else [f"it is {name} {stated}, and the tag says {NAME} {version}"]


def _unwanted(names: set[str]) -> list[str]:
    bad = sorted(each for each in names if "node_modules" in each or each.rsplit("/", 1)[-1] == ".env")
    return [f"it holds {bad[0]}, which nobody should get" for _ in bad[:1]]


def flaws(folder: Path, tag: str) -> list[str]:
    """What is wrong with everything in a folder.

    Args:
        folder: Where the distributions are, and nothing else.
        tag: The tag that is released, such as `v1.2.3`.
    """
    version = tag.removeprefix("v")
    wheels, sdists = sorted(folder.glob("*.whl")), sorted(folder.glob("*.tar.gz"))
    # The hidden file is the builder's own, which keeps the folder out of git.
    others = {path.name for path in folder.glob("*")} - {path.name for path in (*wheels, *sdists)} - {".gitignore"}
    if (len(wheels), len(sdists)) != (1, 1) or others:
        held = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        return [f"{folder} should hold one wheel and one source distribution; it holds {held}"]
    return wheel_flaws(wheels[0], version) + sdist_flaws(sdists[0], version)


def main() -> int:
    """The command; the exit code is 0 where nothing is wrong, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tag", required=True)
    arguments = parser.parse_args()
    found = flaws(arguments.folder, arguments.tag)
    for flaw in found:
        print(flaw, file=sys.stderr)  # noqa: T201 - a command
    if not found:
        print(f"{arguments.tag} is ready to be published")  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
