"""Find a model's file inside an installed package, and check that it is the very file that was measured."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from tools.errors import SearchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


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
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise SearchError(
            f"{path} is not the model it should be (its SHA-256 is {found}): pip install --force-reinstall '{install}'"
        )
    return path


class Session(Protocol):
    """The one method of onnxruntime's session that is used. Safe to call from several threads at once."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Run the graph.

        Args:
            output_names: The outputs wanted, or None for all.
            input_feed: Every input by name.
        """
        ...


def open_session(path: Path, *, threads: int) -> Session:
    """Load a model.

    Args:
        path: The model's file.
        threads: How many cores one run may use.
    """
    runtime: Any = importlib.import_module("onnxruntime")  # untyped; reached as Any through this one door
    runtime.disable_telemetry_events()  # Windows builds have some
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Else idle threads spin, and take the cores from the sessions that speak.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Else the memory of the largest batch ever seen is kept for good.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return cast("Session", runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]))
