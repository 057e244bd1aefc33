"""Installs the stock clients that the main environment cannot hold: Python environments of their own, and Node's.

Every folder here with a `requirements.lock` gets a virtual environment in `.venv/clients`, and every folder with a
`package-lock.json` its `node_modules`; so do the linter of `tests/workflows` and the parser of `tests/infra`. What is
there already, of the very same lock, is left alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".venv" / "clients"


def python_of(name: str) -> Path:
    """The Python of a client's environment, whether it is there or not."""
    home = ENVIRONMENTS / name
    return home / "Scripts" / "python.exe" if os.name == "nt" else home / "bin" / "python"


def install_python(lock: Path) -> None:
    """Install what a lock says, and nothing else, by the hashes it names."""
    home = ENVIRONMENTS / lock.parent.name
    stamp, wanted = home / ".lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    python = python_of(lock.parent.name)
    if python.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    venv.create(home, clear=True, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(lock)], check=True)
    stamp.write_text(wanted, encoding="ascii")


def install_node(lock: Path) -> None:
    """Install what a package-lock says, with the Node.js that the web client is built with."""
    sys.path.insert(0, str(ROOT))
    import hatch_build

    node = hatch_build.node_on_path() or hatch_build.node_from_wheel()
    if node is None:
        raise hatch_build.WebBuildError(f"no Node.js with npm: install it, or the package {hatch_build.NODE_WHEEL}")
    hatch_build.install(node, lock.parent)


def main() -> int:
    folders = (HERE, HERE.parent / "workflows", HERE.parent / "infra")
    node_locks = [lock for folder in folders for lock in folder.glob("*/package-lock.json")]
    for install, locks in ((install_python, HERE.glob("*/requirements.lock")), (install_node, node_locks)):
        for lock in sorted(locks):
            try:
                install(lock)
            except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
                # Nobody needs them to use the product.
                text = f"{lock.parent.name} could not be installed: its tests are skipped here, and fail in CI."
                print(text, error, sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
