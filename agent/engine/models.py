"""The engine's models, found and checked as those of the search are, with errors of the agent's own tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import ConfigurationError
from tools.errors import SearchError
from tools.search import models
from tools.search.models import Session, package_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ModelFile", "ModelFileError", "Session", "open_session", "package_folder"]


class ModelFileError(ConfigurationError):
    """A model's file is missing, or is not the one that was tested."""


class ModelFile(models.ModelFile):
    """One file inside an installed package; see `tools.search.models.ModelFile`."""

    __slots__ = ()

    def locate(self) -> Path:
        """Where the file is, without importing its package.

        Raises:
            ModelFileError: The package, or the file in it, is not installed.
        """
        try:
            return super().locate()
        except SearchError as error:
            raise ModelFileError(str(error)) from None

    def verified(self) -> Path:
        """Where the file is, once its digest is known to be right.

        Raises:
            ModelFileError: The file is missing or is another than the one pinned.
        """
        try:
            return super().verified()
        except SearchError as error:
            raise ModelFileError(str(error)) from None


def open_session(file: ModelFile) -> Session:
    """Check a model's file and load it.

    One thread a run: the models are so small that a second one saves little alone and costs much when ten callers
    speak at once. The arena stays on: without it the peak of a long utterance is half as high again.

    Args:
        file: The model.

    Raises:
        ModelFileError: The file is missing or is another than the one pinned.
    """
    return models.open_session(file.verified(), threads=1, arena=True)
