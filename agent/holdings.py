"""Holdings: the documents that a command searches, as its options name them."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import click

from agent import samples
from agent.cloud import Cloud, is_configured, named
from agent.config import Settings
from agent.errors import UsageError
from agent.library import Library
from agent.terminal import ingesting, print_summary

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from tools.search.ingest import Summary
    from tools.search.personal.shelves import OwnShelves


def cloud_of(documents: Sequence[Path], index: Sequence[Path]) -> tuple[Cloud | None, list[Path]]:
    """Azure AI Search, where the command names it, or nothing else and the environment does; and the index files."""
    meant = [(each, name) for each in index if (name := named(each)) is not None]
    files = [each for each in index if named(each) is None]
    if not meant:
        settings = Settings()
        return (Cloud(settings) if not index and not documents and is_configured(settings) else None), files
    if documents:
        to = meant[0][0]
        raise UsageError(f"--documents goes into an index file: push them with `vocative ingest … --to {to}` first")
    if len(meant) > 1:
        raise UsageError("--index names Azure AI Search more than once: give one of its indexes, beside index files")
    return Cloud(Settings(), meant[0][1]), files


def stocked(library: Library | None, cloud: Cloud | None, uploads: OwnShelves | None = None) -> Library | None:
    """The documents here, what callers bring and Azure AI Search, as far as there are any; None for nothing."""
    if cloud is None and uploads is None:
        return library
    here = None if library is None else library.index
    return Library(here, uploads=uploads, far=None if cloud is None else cloud.backend())


def gather(documents: Sequence[Path], index: Sequence[Path]) -> Library:
    """Take documents in and open them.

    Args:
        documents: Files and folders.
        index: At most one index file; none keeps the index in memory.

    Raises:
        UsageError: More than one index file is given, or Azure AI Search.
    """
    cloud_of(documents, index)
    return library_of(documents, index)


def library_of(documents: Sequence[Path], index: Sequence[Path]) -> Library:
    """The documents that the command line names, or the samples where it names none.

    Raises:
        UsageError: Documents are given, and more than one index.
    """
    if documents and len(index) > 1:
        raise UsageError(
            "documents go into one index: give --index once, or ingest them first and leave out --documents"
        )
    if documents:
        return gathered(documents, index[0] if index else None)[0]
    if index:
        return Library.open(*index)
    return Library.gather([samples.documents_path()])[0]


def gathered(paths: Sequence[Path], index: Path | None, access: Sequence[str] = ()) -> tuple[Library, Summary]:
    """Take documents in, and show how far that is; for the arguments see `Library.gather`."""
    with ingesting() as progress:
        library, summary = Library.gather(paths, at=index, progress=progress.update, access=access or None)
        progress.done(summary)
    return library, summary


@contextlib.contextmanager
def watching(library: Library | None, paths: Sequence[Path]) -> Generator[None]:
    """Keep the documents of a library up to date while an assistant is served."""
    if library is None or not paths:
        raise UsageError("--watch needs to know what to watch: give --documents FOLDER as well")
    watch = library.watch(paths, changed=print_summary, trouble=complain)
    thread = threading.Thread(target=watch.run, name="document watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.stop()
        thread.join()


def complain(text: str) -> None:
    """Say what goes wrong without ending the command."""
    click.echo(f"vocative: {text}", err=True)
