"""Breaks the product in one line for each trap, and shows that the test named for the trap then fails.

A test that passes on a broken product guards nothing. `mutants.toml` lists, for each trap, the file, the text to
replace, its replacement, and the test. Every mutant is applied to a copy of the tree; the tree itself is not touched.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("mutants.toml")
COPIED = ("agent", "tools", "tests", "pyproject.toml", "hatch_build.py")
TIME = 180  # seconds for one test; a mutant that hangs is caught as well


class Verdict(Enum):
    """What came of a run of tests."""

    PASSED = auto()
    FAILED = auto()
    NOT_RUN = auto()  # pytest could not even begin; that is no test that noticed


SAID = {Verdict.FAILED: "caught", Verdict.PASSED: "SURVIVED", Verdict.NOT_RUN: "NOT RUN"}


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
    whole = path.read_text(encoding="utf-8")
    count = whole.count(mutant.old)
    if count != 1:
        return f"its text occurs {count} times in {mutant.file}, not once"
    if mutant.new == mutant.old:
        return "it changes nothing"
    try:
        compile(whole.replace(mutant.old, mutant.new), mutant.file, "exec")
    except SyntaxError as error:
        return f"what it makes of {mutant.file} is no Python: {error}"
    return _no_such_test(mutant.test, root)


def _no_such_test(test: str, root: Path) -> str | None:
    file, _, name = test.partition("::")
    path = root / file
    function = re.compile(rf"def {re.escape(name.partition('[')[0])}\(")
    found = name and path.is_file() and function.search(path.read_text(encoding="utf-8"))
    return None if found else f"there is no test {test}"


def verdict(tree: Path, tests: list[str]) -> tuple[Verdict, str]:
    """Run tests in a copy of the tree; the text is what pytest printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=TIME, check=False)
    except subprocess.TimeoutExpired:
        return Verdict.FAILED, f"it ran for more than {TIME} s"
    return {0: Verdict.PASSED, 1: Verdict.FAILED}.get(done.returncode, Verdict.NOT_RUN), done.stdout + done.stderr


def attempt(tree: Path, mutant: Mutant) -> Verdict:
    """Break the product, run the test, and mend the product."""
    path = tree / mutant.file
    whole = path.read_bytes()
    path.write_text(path.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")
    forget_compiled(path)
    try:
        return verdict(tree, [mutant.test])[0]
    finally:
        path.write_bytes(whole)
        forget_compiled(path)


def forget_compiled(path: Path) -> None:
    # Compiled code is told from stale by the second and the size: two mutants of one second could be mixed up.
    Path(cache_from_source(str(path))).unlink(missing_ok=True)


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
        whole, said = verdict(tree, sorted({mutant.test for mutant in mutants}))
        if whole is not Verdict.PASSED:
            print(said, "the tests do not pass on the product as it is: mend that first", sep="\n")
            return 2
        trees.put(tree)

        def in_turn(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                result = attempt(tree, mutant)
            finally:
                trees.put(tree)
            print(f"{SAID[result]:10}{mutant.trap:72}  {mutant.test}", flush=True)
            return result is Verdict.FAILED

        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = list(pool.map(in_turn, mutants))
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    return int(not all(outcomes))


if __name__ == "__main__":
    sys.exit(main())
