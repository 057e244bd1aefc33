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
from agent.cloud import PREFIX, Cloud, is_configured, named
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
from agent.options.uploads import Uploads
from agent.search_check import check_search
from agent.server import Server
from agent.services.advice import notes
from agent.services.choice import choose
from agent.services.configured import unfinished
from agent.sessions.opening import open_custody
from agent.terminal import ingesting, print_passages, print_summary, print_turn
from agent.transports.memory import pair
from agent.upstreams import run_loop, upstream
from agent.webrtc.call_setup import calls
from tools import User
from tools.errors import ToolsError
from tools.search.backend import Passages
from tools.search.several import Several

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tools.search.backend import Backend, Passage
    from tools.search.ingest import Summary

# Extra → a module that it brings, and what needs it.
_EXTRAS = (
    ("whisper", "faster_whisper", "for --ears with a Whisper model"),
    ("webrtc", "aiortc", "for WebRTC with the embedded engine"),
)
_SPARE = 0.5  # seconds beyond the time that Azure AI Search takes for itself: what it says at its end is to be heard
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
    agent, library, cloud = _agent(app, options, anonymous=not door.rules.open_to_all)

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
            custody = open_custody(settings, options["sessions"])
            server = Server(decided, connect, library, door, profile=profile, calling=calling, custody=custody)
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
            serving = asyncio.create_task(server.serve(theirs, extensions=True, user=_asker(options)))
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


def ingest(paths: Sequence[Path], index: Path, access: Sequence[str] = (), *, watch: bool = False) -> int:
    """`vocative ingest`."""
    library, _summary = _gather(paths, index, access)
    with contextlib.closing(library):
        if watch:
            watching = library.watch(paths, changed=print_summary, trouble=_complain)
            click.echo("watching for changes  (Ctrl+C stops it)", err=True)
            with contextlib.suppress(KeyboardInterrupt):
                watching.run()
    return 0


def search(
    query: str, top: int, documents: Sequence[Path], index: Sequence[Path], *, as_json: bool, **options: Any
) -> int:
    """`vocative search`."""
    cloud, files = _cloud(documents, index)
    library = _library(documents, files) if cloud is None or files else None
    with contextlib.closing(library) if library else contextlib.nullcontext():
        found = asyncio.run(_found(_backend(library, cloud), cloud, query, top, _asker(options)))
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


def _agent(
    app: str | None, options: dict[str, Any], *, anonymous: bool | None = None
) -> tuple[Agent, Library | None, Cloud | None]:
    """The agent, its documents if it has any, and Azure AI Search if it searches there.

    Args:
        app: The user's own agent.
        options: Of the command line.
        anonymous: Whether callers who have not signed in may bring documents; None where nobody may.
    """
    documents, index, model = options["documents"], options["index"], options["model"]
    agent = _load(app) if app else None
    # An agent of the user's own searches where it says itself, unless the command says otherwise.
    cloud, files = _cloud(documents, index) if agent is None or index else (None, [])
    here = documents or files or (agent is None and cloud is None)
    library = _library(documents, files) if here else None
    if agent is None:
        agent = Agent() if documents or index or cloud else _SAMPLE_AGENT
    if model is not None:
        agent = replace(agent, model=model)
    uploads = None if anonymous is None else _uploads(agent, options)
    if uploads is not None:
        shelves = Library.shelves(uploads, anonymous=bool(anonymous))
        library = Library(None if library is None else library.index, uploads=shelves)
    if cloud is not None:
        # What is asked there leaves this machine, and costs: nobody shall search there without knowing.
        click.echo(f"documents: {cloud.describe()}", err=True)
    backend = _backend(library, cloud)
    return (agent if backend is None else agent.over(backend)), library, cloud


def _cloud(documents: Sequence[Path], index: Sequence[Path]) -> tuple[Cloud | None, list[Path]]:
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


def _backend(library: Library | None, cloud: Cloud | None) -> Backend | None:
    """What is searched: the documents here, Azure AI Search, or both at once."""
    if cloud is None:
        return None if library is None else library.index
    if library is None:
        return cloud.backend()
    far = cloud.backend()
    return Several({"": library.index, PREFIX: far}, time_limit_s=far.time_limit + _SPARE)


async def _found(
    backend: Backend | None, cloud: Cloud | None, query: str, top: int, user: User | None
) -> Sequence[Passage]:
    assert backend is not None  # noqa: S101  (there are the samples at least)
    async with cloud or contextlib.nullcontext():
        found = await backend.search(query, top=top, user=user)
    if isinstance(found, Passages) and found.incomplete:
        click.echo(f"note: {found.incomplete}", err=True)
    return found


def _uploads(agent: Agent, options: dict[str, Any]) -> Uploads | None:
    folder, keep = options.get("uploads"), options.get("uploads_keep")
    if folder is not None:
        base = agent.uploads or Uploads(folder=folder)
        return replace(base, folder=folder, keep_days=keep or base.keep_days)
    if keep is not None and agent.uploads is None:
        raise UsageError("--uploads-keep says how long, but not where: give --uploads FOLDER as well")
    return agent.uploads if agent.uploads is None or keep is None else replace(agent.uploads, keep_days=keep)


def _asker(options: dict[str, Any]) -> User | None:
    """Whom the documents are searched for, where that is told on the command line."""
    name, groups = options.get("user"), options.get("group") or ()
    return None if name is None and not groups else User(name or "", groups=tuple(groups))


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


def _library(documents: Sequence[Path], index: Sequence[Path]) -> Library:
    if documents and len(index) > 1:
        raise UsageError(
            "documents go into one index: give --index once, or ingest them first and leave out --documents"
        )
    if documents:
        return _gather(documents, index[0] if index else None)[0]
    if index:
        return Library.open(*index)
    return Library.gather([samples.documents_path()])[0]


def _gather(paths: Sequence[Path], index: Path | None, access: Sequence[str] = ()) -> tuple[Library, Summary]:
    with ingesting() as progress:
        library, summary = Library.gather(paths, at=index, progress=progress.update, access=access or None)
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
