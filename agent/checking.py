"""Checking: dial the model as a session would, put our configuration in force, and name what is wrong."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, cast

from agent.core.profiles import PROFILES
from agent.errors import ConfigurationError, CredentialError, ModelError
from agent.services.advice import rejected
from agent.transports.base import TransportClosed
from agent.transports.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from agent.checkup import Checkup
    from agent.services.service import Service
    from agent.transports.base import Transport

ANSWER_TIME = 15.0  # seconds for each of the two answers that a session begins with


class _Wrong(Exception):  # noqa: N818  (a finding, not an error of ours)
    """The session did not begin as it should; the text is for people."""


async def check(
    checkup: Checkup,
    service: Service,
    session: Mapping[str, Any],
    connect: Callable[[], Awaitable[Transport]],
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> Checkup:
    """Begin a session with the model and end it again; nothing is said in it, so it costs nothing.

    Args:
        checkup: Where the findings go.
        service: Who is dialled.
        session: The GA session object to put in force.
        connect: Opens a transport to the model, as for a session.
        clock: Seconds, for how long things took.
        wall: Seconds since the epoch, for when the session expires.

    Returns:
        The same checkup.
    """
    began = clock()
    try:
        transport = Stream(await connect())
    except ConfigurationError as error:
        return checkup.failed("dial", str(error), code=2)
    except CredentialError as error:
        return checkup.failed("sign-in", str(error))
    except ModelError as error:
        return checkup.failed("dial", str(error))
    checkup.did("dial", f"connected to {service.name}", (clock() - began) * 1000)
    step = "session.created"
    try:
        began = clock()
        created = await _event(transport, step, service)
        checkup.model = model_of(created)
        checkup.did(step, _greeting(created, wall()), (clock() - began) * 1000)
        step, began = "session.updated", clock()
        update = PROFILES[service.profile].lay_out(session)
        await transport.send(json.dumps({"type": "session.update", "event_id": "vocative_check", "session": update}))
        await _event(transport, step, service)
        checkup.did(step, "our configuration is accepted", (clock() - began) * 1000)
    except _Wrong as wrong:
        return checkup.failed(step, str(wrong))
    finally:
        await transport.close()
    return checkup


async def _event(transport: Stream, wanted: str, service: Service) -> dict[str, Any]:
    try:
        async with asyncio.timeout(ANSWER_TIME):
            while True:
                event = _parsed(await transport.receive())
                if event.get("type") == wanted:
                    return event
                if event.get("type") == "error":
                    raise _Wrong(f"{service.name} at {service.host}: {rejected(event.get('error'))}")
    except TimeoutError:
        raise _Wrong(
            f"{service.name} at {service.host} sent no {wanted} within {ANSWER_TIME:g} s: does it speak the Realtime "
            f"protocol there ({service.kind.dialect} dialect)?"
        ) from None
    except TransportClosed as closed:
        why = f" ({closed.reason})" if closed.reason else ""
        raise _Wrong(
            f"{service.name} at {service.host} closed with {closed.code}{why} instead of sending {wanted}: see the "
            "service's own log"
        ) from None


def _parsed(message: str | bytes) -> dict[str, Any]:
    try:
        event: Any = json.loads(message)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise _Wrong("what answers there does not send Realtime events: is the address right?")
    return cast("dict[str, Any]", event)


def model_of(created: Mapping[str, Any]) -> str:
    """The model that a `session.created` names; empty where it names none."""
    model = _session(created).get("model")
    return model if isinstance(model, str) else ""


def _greeting(created: Mapping[str, Any], now: float) -> str:
    expires = _session(created).get("expires_at")
    lasts = (
        f", for at most {(expires - now) / 60:.0f} min" if isinstance(expires, int | float) and expires > now else ""
    )
    return f"a session is open with model {model_of(created) or 'of no name'}{lasts}"


def _session(created: Mapping[str, Any]) -> dict[str, Any]:
    session: Any = created.get("session")
    return cast("dict[str, Any]", session) if isinstance(session, dict) else {}
