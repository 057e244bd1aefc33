"""Checking: a session is begun as a caller's would be, and what is wrong is named."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent import Agent, checking
from agent.checking import check
from agent.checkup import Checkup
from agent.errors import ConfigurationError, CredentialError, DialError
from agent.services.address import service_at
from agent.transports.memory import pair

GA = service_at("wss://r.openai.azure.com/openai/v1/realtime?model=mine")
PREVIEW = service_at("wss://r.openai.azure.com/openai/realtime?deployment=mine")
SESSION = Agent(instructions="secret prompt").session_config(extensions=False).session
CREATED = {"type": "session.created", "session": {"model": "gpt-realtime", "expires_at": 5_000.0}}
UPDATED = {"type": "session.updated", "session": {}}


def clock():
    return 0.0


def wall():
    return 2_000.0


async def checked(script, service=GA):
    """Checks a service that plays a script: what it sends, or awaits from us (None), or its end (a pair)."""
    ours, theirs = pair()
    received = []

    async def play():
        for step in script:
            if step is None:
                received.append(json.loads(await theirs.receive()))
            elif isinstance(step, tuple):
                await theirs.close(*step)
            else:
                await theirs.send(step if isinstance(step, str) else json.dumps(step))

    async def connect():
        return ours

    playing = asyncio.create_task(play())
    checkup = await check(Checkup(service), service, SESSION, connect, clock, wall)
    await playing
    return checkup, received


async def test_a_service_that_takes_our_configuration_is_well():
    noise = {"type": "rate_limits.updated"}
    checkup, received = await checked([CREATED, None, noise, UPDATED])
    assert checkup.code == 0
    assert [step.name for step in checkup.steps] == ["dial", "session.created", "session.updated"]
    assert checkup.steps[1].said == "a session is open with model gpt-realtime, for at most 50 min"
    assert checkup.model == "gpt-realtime"
    assert received[0]["session"]["audio"]["output"]["voice"] == "marin"
    assert "secret prompt" not in str(checkup.as_json())


async def test_a_service_of_the_older_dialect_is_configured_in_its_own_names():
    checkup, received = await checked([CREATED, None, UPDATED], PREVIEW)
    assert checkup.code == 0
    assert received[0]["session"]["input_audio_format"] == "pcm16"
    assert "audio" not in received[0]["session"]


async def test_a_rejected_field_is_named_with_the_option_that_sets_it():
    error = {"type": "error", "error": {"param": "session.audio.output.voice", "message": "No such voice."}}
    checkup, _ = await checked([CREATED, None, error])
    assert checkup.code == 1
    assert "field session.audio.output.voice: No such voice.; change or leave out Agent(voice=…)" in (
        checkup.steps[-1].said
    )


@pytest.mark.parametrize(
    ("script", "step", "said"),
    [
        ([{"type": "error", "error": {"message": "No capacity."}}], "session.created", "No capacity."),
        ([(1008, "go away")], "session.created", "closed with 1008 (go away) instead of sending session.created"),
        ([CREATED, None, (1011, "")], "session.updated", "closed with 1011 instead of sending session.updated"),
        (["hello"], "session.created", "does not send Realtime events"),
        (["[]"], "session.created", "does not send Realtime events"),
    ],
)
async def test_a_session_that_does_not_begin_is_told_with_where_it_stopped(script, step, said):
    checkup, _ = await checked(script)
    assert (checkup.steps[-1].name, checkup.steps[-1].ok, checkup.code) == (step, False, 1)
    assert said in checkup.steps[-1].said


async def test_a_service_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(checking, "ANSWER_TIME", 0.02)
    checkup, _ = await checked([])
    assert "sent no session.created within 0.02 s" in checkup.steps[-1].said


@pytest.mark.parametrize("created", [{"type": "session.created"}, {"type": "session.created", "session": []}])
async def test_a_service_that_says_little_of_its_session_is_well_too(created):
    checkup, _ = await checked([created, None, UPDATED])
    assert checkup.code == 0
    assert "model of no name" in checkup.steps[1].said


@pytest.mark.parametrize(
    ("error", "step", "code"),
    [
        (DialError("not there"), "dial", 1),
        (CredentialError("who are you"), "sign-in", 1),
        (ConfigurationError("no key"), "dial", 2),
    ],
)
async def test_what_keeps_us_from_connecting_is_told_apart(error, step, code):
    async def connect():
        raise error

    checkup = await check(Checkup(), GA, SESSION, connect)
    assert (checkup.steps[-1].name, checkup.steps[-1].said, checkup.code) == (step, str(error), code)
