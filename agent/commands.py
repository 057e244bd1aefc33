"""Commands: what each command of the command line does. This is where everything is put together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from aiohttp import web

from agent import asking, samples
from agent.assistant import Agent
from agent.call_setup import calls
from agent.config import Settings
from agent.engine.audio import float_to_int16
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.engine.wav import read_wav, write_wav
from agent.errors import ConfigurationError, UsageError, VocativeError
from agent.library import Library
from agent.server import Server
from agent.terminal import ingesting, print_passages, print_turn
from agent.transports.memory import pair
from agent.upstreams import run_loop, upstream
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.search.ingest import Summary

_SAMPLE_AGENT = Agent(name=samples.NAME, greeting=samples.GREETING, examples=samples.EXAMPLES)


def serve(*, app: str | None, host: str, port: int, webrtc: bool, webrtc_preview: str | None, **options: Any) -> int:
    """`vocative run`."""
    agent, library = _agent(app, options)
    if webrtc and webrtc_preview:
        raise UsageError("give either --webrtc or --webrtc-preview REGION")
    if webrtc_preview:
        warning = (
            "instructions and tools can be read and changed by every caller: the preview cannot hide or enforce them"
        )
        click.echo(f"vocative: {warning}", err=True)

    async def work() -> int:
        settings, engines = Settings(), list[Engine]()

        def make_engine() -> Engine:
            engines.append(_engine(options))
            return engines[0]

        async with (
            upstream(agent.model, settings, make_engine) as connect,
            calls(agent, settings, engines, webrtc=webrtc, preview=webrtc_preview) as calling,
        ):
            application = Server(agent, connect, library, calling=calling).application()
            await _listen(application, host, port, f"{agent.name} listens on")
        return 0

    with contextlib.closing(library) if library else contextlib.nullcontext():
        return run_loop(work)


def ask(
    *, question: str | None, audio: Path | None, out: Path | None, as_json: bool, app: str | None, **options: Any
) -> int:
    """`vocative ask`."""
    speech = None if audio is None else float_to_int16(read_wav(audio))
    agent, library = _agent(app, options)

    async def work() -> int:
        async with upstream(agent.model, Settings(), lambda: _engine(options)) as connect:
            ours, theirs = pair()
            serving = asyncio.create_task(Server(agent, connect, library).serve(theirs, extensions=True))
            try:
                turn = await (
                    asking.ask_text(ours, question or "") if speech is None else asking.ask_aloud(ours, speech)
                )
            finally:
                await ours.close()
                await serving
        if as_json:
            click.echo(json.dumps(turn.as_json(), ensure_ascii=False, indent=2))
        else:
            print_turn(turn)
        # Last, so that a file that cannot be written does not cost the answer.
        if out is not None:
            write_wav(out, np.frombuffer(turn.audio, np.int16))
        return 0

    with contextlib.closing(library) if library else contextlib.nullcontext():
        return run_loop(work)


def ingest(paths: Sequence[Path], index: Path) -> int:
    """`vocative ingest`."""
    library, _summary = _gather(paths, index)
    library.close()
    return 0


def search(query: str, top: int, documents: Sequence[Path], index: Path | None, *, as_json: bool) -> int:
    """`vocative search`."""
    with contextlib.closing(_library(documents, index)) as library:
        found = asyncio.run(library.index.search(query, top=top))
    if as_json:
        results = [passage.citation() for passage in found]
        click.echo(json.dumps({"results": results}, ensure_ascii=False, indent=2))
    else:
        print_passages(found)
    return 0


def engine(*, host: str, port: int, **options: Any) -> int:
    """`vocative engine`."""

    async def work() -> int:
        embedded = _engine(options)
        await embedded.warm()
        try:
            await _listen(engine_app(embedded), host, port, "the engine listens on", "/v1/realtime")
        finally:
            await embedded.close()
        return 0

    return run_loop(work)


def _agent(app: str | None, options: dict[str, Any]) -> tuple[Agent, Library | None]:
    documents, index, model = options["documents"], options["index"], options["model"]
    agent = _load(app) if app else None
    library = _library(documents, index) if agent is None or documents or index else None
    if agent is None:
        sampled = not documents and index is None
        agent = _SAMPLE_AGENT if sampled else Agent()
    if model is not None:
        agent = replace(agent, model=model)
    return (agent if library is None else agent.over(library.index)), library


def _load(app: str) -> Agent:
    module, _, name = app.partition(":")
    if not module or not name or module.startswith("."):
        raise ConfigurationError(f"APP is module:name, such as hotel:agent; {app!r} is not")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{app}: there is no module {error.name!r} in {Path.cwd()} or on the path") from None
    except SyntaxError as error:
        raise ConfigurationError(f"{app}: {error.filename}, line {error.lineno}: {error.msg}") from None
    except (VocativeError, ToolsError):
        raise
    except Exception as error:  # it is the user's own code, and may raise anything
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{app}: {last.filename}, line {last.lineno}: {what}") from None
    if not isinstance(found, Agent):
        what = "nothing of that name" if found is None else f"a {type(found).__name__}"
        raise ConfigurationError(f"{app}: the module has {what}; write {name} = Agent(instructions=…, tools=[…])")
    return found


def _library(documents: Sequence[Path], index: Path | None) -> Library:
    if documents:
        return _gather(documents, index)[0]
    if index is not None:
        return Library.open(index)
    return Library.gather([samples.documents_path()])[0]


def _gather(paths: Sequence[Path], index: Path | None) -> tuple[Library, Summary]:
    with ingesting() as progress:
        library, summary = Library.gather(paths, at=index, progress=progress.update)
        progress.done(summary)
    return library, summary


def _engine(options: dict[str, Any]) -> Engine:
    settings = Settings()
    key = settings.reasoner_api_key
    secret = key.get_secret_value() if key else None
    try:
        reasoner = load_reasoner(options["reasoner"], options["reasoner_model"], api_key=secret)
    except ValueError as error:
        raise ConfigurationError(f"--reasoner: {error}") from None
    return Engine(load_ears(options["ears"]), load_voice(), reasoner)


async def _listen(application: web.Application, host: str, port: int, greeting: str, path: str = "") -> None:
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=5.0)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"cannot listen on {host} port {port} ({reason}): choose another with --port") from None
        bound = runner.addresses[0][1]
        # What is loaded by now stays for good: models, indexes, code. Collecting it again and again would cost pauses.
        gc.collect()
        gc.freeze()
        scheme = "ws" if path else "http"
        # Before the greeting: who reads it may stop us at once.
        stop = _stop_signal()
        click.echo(f"{greeting} {scheme}://{_shown(host)}:{bound}{path}  (Ctrl+C stops it)")
        await stop.wait()
    finally:
        await runner.cleanup()


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt instead
            continue
    return stop
