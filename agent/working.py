"""Working: `vocative run`, in this process or in several that share a port."""

from __future__ import annotations

import contextlib
import secrets
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent import commands
from agent.config import Settings
from agent.door.building import build_door
from agent.errors import ModelError, UsageError
from agent.holdings import gather, watching
from agent.listening import greeted
from agent.telemetry.building import settled
from agent.telemetry.correlation import Traces
from agent.telemetry.logs import logged
from agent.workers.orders import Failed
from agent.workers.port import bind
from agent.workers.scrapes import announced, listen_of
from agent.workers.supervisor import Supervisor
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Generator

    from agent.workers.post import Post


def run(*, workers: int | None, port: int | None, **options: Any) -> int:
    """`vocative run`.

    Args:
        workers: How many processes; None for what the environment says.
        port: Where to listen, 0 for any free port; None for what the environment says.
        options: Of the command line.
    """
    settings = Settings()
    size = workers or settings.workers
    options["port"] = settings.port if port is None else port
    return commands.serve(**options) if size == 1 else _several(size, options)


def work(options: dict[str, Any], post: Post) -> None:
    """What a worker does.

    Args:
        options: Of the command line.
        post: Where it stands.
    """
    code = 0
    try:
        metrics = settled(Settings(), options).metrics
        own: dict[str, Any] = {} if metrics is None else {"metrics": listen_of(metrics, post.slot)}
        commands.serve(**options | own, post=post, quiet=post.number > 1)
    except (UsageError, ToolsError) as error:
        post.failed(Failed("usage", str(error)))
        code = 2
    except ModelError as error:
        post.failed(Failed("model", str(error)))
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _several(size: int, options: dict[str, Any]) -> int:
    host, port = options["host"], options["port"]
    # What can be told to be wrong without a worker is told at once.
    settings = Settings()
    build_door(settings, host, options["allow_origin"], no_auth=options["no_auth"])
    watched = settled(settings, options)
    sockets = bind(host, port)
    bound = sockets[0].getsockname()[1]
    metrics = None

    def greet(greeting: str) -> None:
        if metrics is not None:
            click.echo(metrics, err=True)
        click.echo(greeted(greeting, host, bound))

    with contextlib.ExitStack() as stack:
        for each in sockets:
            stack.enter_context(each)
        if watched.metrics is not None:
            metrics = announced(watched.metrics, size, [each.getsockname()[:2] for each in sockets])
        stack.enter_context(logged(watched, Traces()))
        shared = stack.enter_context(_documents(options))
        supervisor = Supervisor(
            partial(work, shared),
            sockets,
            size=size,
            grace=options["drain"],
            secret=secrets.token_bytes(32),
            patience=settings.worker_timeout,
            greet=greet,
        )
        return supervisor.run()


@contextlib.contextmanager
def _documents(options: dict[str, Any]) -> Generator[dict[str, Any]]:
    """Take documents in once for all workers, into an index file that all of them read; it gives their options."""
    documents, index, watch = options["documents"], options["index"], options["watch"]
    if not documents:
        if watch:
            raise UsageError("--watch needs to know what to watch: give --documents FOLDER as well")
        yield options
        return
    with tempfile.TemporaryDirectory(prefix="vocative-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "index.sqlite"
        if not index:
            index = (path,)
        with contextlib.closing(gather(documents, index)) as library:
            watched = watching(library, documents) if watch else contextlib.nullcontext()
            with watched:
                yield options | {"documents": (), "index": index, "watch": False}
