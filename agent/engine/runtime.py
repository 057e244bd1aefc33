"""Engine: the embedded Realtime model, for any number of sessions on any transport."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any

from agent.engine.driver import Models, SessionDriver
from agent.engine.faces import face_for
from agent.engine.fault_run import FaultRun
from agent.engine.protocol import EngineSession
from agent.engine.workers import URGENT, Workers
from agent.transports.memory import pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.engine.fault_run import SessionFaults
    from agent.engine.faults import Faults
    from agent.engine.parts import Ears, Reasoner, Voice
    from agent.transports.base import Pull, Transport

MODEL = "vocative-engine"
# Ears, voice and event loop share the interpreter; with its usual 5 ms a model's Python code holds up all the others.
_SWITCH_INTERVAL_S = 0.0005
# For the ears and for the voice, each: the models hold several cores by themselves, and more would only take turns.
_THREADS = 2


class Engine:
    """A Realtime model that needs no network.

    Args:
        ears: Speech to text and voice activity.
        voice: Text to speech.
        reasoner: What answers.
        model: The name that sessions show when the client asks for no other.
        paced: Send speech in real time instead of as fast as possible.
        session_cap_s: How long a session may last, in seconds.
        faults: What is to go wrong, if anything: to test what a client makes of it.
    """

    def __init__(  # noqa: PLR0913  (three parts, and what a test or a deployment may set)
        self,
        ears: Ears,
        voice: Voice,
        reasoner: Reasoner,
        *,
        model: str = MODEL,
        paced: bool = False,
        session_cap_s: float = 3600,
        faults: Faults | None = None,
    ) -> None:
        hearing, speaking = Workers(_THREADS, "vocative-ears"), Workers(_THREADS, "vocative-voice")
        self._models = Models(ears, voice, reasoner, hearing, speaking, paced)
        self._model = model
        self._session_cap_s = session_cap_s
        self._faults = None if faults is None else FaultRun(faults)
        self._sessions: set[asyncio.Task[None]] = set()

    async def warm(self) -> None:
        """Load and run every model once, so that the first caller does not wait for it."""
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        await asyncio.gather(
            self._models.hearing.run(URGENT, self._models.ears.warm),
            self._models.speaking.run(URGENT, self._models.voice.warm),
            self._models.reasoner.warm(),
        )

    def admit(self) -> SessionFaults | None:
        """Let the next client in, before anything is said to it.

        Returns:
            The faults of its session, to be handed to `serve`; None without faults.

        Raises:
            Refusal: The faults refuse it.
        """
        return None if self._faults is None else self._faults.admit()

    async def serve(
        self,
        transport: Pull,
        *,
        model: str | None = None,
        dialect: str = "ga",
        faults: SessionFaults | None = None,
        session: Mapping[str, Any] | None = None,
    ) -> None:
        """Drive one session until either side closes it.

        Args:
            transport: The client.
            model: The name that the client asked for; any is accepted, since there is one engine.
            dialect: What the client speaks: `"ga"`, `"preview"` or `"voice-live"`.
            faults: What `admit` gave for this client.
            session: The session object that it begins with, in place of the defaults.

        Raises:
            ValueError: There is no such dialect.
            WireError: The session object cannot be accepted.
        """
        face = face_for(dialect)
        loop = asyncio.get_running_loop()
        cap_s = self._session_cap_s if faults is None else faults.cap(self._session_cap_s)
        begun = EngineSession(
            new_id=new_id,
            model=model or self._model,
            now=loop.time(),
            expires_at=int(time.time() + cap_s),
            cap_s=cap_s,
            input_rates=face.input_rates,
            session=session,
        )
        await SessionDriver(begun, transport, self._models, face, faults).run()

    def connect(self, *, model: str | None = None, dialect: str = "ga") -> Transport:
        """Open a session inside this process.

        Args:
            model: The name that the session shows.
            dialect: What the client speaks: `"ga"`, `"preview"` or `"voice-live"`.

        Returns:
            The client's end; the session ends when it is closed, or with `close`.

        Raises:
            Refusal: The faults refuse the connection; a `DialError`, as a service that is dialled would raise it.
            ValueError: There is no such dialect.
        """
        face_for(dialect)
        faults = self.admit()
        client, server = pair()
        serving = self.serve(server, model=model, dialect=dialect, faults=faults)
        task = asyncio.get_running_loop().create_task(serving)
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)
        return client

    async def close(self) -> None:
        """End the sessions of `connect`, and give back threads and connections."""
        for task in self._sessions:
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        self._models.hearing.close()
        self._models.speaking.close()
        await self._models.reasoner.close()


def new_id(kind: str) -> str:
    """A fresh id of a kind, such as `new_id("item")`."""
    return f"{kind}_{secrets.token_hex(10)}"
