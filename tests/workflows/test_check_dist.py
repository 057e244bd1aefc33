"""What is asked of a release before it is published: a whole one passes, and each flaw is named."""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github" / "check_dist.py"
METADATA = """\
Metadata-Version: 2.4
Name: vocative
Version: 1.2.3
Summary: Voice
License-Expression: MIT
Requires-Python: >=3.11
Description-Content-Type: text/markdown

# Vocative
"""


@pytest.fixture(scope="module")
def check():
    spec = importlib.util.spec_from_file_location("check_dist", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_wheel(folder: Path, names: list[str], name: str = "vocative-1.2.3-py3-none-any.whl") -> None:
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr("vocative-1.2.3.dist-info/METADATA", METADATA)
        for each in names:
            archive.writestr(each, "")


def make_sdist(folder: Path, names: list[str]) -> None:
    with tarfile.open(folder / "vocative-1.2.3.tar.gz", "w:gz") as archive:
        for each, content in {"PKG-INFO": METADATA, **dict.fromkeys(names, "")}.items():
            member = tarfile.TarInfo(f"vocative-1.2.3/{each}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))


WHEEL = [
    "agent/static/web/index.html",
    "vocative-1.2.3.dist-info/licenses/LICENSE",
    "vocative-1.2.3.dist-info/licenses/THIRD_PARTY_NOTICES",
]
SDIST = ["agent/static/web/index.html", "web/package.json", "LICENSE", "THIRD_PARTY_NOTICES"]


def test_a_whole_release_passes(check, tmp_path):
    make_wheel(tmp_path, WHEEL)
    make_sdist(tmp_path, SDIST)
    assert check.flaws(tmp_path, "v1.2.3") == []


@pytest.mark.parametrize("missing", WHEEL)
def test_a_wheel_that_lacks_something_is_told(check, tmp_path, missing):
    make_wheel(tmp_path, [name for name in WHEEL if name != missing])
    make_sdist(tmp_path, SDIST)
    assert check.flaws(tmp_path, "v1.2.3") == [f"vocative-1.2.3-py3-none-any.whl: it lacks {missing}"]


@pytest.mark.parametrize("missing", SDIST)
def test_a_source_distribution_that_lacks_something_is_told(check, tmp_path, missing):
    make_wheel(tmp_path, WHEEL)
    make_sdist(tmp_path, [name for name in SDIST if name != missing])
    assert check.flaws(tmp_path, "v1.2.3") == [f"vocative-1.2.3.tar.gz: it lacks {missing}"]


def test_a_tag_of_another_version_is_told_of_both(check, tmp_path):
    make_wheel(tmp_path, WHEEL)
    make_sdist(tmp_path, SDIST)
    found = check.flaws(tmp_path, "v1.2.4")
    assert [flaw for flaw in found if "the tag says vocative 1.2.4" in flaw] == [found[0], found[2]]
    assert len(found) == 4


@pytest.mark.parametrize("unwanted", ["web/node_modules/react/index.js", "agent/.env"])
def test_what_nobody_should_get_is_told(check, tmp_path, unwanted):
    make_wheel(tmp_path, WHEEL)
    make_sdist(tmp_path, [*SDIST, unwanted])
    assert check.flaws(tmp_path, "v1.2.3") == [
        f"vocative-1.2.3.tar.gz: it holds vocative-1.2.3/{unwanted}, which nobody should get"
    ]


def test_a_wheel_for_one_system_only_is_told(check, tmp_path):
    make_wheel(tmp_path, WHEEL, "vocative-1.2.3-cp313-cp313-win_amd64.whl")
    make_sdist(tmp_path, SDIST)
    assert check.flaws(tmp_path, "v1.2.3") == [
        "vocative-1.2.3-cp313-cp313-win_amd64.whl: it is for cp313-cp313-win_amd64 only"
    ]


def test_a_folder_with_too_little_or_too_much_is_told(check, tmp_path):
    assert "it holds nothing" in check.flaws(tmp_path, "v1.2.3")[0]
    make_wheel(tmp_path, WHEEL)
    make_sdist(tmp_path, SDIST)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert "notes.txt" in check.flaws(tmp_path, "v1.2.3")[0]


@pytest.mark.parametrize(
    ("line", "instead", "flaw"),
    [
        ("Summary: Voice", "Summary: " + "x" * 600, "summary"),
        ("License-Expression: MIT", "License-Expression: MIT-ish", "license-expression"),
        ("License-Expression: MIT\n", "", "licence"),
        ("Requires-Python: >=3.11", "Requires-Python: three", "requires-python"),
        ("Description-Content-Type: text/markdown", "Description-Content-Type: text/word", "description-content-type"),
        ("\n# Vocative\n", "\n", "no description"),
        ("Name: vocative", "Name: evocative", "the name is evocative"),
        ("Version: 1.2.3", "Version: 1.2.4", "the version is 1.2.4"),
    ],
)
def test_metadata_that_an_index_would_refuse_or_show_badly_is_told(check, line, instead, flaw):
    assert check.metadata_flaws(METADATA.encode(), "1.2.3") == []
    found = check.metadata_flaws(METADATA.replace(line, instead).encode(), "1.2.3")
    assert any(flaw in each for each in found), found


@pytest.mark.slow
def test_what_the_release_builds_is_whole(tmp_path):
    dist = tmp_path / "dist"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(dist)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    version = next(dist.glob("*.whl")).name.split("-")[1]
    told = subprocess.run(
        [sys.executable, str(SCRIPT), str(dist), "--tag", f"v{version}"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout == f"v{version} is ready to be published\n"
    shutil.rmtree(dist)
