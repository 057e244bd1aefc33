"""The matrix: the same conversations with every kind of model, for clients of every dialect.

Rows are what the model is: the engine in each of its dialects, and the recorded sessions of real services, as they were
recorded and in the names of the other dialects. Columns are the dialects of clients.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent.core.dialect import DIALECTS
from agent.core.profiles import PROFILES
from agent.engine.faults import Drop
from tests.agent.core.judges import judge
from tests.agent.core.recordings import ALL, GA_ONES, profile_of, session_of
from tests.scenarios.book import Watched
from tests.scenarios.dialogues import (
    DIALOGUES,
    chain,
    failing_tools,
    preamble,
    search,
    tools_of_both,
    tools_of_both_at_once,
    two_calls,
)
from tests.scenarios.language import Say, matches
from tests.scenarios.recorded import SECONDS, Recording, scenario_of, toolset_of, voice_of
from tests.scenarios.relayed import Cast, VirtualLoop, play
from tests.scenarios.scripted import ScriptedModels, engine_of

CLIENTS = sorted(DIALECTS)
INTERRUPTED = [search, two_calls, preamble, chain, failing_tools, tools_of_both, tools_of_both_at_once]
# What the session is told that the model is, and with it the dialect that the model speaks.
ENGINES = ["engine", "azure-preview", "voice-live"]
REWORDED = ["azure-preview", "voice-live"]


def run(conversation):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(conversation)


async def with_engine(talk, profile, client, *faults, **options):
    """Play a scenario with the engine; its models follow the scenario too."""
    models, dialect, shown = ScriptedModels(talk), PROFILES[profile].dialect, []
    engine = engine_of(talk, models, *faults)
    book = Watched(engine.connect(dialect=dialect.name), dialect)

    async def again():
        return book.renewed(engine.connect(dialect=dialect.name))

    faces = {"profile": profile, "client": client, "shown": shown.append, "connect": again}
    cast = Cast(book, voice=models.sound, **faces, **options)
    played = await play(talk, cast)
    await engine.close()
    assert book.answered <= models.read, "an output that no response has seen"
    assert not models.needless, "an answer given twice"
    book.knows = models.knows
    return played.seen, book, shown


async def with_recording(name, profile, client):
    """Play what was recorded with the service that was recorded, in its own names or in those of another dialect."""
    dialect, shown = PROFILES[profile].dialect, []
    recording = Recording(name, None if profile == profile_of(name) else dialect.name)
    book = Watched(recording.upstream, dialect)
    cast = Cast(book, voice_of(name), profile, client, session_of(name), toolset_of(name), shown.append)
    played = await play(scenario_of(name), cast)
    await recording.close()
    assert recording.missing == 0
    return played.seen, book, shown


def check(talk, client, seen, book, shown):
    for name, expected in talk.expected_of_client.items():
        assert matches(getattr(seen, name), expected), (name, getattr(seen, name), expected)
    for name, expected in talk.expected_of_model.items():
        assert matches(getattr(book, name), expected), (name, getattr(book, name), expected)
    assert seen.closed is None
    for text in shown:
        judge(json.loads(text), client)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("profile", ENGINES)
@pytest.mark.parametrize("talk", DIALOGUES, ids=lambda talk: talk.title)
def test_a_dialogue_goes_the_same_way_with_the_engine_in_every_dialect(talk, profile, client):
    check(talk, client, *run(with_engine(talk, profile, client)))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("profile", ENGINES)
@pytest.mark.parametrize("talk", INTERRUPTED, ids=lambda talk: talk.title)
def test_a_dialogue_survives_the_end_of_the_engines_session(talk, profile, client):
    """Traps agents-js PR#1843, VoiceRAG 15: what was called in one session is answered in the next."""
    seen, book, shown = run(with_engine(talk, profile, client, Drop(event="response.done", session=1)))
    assert len(book.upstreams) == 2
    assert {part.text for part in talk.model.responses[0] if isinstance(part, Say)} <= book.knows
    check(talk, client, seen, book, shown)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("profile", ENGINES)
@pytest.mark.parametrize("name", ALL)
def test_what_was_recorded_goes_the_same_way_with_the_engine(name, profile, client):
    options, talk = {"session": session_of(name), "toolset": toolset_of(name)}, scenario_of(name)
    aloud = "audio" in options["session"]["output_modalities"]
    talk.client_saw(heard_ms=round(SECONDS * 1000) if aloud else 0)
    check(talk, client, *run(with_engine(talk, profile, client, **options)))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_what_was_recorded_goes_the_same_way_with_the_service_of_the_recording(name, client):
    check(scenario_of(name), client, *run(with_recording(name, profile_of(name), client)))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("profile", REWORDED)
@pytest.mark.parametrize("name", GA_ONES)
def test_what_was_recorded_goes_the_same_way_with_the_recording_in_another_dialect(name, profile, client):
    check(scenario_of(name), client, *run(with_recording(name, profile, client)))


def test_the_docs_tell_how_much_the_matrix_holds():
    page = (Path(__file__).parents[2] / "docs" / "dialects.md").read_text(encoding="utf-8")
    rows = [line for line in page.partition("## What is tested with what")[2].splitlines() if line.startswith("| ")]
    quoted = lambda names: ", ".join(f"`{name}`" for name in names)  # noqa: E731
    assert f"| the engine as {quoted(ENGINES)} |" in rows[1]
    assert f"| {len(DIALOGUES)} dialogues, {len(ALL)} recorded sessions |" in rows[1]
    assert f"| {len(INTERRUPTED)} dialogues with calls |" in rows[2]
    assert f"| {len(ALL)} recorded sessions |" in rows[3]
    assert f"{quoted(REWORDED)} |" in rows[4]
    assert f"| {len(GA_ONES)} recorded sessions |" in rows[4]
