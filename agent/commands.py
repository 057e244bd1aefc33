"""Commands: what each command of the command line does. This is where everything is put together."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from agent import asking, checking, samples
from agent.assistant import Agent
from agent.checkup import MISCONFIGURED, Checkup
from agent.cloud import Cloud, is_configured
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
from agent.errors import ConfigurationError, UsageError
from agent.extras import not_installed
from agent.holdings import cloud_of, complain, gathered, library_of, stocked, watching
from agent.library import Library
from agent.listening import listen
from agent.loading import file_of, load_agent, read_instructions, reload_agent
from agent.options.uploads import Uploads
from agent.pricing.opening import open_books
from agent.readiness import reachable
from agent.reloading import Reloading
from agent.search_check import check_search
from agent.server import Server
from agent.services.advice import notes
from agent.services.choice import choose
from agent.services.configured import unfinished
from agent.services.network import detours
from agent.sessions.opening import open_shared
from agent.telemetry.building import telemetry
from agent.terminal import print_json, print_passages, print_summary, print_turn
from agent.tools_check import check_tools
from agent.transports.memory import pair
from agent.upstreams import run_loop, upstream
from agent.webrtc.call_setup import calls
from tools import User
from tools.errors import ToolsError
from tools.search.backend import Passages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agent.readiness import Check
    from agent.services.service import Service
    from agent.workers.post import Post
    from tools.search.backend import Passage

PREVIEW_WARNING = (
    "instructions and tools can be read and changed by every caller: the preview cannot hide or enforce them"
)

_SAMPLE_AGENT = Agent(name=samples.NAME, greeting=samples.GREETING, examples=samples.EXAMPLES)


def serve(*, app: str | None, host: str, port: int, post: Post | None = None, **options: Any) -> int:
    """`vocative run` in one process; with a post, as one of several workers."""
    secret = None if post is None else post.secret
    door = build_door(Settings(), host, options["allow_origin"], no_auth=options["no_auth"], secret=secret)
    webrtc, preview = options["webrtc"], options["webrtc_preview"]
    if webrtc and preview:
        raise UsageError("give either --webrtc or --webrtc-preview REGION")
    if preview and not options.get("quiet"):
        click.echo(f"vocative: {PREVIEW_WARNING}", err=True)
    agent, library, cloud = _agent(app, options, anonymous=not door.rules.open_to_all)

    async def work() -> int:
        settings, engines = Settings(), list[Engine]()
        decided, profile = _decided(agent, settings, quiet=options.get("quiet", False))

        def make_engine() -> Engine:
            engines.append(_engine(options))
            return engines[0]

        service = choose(agent.model, settings)

        def renewed() -> Agent:
            fresh = told(reload_agent(app) if app else base_agent(options, cloud), options)
            if choose(fresh.model, settings) != service:
                raise ConfigurationError("another model takes a restart: everything else may be changed by a reload")
            return _decided(fresh if library is None else fresh.over(library.backend), settings, quiet=True)[0]

        async with (
            telemetry(settings, options, model=service.model) as watcher,
            cloud or contextlib.nullcontext(),
            upstream(agent.model, settings, make_engine) as connect,
            calls(service, settings, engines, webrtc=webrtc, preview=preview, voice=decided.voice) as calling,
        ):
            shared, checks = open_shared(settings, options["sessions"]), checks_of(service, settings, cloud)
            books = open_books(decided.budget, service, settings, shared.ledger)
            door.admissions.elsewhere = shared.places
            beside: Any = {"calling": calling, "books": books, "checks": checks, "telemetry": watcher}
            beside["custody"] = shared.custody
            server = Server(decided, connect, library, door, profile=profile, **beside)
            await server.prepare()
            greeting, grace = f"{agent.name} listens on", options["drain"]
            files = [options["instructions"], file_of(app) if app else None]
            reloading = Reloading(renewed, server.adopt, [each for each in files if each is not None], complain)
            async with reloading.watched(options["reload"]):
                drain = partial(server.drain, grace)
                await listen(server.application(), host, port, greeting, drain=drain, reload=reloading.soon, post=post)
        return 0

    watched = watching(library, options["documents"]) if options["watch"] else contextlib.nullcontext()
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
            books = open_books(decided.budget, choose(agent.model, settings), settings)
            server = Server(decided, connect, library, profile=profile, books=books)
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
            print_json(turn.as_json())
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
    library, _summary = gathered(paths, index, access)
    with contextlib.closing(library):
        if watch:
            watching = library.watch(paths, changed=print_summary, trouble=complain)
            with contextlib.suppress(KeyboardInterrupt):
                # Within it: who reads this may stop us at once.
                click.echo("watching for changes  (Ctrl+C stops it)", err=True)
                watching.run()
    return 0


def search(
    query: str, top: int, documents: Sequence[Path], index: Sequence[Path], *, as_json: bool, **options: Any
) -> int:
    """`vocative search`."""
    cloud, files = cloud_of(documents, index)
    library = stocked(library_of(documents, files) if cloud is None or files else None, cloud)
    with contextlib.closing(library) if library else contextlib.nullcontext():
        found = asyncio.run(_found(library, cloud, query, top, _asker(options)))
    if as_json:
        print_json({"results": [passage.citation() for passage in found]})
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
        agent = load_agent(app) if app else Agent()
        service = checkup.service = choose(model or agent.model, settings)
        session = agent.at(service).session_config(extensions=False).session
        try:
            async with upstream(model or agent.model, settings, lambda: _engine(options)) as connect:
                await checking.check(checkup, service, session, connect)
        finally:
            checkup.notes += unfinished(settings)
            search = str(settings.azure_search_endpoint or "") if is_configured(settings) else ""
            checkup.notes += detours({service.name: service.url, "Azure AI Search": search})
            transcription = agent.at(service).transcription
            heard = (transcription.model if transcription else None) or ""
            checkup.notes += [
                *notes(service, checkup.model, heard, datetime.now().astimezone().date()),
                *not_installed(),
            ]
            if is_configured(settings):
                await check_search(checkup, Cloud(settings))
            await check_tools(checkup, agent)
        return checkup.code

    try:
        code = run_loop(work)
    except (UsageError, ToolsError) as error:
        code = checkup.failed("configuration", str(error), MISCONFIGURED).code
    if as_json:
        print_json(checkup.as_json())
    else:
        for line in checkup.lines():
            click.echo(line)
    return code


def _decided(agent: Agent, settings: Settings, *, quiet: bool = False) -> tuple[Agent, Profile]:
    """The agent for the service that is used, which is said unless it shall be quiet, and what that service can do."""
    said = _unsaid if quiet else _said
    service = choose(agent.model, settings)
    # What is said to a service is heard there, and costs: nobody shall use one without knowing.
    if service.profile != "engine":
        said(f"model: {service.describe()}")
    elif agent.model is None and (halves := unfinished(settings)):
        said(f"model: the embedded engine, since {' and '.join(halves)} (`vocative check` tells more)")
    agent = agent.at(service)
    # Now, and not when the first caller comes: a tool choice that no tool fulfils.
    session, profile = agent.session_config(extensions=False).session, PROFILES[service.profile]
    for left_out in (each for each in profile.left_out(session) if each.startswith("tools (")):
        said(f"model: {service.kind.name} calls no MCP servers itself; left out: {left_out}")
    return agent, profile


def _said(text: str) -> None:
    click.echo(text, err=True)


def _unsaid(_text: str) -> None:
    """Another process says it."""


def _agent(
    app: str | None, options: dict[str, Any], *, anonymous: bool | None = None
) -> tuple[Agent, Library | None, Cloud | None]:
    """The agent, its documents if it has any, and Azure AI Search, to be closed, if some of them are there.

    Args:
        app: The user's own agent.
        options: Of the command line.
        anonymous: Whether callers who have not signed in may bring documents; None where nobody may.
    """
    documents, index = options["documents"], options["index"]
    agent = load_agent(app) if app else None
    # An agent of the user's own searches where it says itself, unless the command says otherwise.
    cloud, files = cloud_of(documents, index) if agent is None or index else (None, [])
    here = documents or files or (agent is None and cloud is None)
    library = library_of(documents, files) if here else None
    agent = told(agent or base_agent(options, cloud), options)
    uploads = None if anonymous is None else _uploads(agent, options)
    shelves = None if uploads is None else Library.shelves(uploads, anonymous=bool(anonymous))
    library = stocked(library, cloud, shelves)
    if cloud is not None and not options.get("quiet"):
        # What is asked there leaves this machine, and costs: nobody shall search there without knowing.
        click.echo(f"documents: {cloud.describe()}", err=True)
    return (agent if library is None else agent.over(library.backend)), library, cloud


def base_agent(options: dict[str, Any], cloud: Cloud | None) -> Agent:
    """The agent of those who have written none."""
    return Agent() if options["documents"] or options["index"] or cloud else _SAMPLE_AGENT


def checks_of(service: Service, settings: Settings, cloud: Cloud | None) -> dict[str, Check]:
    """What is looked at before callers are sent here."""
    checks = {} if service.profile == "engine" else {"model": reachable(service.url, service.name)}
    if cloud is not None and settings.azure_search_endpoint is not None:
        checks["search"] = reachable(settings.azure_search_endpoint, "Azure AI Search")
    return checks


def told(agent: Agent, options: dict[str, Any]) -> Agent:
    """The agent with what the command line says in place of what it says itself."""
    said = {"model": options["model"]} if options["model"] is not None else dict[str, Any]()
    if options.get("instructions") is not None:
        said["instructions"] = read_instructions(options["instructions"])
    return replace(agent, **said)


async def _found(
    library: Library | None, cloud: Cloud | None, query: str, top: int, user: User | None
) -> Sequence[Passage]:
    assert library is not None  # noqa: S101  (there are the samples at least)
    async with cloud or contextlib.nullcontext():
        found = await library.backend.search(query, top=top, user=user)
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


def _engine(options: dict[str, Any], **extras: Any) -> Engine:
    settings = Settings()
    key = settings.reasoner_api_key
    secret = key.get_secret_value() if key else None
    try:
        reasoner = load_reasoner(options["reasoner"], options["reasoner_model"], api_key=secret)
    except ValueError as error:
        raise ConfigurationError(f"--reasoner: {error}") from None
    return Engine(load_ears(options["ears"]), load_voice(), reasoner, **extras)
