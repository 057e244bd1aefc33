"""Terminal: how results, progress and what could not be read are shown to a person."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from agent.asking import Turn
    from tools.search.backend import Passage
    from tools.search.ingest import Progress, Summary


class Ingesting:
    """A progress bar on standard error, gone when it is done, and a summary in words."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=None, pace="")

    def update(self, progress: Progress) -> None:
        """Show how far the ingest is."""
        self._bar.update(
            self._task,
            total=progress.total,
            completed=progress.done,
            description=escape(progress.document) or "writing",
            pace=_pace(progress),
        )

    def done(self, summary: Summary) -> None:
        """Say what was done, and what could not be read and why."""
        self._bar.stop()
        print_summary(summary)


def print_summary(summary: Summary) -> None:
    """Say what an ingest did, and what could not be read and why."""
    counts = {
        "new": summary.added,
        "changed": summary.updated,
        "unchanged": summary.unchanged,
        "removed": summary.removed,
        "now for other readers": summary.granted,
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing new"
    reused = f", {summary.reused} of them known" if summary.reused else ""
    click.echo(f"documents: {told} ({summary.chunks} passages{reused}, {summary.seconds:.1f} s)", err=True)
    for skipped in summary.skipped:
        click.echo(f"  not read: {skipped.path}: {skipped.reason}", err=True)
    for rule in summary.unused:
        click.echo(f"  no such document: {rule}", err=True)


def _pace(progress: Progress) -> str:
    """Passages a second and the time left, as soon as they can be told."""
    if progress.remaining is None:
        return ""
    minutes, seconds = divmod(round(progress.remaining), 60)
    left = f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes}:{seconds:02}"
    return f"{progress.rate:.0f} passages/s, {left} left"


@contextmanager
def ingesting() -> Generator[Ingesting]:
    """Show the progress of an ingest."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Ingesting(bar)


def print_json(value: Any) -> None:
    """Print JSON, with letters as they are unless standard output cannot take them."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    click.echo(text)


def print_turn(turn: Turn) -> None:
    """Print a question, what was done about it, and the answer."""
    click.echo(f"you:       {turn.transcript}")
    for call in turn.tool_calls:
        took = "unfinished" if call["duration_ms"] is None else f"{call['duration_ms']} ms"
        click.echo(f"tool:      {call['name']}({_arguments(call['arguments'])})  {took}")
    click.echo(f"assistant: {turn.answer}")
    for number, citation in enumerate(turn.citations, 1):
        page = f", page {citation['page']}" if citation["page"] else ""
        click.echo(f"  [{number}] {citation['document'] or citation.get('title', '')}{page}")
    timings = ", ".join(f"{name.replace('_', ' ')} {value} ms" for name, value in turn.timings_ms.items())
    click.echo(f"({timings})")


def print_passages(found: Sequence[Passage]) -> None:
    """Print passages, best first."""
    if not found:
        click.echo("Nothing in the documents matches.")
    for number, passage in enumerate(found, 1):
        page = f", page {passage.page}" if passage.page else ""
        click.echo(f"[{number}] {passage.document}{page}  ({passage.score:.2f})")
        click.echo("    " + " ".join(passage.text.split())[:400])
        if passage.also:
            others = (f"{one.document}, page {one.page}" if one.page else one.document for one in passage.also)
            click.echo(f"    The same stands in {'; '.join(others)}")


def _arguments(given: Any) -> str:
    # A model may have written anything; what is no JSON object is shown as it came.
    if not isinstance(given, dict):
        return str(given)
    return ", ".join(f"{name}={value!r}" for name, value in cast("dict[str, Any]", given).items())
