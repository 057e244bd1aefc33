"""A Dockerfile as data, and its steps carried out without Docker: in one folder that stands for the image's root."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "infra" / "container" / "Dockerfile"
# The image's own folders; paths of the system, such as /usr/sbin/nologin, are those of this machine.
OURS = re.compile(r"(?<![\w./-])/(?=(?:opt/vocative|wheels|locks|source|data|documents|app)(?![\w-]))")


@dataclass
class Stage:
    """One `FROM` and what follows it.

    Attributes:
        base: What it starts from.
        name: What later stages call it.
        steps: The instructions, in upper case, with their arguments.
    """

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def of(self, instruction: str) -> list[str]:
        return [arguments for each, arguments in self.steps if each == instruction]


def parse(text: str) -> tuple[dict[str, str], list[Stage]]:
    """The arguments that stand before the first stage, and the stages."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    defaults: dict[str, str] = {}
    stages: list[Stage] = []
    for line in filter(str.strip, joined.splitlines()):
        instruction, _, arguments = line.strip().partition(" ")
        instruction, arguments = instruction.upper(), arguments.strip()
        if instruction == "FROM":
            base, _, name = arguments.partition(" AS ")
            for key, value in defaults.items():
                base = base.replace(f"${{{key}}}", value)
            stages.append(Stage(base, name))
        elif not stages:
            assert instruction == "ARG"
            key, _, value = arguments.partition("=")
            defaults[key] = value
        else:
            stages[-1].steps.append((instruction, arguments))
    return defaults, stages


def copied(stage: Stage) -> list[tuple[str | None, list[str], str]]:
    """What a stage copies: from which other stage (None: from the repository), what, and where to."""
    found = []
    for arguments in stage.of("COPY"):
        words = shlex.split(arguments)
        source = next((word.partition("=")[2] for word in words if word.startswith("--from=")), None)
        *paths, target = [word for word in words if not word.startswith("--")]
        found.append((source, paths, target))
    return found


class Ignore:
    """A .dockerignore: of the patterns that match a path or a folder above it, the last one decides."""

    def __init__(self, text: str) -> None:
        lines = [line.strip() for line in text.splitlines()]
        self._rules = [
            (self._compiled(line.lstrip("!").strip("/")), line.startswith("!"))
            for line in lines
            if line and not line.startswith("#")
        ]

    @staticmethod
    def _compiled(pattern: str) -> re.Pattern[str]:
        parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
        meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts))

    def excludes(self, path: str) -> bool:
        pure = PurePosixPath(path)
        names = [pure.as_posix(), *(above.as_posix() for above in pure.parents if above.name)]
        excluded = False
        for pattern, back in self._rules:
            if any(pattern.fullmatch(name) for name in names):
                excluded = not back
        return excluded


class Sandbox:
    """The image's root, as a folder, and a bare Python in place of the base image's.

    Args:
        root: An empty folder that other users may look into.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ignore = Ignore((ROOT / ".dockerignore").read_text(encoding="utf-8"))
        self.libraries = _bare_python(root / "base")
        # Bytecode is half of all files, and of no use to programs that are started once or twice.
        self.environment = {**os.environ, **self.libraries, "PIP_NO_COMPILE": "1"}
        self.environment["PATH"] = f"{root / 'base' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"):
            self.environment.pop(name, None)

    def place(self, text: str) -> str:
        """A text with the image's paths turned into those below our root."""
        return OURS.sub(lambda _: f"{self.root}/", text)

    def carry_out(self, stage: Stage, arguments: dict[str, str]) -> None:
        """Do what a stage says, but make no users."""
        folder = self.root
        environment = {**self.environment, **arguments}
        for instruction, text in stage.steps:
            if instruction == "WORKDIR":
                folder = Path(self.place(text))
                folder.mkdir(parents=True, exist_ok=True)
            elif instruction == "ENV":
                environment |= dict(word.split("=", 1) for word in shlex.split(text) if not word.startswith("PATH="))
            elif instruction == "RUN" and "useradd" not in text:
                self.run(text, folder, environment)
            elif instruction == "COPY":
                for source, paths, target in copied(Stage("", "", [(instruction, text)])):
                    if source is None:
                        self._copy(paths, target, folder)
                    else:  # all stages share our root, so this holds only where the path stays the same
                        assert paths == [target]

    def run(self, text: str, folder: Path, environment: dict[str, str]) -> None:
        command = ["/bin/sh", "-ec", self.place(text)]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"

    def _copy(self, paths: Sequence[str], target: str, folder: Path) -> None:
        for path in paths:
            source, goal = ROOT / path, folder / self.place(target)
            if source.is_dir():
                shutil.copytree(source, goal, ignore=self._ignored, dirs_exist_ok=True)
                continue
            assert not self.ignore.excludes(path)
            assert target.endswith("/"), "say with a slash that it is a folder"
            goal.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, goal)
            if source.suffix == ".sh":  # what is started there names the image's folders too
                (goal / source.name).write_text(self.place(source.read_text(encoding="utf-8")), encoding="utf-8")

    def _ignored(self, folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(ROOT)
        return {name for name in names if self.ignore.excludes((inside / name).as_posix())}

    def entrypoint(self, stage: Stage) -> list[str]:
        return [self.place(word) for word in json.loads(stage.of("ENTRYPOINT")[0])]


def _bare_python(home: Path) -> dict[str, str]:
    """A Python with pip and nothing else, which other users may run too; the environment that it needs."""
    prefix = Path(sys.base_prefix)
    if all(folder.stat().st_mode & stat.S_IXOTH for folder in (prefix, *prefix.parents)):
        venv.create(home, with_pip=True, symlinks=True)
        return {}
    # This one lies where others may not look, in root's home say: a copy of it is needed.
    useless = ("site-packages", "test", "__pycache__", "idlelib", "tkinter", "lib2to3", "config-*", "include", "share")
    shutil.copytree(prefix, home, symlinks=True, ignore=shutil.ignore_patterns(*useless))
    environment = {"LD_LIBRARY_PATH": str(home / "lib")}
    python = home / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    command = [python, "-m", "ensurepip", "--default-pip"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return environment
