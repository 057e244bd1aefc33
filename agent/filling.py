"""Filling: `vocative ingest --to azure`, which pushes documents, or has an indexer of the service read blobs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from agent.cloud import Cloud, named
from agent.config import Settings
from agent.errors import UsageError
from agent.terminal import ingesting
from tools.errors import IngestError
from tools.search.access import group_of, labels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.search.azure.indexing import Indexed


def fill(
    paths: Sequence[Path],
    to: str,
    *,
    groups: Sequence[str] = (),
    access: Sequence[str] = (),
    container: str | None,
    folder: str | None,
    **flags: bool,
) -> int:
    """Take documents into Azure AI Search.

    Args:
        paths: Files and folders; none for an indexer.
        to: `azure` or `azure:INDEX`.
        groups: Groups that may read what is pushed.
        access: The same as labels; `group:NAME` or `everyone`.
        container: What an indexer reads.
        folder: Only the blobs under this prefix.
        flags: `indexer`: have the service read the container; `soft_delete`: the account keeps deleted blobs.

    Returns:
        The exit code.

    Raises:
        UsageError: The options do not go together.
    """
    index = named(to)
    if index is None:
        raise UsageError(f"--to takes azure or azure:INDEX, not {to!r}")
    if flags["indexer"] and (paths or groups or access):
        raise UsageError(
            "an indexer reads the container of AZURE_STORAGE_CONTAINER: give no PATHs, no --group and no --access with "
            "it"
        )
    if not flags["indexer"] and not paths:
        raise UsageError("give the files and folders to push, or --indexer to have the service read a container")
    if not flags["indexer"] and (container or folder or flags["soft_delete"]):
        raise UsageError("--container, --folder and --soft-delete belong to --indexer")
    if flags["indexer"]:
        return asyncio.run(_index(index, container, folder, soft_delete=flags["soft_delete"]))
    return asyncio.run(_push(paths, index, _readers(groups, access)))


def _readers(groups: Sequence[str], access: Sequence[str]) -> tuple[str, ...]:
    """The groups that --group and --access name; none for everybody."""
    try:
        told = labels(access) if access else ()
    except IngestError as error:
        raise UsageError(f"--access: {error}") from None
    if access and not told and groups:
        raise UsageError("--access everyone and --group do not go together: give one of them")
    for label in told:
        if group_of(label) is None:
            raise UsageError(
                f"--access {label}: what is pushed to Azure AI Search is for groups, so give group:NAME; an index file "
                "takes users as well"
            )
    return tuple(dict.fromkeys([*groups, *(group_of(label) or "" for label in told)]))


async def _push(paths: Sequence[Path], index: str, groups: tuple[str, ...]) -> int:
    from tools.search.azure.pushing import push  # noqa: PLC0415  (only who pushes pays for the SDK)

    async with Cloud(Settings(), index) as cloud:
        destination = cloud.destination(groups)
        click.echo(f"to: the index {destination.index!r} at {destination.service.endpoint}", err=True)
        with ingesting() as progress:
            summary = await push(paths, destination, progress=progress.update)
            progress.done(summary)
    return 0


async def _index(index: str, container: str | None, folder: str | None, *, soft_delete: bool) -> int:
    from tools.search.azure.indexing import run_indexer  # noqa: PLC0415

    said = ""

    def tell(indexed: Indexed) -> None:
        nonlocal said
        counted = f": {indexed.done} blobs, {indexed.failed} failed" if indexed.done or indexed.failed else ""
        if f"{indexed.stage}{counted}" != said:
            said = f"{indexed.stage}{counted}"
            click.echo(said, err=True)

    async with Cloud(Settings(), index) as cloud:
        service, name, blobs, model = cloud.indexing(container, folder, soft_delete=soft_delete)
        click.echo(f"to: the index {name!r} at {service.endpoint}", err=True)
        done = await run_indexer(service, name, blobs, model, progress=tell)
    click.echo(f"blobs: {done.done} taken in, {done.failed} failed", err=True)
    for skipped in done.skipped:
        click.echo(f"  not read: {skipped.path}: {skipped.reason}", err=True)
    return 0
