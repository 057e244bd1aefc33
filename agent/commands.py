"""Commands: what each command of the command line does. This is where everything is put together."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import json
import sys
import threading
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from agent import asking, checking, samples
from agent.assistant import Agent
from agent.checkup import MISCONFIGURED, Checkup
from agent.cloud import Cloud, is_configured, named
from agent.config import Settings
from agent.core.profiles import PROFILES, Profile
from agent.door.building import build_door
from agent.engine.audio import float_to_int16
from agent.engine.faults import Faults
from agent.engine.hear import load_ears
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.engine.speak import load_voice
from agent.engine.think import load_reasoner
from agent.engine.wav import read_wav, write_wav
from agent.errors import ConfigurationError, UsageError, VocativeError
from agent.library import Library
from agent.listening import listen
from agent.search_check import check_search
from agent.server import Server
from agent.services.advice import notes
from agent.services.choice import choose
from agent.services.configured import unfinished
from agent.terminal import ingesting, print_passages, print_summary, print_turn
from agent.transports.memory import pair
from agent.upstreams import run_loop, upstream
from agent.webrtc.call_setup import calls
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tools.search.backend import Passage
    from tools.search.ingest import Summary

# Extra → a module that it brings, and what needs it.
_EXTRAS = (
    ("whisper", "faster_whisper", "for --ears with a Whisper model"),
    ("webrtc", "aiortc", "for WebRTC with the embedded engine"),
)
PREVIEW_WARNING = (
    "instructions and tools can be read and changed by every caller: the preview cannot hide or enforce them"
)

_SAMPLE_AGENT = Agent(name=samples.NAME, greeting=samples.GREETING, examples=samples.EXAMPLES)


def serve(*, app: str | None, host: str, port: int, **options: Any) -> int:
    """`vocative run`."""
    door = build_door(Settings(), host, options["allow_origin"], no_auth=options["no_auth"])
    webrtc, preview = options["webrtc"], options["webrtc_preview"]
    if webrtc and preview:
        raise UsageError("give either --webrtc or --webrtc-preview REGION")
    if preview:
        click.echo(f"vocative: {PREVIEW_WARNING}", err=True)
    agent, library, cloud = _agent(app, options)

    async def work() -> int:
        settings, engines = Settings(), list[Engine]()
        decided, profile = _decided(agent, settings)

        def make_engine() -> Engine:
            engines.append(_engine(options))
            return engines[0]

        service = choose(agent.model, settings)
        async with (
            cloud or contextlib.nullcontext(),
            upstream(agent.model, settings, make_engine) as connect,
            calls(service, settings, engines, webrtc=webrtc, preview=preview, voice=decided.voice) as calling,
        ):
            server = Server(decided, connect, library, door, profile=profile, calling=calling)
            await server.prepare()
            greeting, grace = f"{agent.name} listens on", options["drain"]
            await listen(server.application(), host, port, greeting, drain=lambda: server.drain(grace))
        return 0

    watched = _watching(library, options["documents"]) if options["watch"] else contextlib.nullcontext()
    with contextlib.closing(library) if library else contextlib.nullcontext(), watched:
        return run_loop(work)


def ask(
    *, question: str | None, audio: Path | None, out: Path | None, as_json: bool, app: str | None, **options: Any
) -> int:
    """`vocative ask`."""
    speech = None if audio is None else float_to_int16(read_wav(audio))
    agent, library, cloud = _agent(app, options)

    async def work() -> int:
        settings = Settings()
        decided, profile = _decided(agent, settings)
        async with (
            cloud or contextlib.nullcontext(),
            upstream(agent.model, settings, lambda: _engine(options)) as connect,
        ):
            theirs, ours = pair()
            server = Server(decided, connect, library, profile=profile)
            serving = asyncio.create_task(server.serve(theirs, extensions=True))
            try:
                turn = await (
                    asking.ask_text(ours, question or "") if speech is None else asking.ask_aloud(ours, speech)
                )
            finally:
                await ours.close()
                await serving
                await server.close()
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


def ingest(paths: Sequence[Path], index: Path, *, watch: bool = False) -> int:
    """`vocative ingest`."""
    library, _summary = _gather(paths, index)
    with contextlib.closing(library):
        if watch:
            watching = library.watch(paths, changed=print_summary, trouble=_complain)
            click.echo("watching for changes  (Ctrl+C stops it)", err=True)
            with contextlib.suppress(KeyboardInterrupt):
                watching.run()
    return 0


def search(query: str, top: int, documents: Sequence[Path], index: Path | None, *, as_json: bool) -> int:
    """`vocative search`."""
    cloud = _cloud(documents, index)
    if cloud is not None:
        found = asyncio.run(_search_cloud(cloud, query, top))
    else:
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
    faults: Path | None = options["faults"]
    extras: dict[str, Any] = {"paced": options["paced"], "faults": None if faults is None else Faults.read(faults)}

    async def work() -> int:
        embedded = _engine(options, **extras)
        await embedded.warm()
        try:
            await listen(engine_app(embedded), host, port, "the engine listens on", "/v1/realtime")
        finally:
            await embedded.close()
        return 0

    return run_loop(work)


def check(*, app: str | None, model: str | None, as_json: bool, **options: Any) -> int:
    """`vocative check`."""
    checkup = Checkup()

    async def work() -> int:
        settings = Settings()
        checkup.variables = settings.variables()
        agent = _load(app) if app else Agent()
        service = checkup.service = choose(model or agent.model, settings)
        session = agent.at(service).session_config(extensions=False).session
        try:
            async with upstream(model or agent.model, settings, lambda: _engine(options)) as connect:
                await checking.check(checkup, service, session, connect)
        finally:
            checkup.notes += unfinished(settings)
            heard = agent.transcription.model if agent.transcription else ""
            checkup.notes += [*notes(service, checkup.model, heard, datetime.now().astimezone().date()), *_extras()]
            if is_configured(settings):
                await check_search(checkup, Cloud(settings))
        return checkup.code

    try:
        code = run_loop(work)
    except (UsageError, ToolsError) as error:
        code = checkup.failed("configuration", str(error), MISCONFIGURED).code
    if as_json:
        click.echo(json.dumps(checkup.as_json(), ensure_ascii=False, indent=2))
    else:
        for line in checkup.lines():
            click.echo(line)
    return code


def _decided(agent: Agent, settings: Settings) -> tuple[Agent, Profile]:
    """The agent for the service that is used, which is said, and what that service can do."""
    service = choose(agent.model, settings)
    # What is said to a service is heard there, and costs: nobody shall use one without knowing.
    if service.profile != "engine":
        click.echo(f"model: {service.describe()}", err=True)
    elif agent.model is None and (halves := unfinished(settings)):
        click.echo(f"model: the embedded engine, since {' and '.join(halves)} (`vocative check` tells more)", err=True)
    agent = agent.at(service)
    # Now, and not when the first caller comes: a tool choice that no tool fulfils.
    session, profile = agent.session_config(extensions=False).session, PROFILES[service.profile]
    for left_out in (each for each in profile.left_out(session) if each.startswith("tools (")):
        click.echo(f"model: {service.kind.name} calls no MCP servers itself; left out: {left_out}", err=True)
    return agent, profile


def _extras() -> list[str]:
    """What is not installed, and what does without it."""
    missing = [(name, what) for name, module, what in _EXTRAS if importlib.util.find_spec(module) is None]
    return [f"not installed: vocative[{name}], {what}" for name, what in missing]


def _agent(app: str | None, options: dict[str, Any]) -> tuple[Agent, Library | None, Cloud | None]:
    documents, index, model = options["documents"], options["index"], options["model"]
    agent = _load(app) if app else None
    # An agent of the user's own searches where it says itself, unless the command says otherwise.
    cloud = _cloud(documents, index) if agent is None or index else None
    library = _library(documents, index) if cloud is None and (agent is None or documents or index) else None
    if agent is None:
        sampled = not documents and index is None and cloud is None
        agent = _SAMPLE_AGENT if sampled else Agent()
    if model is not None:
        agent = replace(agent, model=model)
    if cloud is not None:
        # What is asked there leaves this machine, and costs: nobody shall search there without knowing.
        click.echo(f"documents: {cloud.describe()}", err=True)
        return agent.over(cloud.backend()), None, cloud
    return (agent if library is None else agent.over(library.index)), library, None


def _cloud(documents: Sequence[Path], index: Path | None) -> Cloud | None:
    """Azure AI Search, where the command names it, or nothing else and the environment does."""
    name = named(index)
    if name is None:
        settings = Settings()
        return Cloud(settings) if index is None and not documents and is_configured(settings) else None
    if documents:
        raise UsageError(f"--documents goes into an index file: push them with `vocative ingest … --to {index}` first")
    return Cloud(Settings(), name)


async def _search_cloud(cloud: Cloud, query: str, top: int) -> Sequence[Passage]:
    async with cloud:
        found = await cloud.backend().search(query, top=top)
    if found.incomplete:
        click.echo(f"note: {found.incomplete}", err=True)
    return found


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


@contextlib.contextmanager
def _watching(library: Library | None, paths: Sequence[Path]) -> Generator[None]:
    """Keep the documents up to date while an assistant is served."""
    if library is None or not paths:
        raise UsageError("--watch needs to know what to watch: give --documents FOLDER as well")
    watch = library.watch(paths, changed=print_summary, trouble=_complain)
    thread = threading.Thread(target=watch.run, name="document watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.stop()
        thread.join()


def _complain(text: str) -> None:
    click.echo(f"vocative: {text}", err=True)


def _engine(options: dict[str, Any], **extras: Any) -> Engine:
    settings = Settings()
    key = settings.reasoner_api_key
    secret = key.get_secret_value() if key else None
    try:
        reasoner = load_reasoner(options["reasoner"], options["reasoner_model"], api_key=secret)
    except ValueError as error:
        raise ConfigurationError(f"--reasoner: {error}") from None
    return Engine(load_ears(options["ears"]), load_voice(), reasoner, **extras)
