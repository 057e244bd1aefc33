"""Models that come inside pinned packages: found without importing those packages, and checked before they are loaded.

Nothing is fetched at run time. A package is only a crate here: its own code (which may start threads, open microphones
or look for updates) is of no use and never run. The embedded engine finds its models by this module too.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from tools.errors import SearchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file inside an installed package.

    Attributes:
        requirement: What to install for it, pinned: `name==version`.
        package: The package's import name.
        path: The file inside the package, with forward slashes.
        sha256: The digest of the only content that is accepted, in hex.
    """

    requirement: str
    package: str
    path: str
    sha256: str

    def locate(self) -> Path:
        """Where the file is, without importing its package.

        Raises:
            SearchError: The package, or the file in it, is not installed.
        """
        folder = package_folder(self.package)
        if folder is None:
            raise SearchError(
                f"the package {self.requirement} is not installed, so {self.path} cannot be loaded: "
                f"install it into this environment (not every platform has a wheel of it)"
            )
        file = folder / self.path
        if not file.is_file():
            raise SearchError(f"{file} is missing: install {self.requirement} again, in exactly that version")
        return file

    def verified(self) -> Path:
        """Where the file is, once its digest is known to be right.

        Raises:
            SearchError: The file is missing or is another than the one pinned.
        """
        file = self.locate()
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != self.sha256:
            raise SearchError(
                f"{file} is not the file it should be: its SHA-256 is {found}, expected {self.sha256}. "
                f"Install {self.requirement} again, in exactly that version"
            )
        return file


def package_folder(package: str) -> Path | None:
    """The folder of an installed top-level package, found without importing it; None when it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


class Session(Protocol):
    """The one method of onnxruntime's session that is used. Safe to call from several threads at once."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Run the graph.

        Args:
            output_names: The outputs wanted, or None for all.
            input_feed: Every input by name.
        """
        ...


def open_session(path: Path, *, threads: int, arena: bool = False) -> Session:
    """Load a model.

    Args:
        path: The model's file, verified.
        threads: How many cores one run may use.
        arena: Keep the memory of the largest run for the next ones. Without it a large batch of texts is given back;
            with it the peak of a long utterance is a third lower.
    """
    runtime: Any = importlib.import_module("onnxruntime")  # untyped; reached as Any through this one door
    runtime.disable_telemetry_events()  # Windows builds have some
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Else idle threads spin, and take the cores from the sessions that speak.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = arena
    options.log_severity_level = 3
    return cast("Session", runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]))
