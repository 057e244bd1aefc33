"""Find a model's file inside an installed package, and check that it is the very file that was measured."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from tools.errors import SearchError

_BLOCK = 1 << 20  # bytes read at once, so that a large model is never held twice


def packaged_model(package: str, file: str, *, sha256: str, install: str) -> Path:
    """Find a file of an installed package without importing the package, whose code is of no use here.

    Args:
        package: The import name.
        file: The file's path inside the package, with forward slashes.
        sha256: The hash that the file must have, in hex.
        install: What to give to pip when the package is missing.

    Returns:
        The file, checked.

    Raises:
        SearchError: The package or the file is missing, or the file is another.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SearchError(f"the package {package} is not installed: pip install '{install}'")
    path = Path(spec.submodule_search_locations[0], file)
    if not path.is_file():
        raise SearchError(f"the package {package} lacks its file {path}: pip install --force-reinstall '{install}'")
    if _hash(path) != sha256:
        raise SearchError(
            f"{path} is not the model it should be (its SHA-256 differs): pip install --force-reinstall '{install}'"
        )
    return path


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
