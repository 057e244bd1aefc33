"""Breaks the product in one line for each trap, and shows that the test named for the trap then fails.

A test that passes on a broken product guards nothing. `mutants.toml` lists, for each trap, the file, the text to
replace, its replacement, and the test. Every mutant is applied to a copy of the tree; the tree itself is not touched.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("mutants.toml")
COPIED = ("agent", "tools", "tests", "pyproject.toml", "hatch_build.py")
TIME = 180  # seconds for one test; a mutant that hangs is caught as well


@dataclass(frozen=True)
class Mutant:
    """One way to fall into a trap.

    Attributes:
        trap: The trap, as `traps` calls it.
        file: The file to break.
        old: Text that occurs in it exactly once.
        new: What takes its place.
        test: The test that must notice, as pytest names it.
    """

    trap: str
    file: str
    old: str
    new: str
    test: str


def table() -> list[Mutant]:
    return [Mutant(**entry) for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["mutant"]]


def fault(mutant: Mutant, root: Path = ROOT) -> str | None:
    """What is wrong with an entry of the table, or None."""
    path = root / mutant.file
    if not path.is_file():
        return f"{mutant.file} does not exist"
    count = path.read_text(encoding="utf-8").count(mutant.old)
    if count != 1:
        return f"its text occurs {count} times in {mutant.file}, not once"
    return None if (root / mutant.test.split("::")[0]).is_file() else f"there is no test {mutant.test}"


def passes(tree: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    try:
        return subprocess.run(command, cwd=tree, capture_output=True, timeout=TIME, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def killed(tree: Path, mutant: Mutant) -> bool:
    path = tree / mutant.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return not passes(tree, [mutant.test])
    finally:
        path.write_text(whole, encoding="utf-8")


def copy(target: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / name)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="run the mutants whose trap holds this text")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    mutants = [mutant for mutant in table() if not options.only or options.only in mutant.trap]
    for mutant in mutants:
        if trouble := fault(mutant):
            print(f"{mutant.trap}: {trouble}")
            return 2
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(options.jobs):
            trees.put(copy(Path(folder, str(number))))
        tree = trees.get()
        if not passes(tree, sorted({mutant.test for mutant in mutants})):
            print("the tests do not pass on the product as it is: mend that first")
            return 2
        trees.put(tree)

        def attempt(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                return killed(tree, mutant)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = list(pool.map(attempt, mutants))
    for mutant, noticed in zip(mutants, outcomes, strict=True):
        print(f"{'caught  ' if noticed else 'SURVIVED'}  {mutant.trap:32}  {mutant.test}")
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    return int(not all(outcomes))


if __name__ == "__main__":
    sys.exit(main())
