"""Hosting: the sessions of all callers, from first word to last, also of those who come from another process."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.cast import Cast
from agent.core import messages
from agent.core.dialect import GA
from agent.core.resuming import NotResumable
from agent.errors import ModelError, SessionRefusedError
from agent.links import linked
from agent.relay import Relay
from agent.returns import Returns
from agent.revival import Revival, described, nobody
from agent.sharing import Sharing
from agent.speaking import Spoken
from agent.transports.stream import Stream
from tools.context import owner_of
from tools.search.citing import cite

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from agent.assistant import Agent
    from agent.core.dialect import Dialect
    from agent.core.profiles import Profile
    from agent.pricing.books import Books
    from agent.sessions.custody import Custody
    from agent.sessions.keep import Keep
    from agent.telemetry.unwatched import Watcher, Watching
    from agent.transports.base import Transport
    from tools import User

_log = logging.getLogger(__name__)


class Hosting:
    """Holds sessions.

    Args:
        agent: What it is that callers talk to.
        connect: Opens a transport to the model.
        profile: The service that the model is reached through.
        books: What is spent.
        telemetry: Watches the sessions.
        custody: Keeps sessions where other workers can go on with them.
        grace: Seconds that a session waits for a client whose connection broke.

    Attributes:
        agent: For new sessions; those that run keep theirs.
        sharing: The tools that sessions share.
        returns: The sessions whose clients may come back.
        running: A task for each session.
    """

    def __init__(  # noqa: PLR0913  (what it joins)
        self,
        agent: Agent,
        connect: Callable[[], Awaitable[Transport]],
        profile: Profile,
        *,
        books: Books,
        telemetry: Watcher,
        custody: Custody,
        grace: float,
    ) -> None:
        self.agent = agent
        self.sharing = Sharing()
        self.returns = Returns(grace)
        self.running: set[asyncio.Task[None]] = set()
        self._connect, self._profile = connect, profile
        self._books, self._telemetry, self._custody = books, telemetry, custody

    async def serve(  # noqa: PLR0913  (what is known of a caller)
        self,
        client: Transport,
        *,
        extensions: bool,
        user: User | None = None,
        names: Dialect = GA,
        language: str | None = None,
        headers: Mapping[str, str] | None = None,
        revival: Revival | None = None,
    ) -> None:
        """Hold one session with a client until either side leaves, or the client is back on another connection.

        Args:
            client: A transport that is open.
            extensions: The client opted in to our own events.
            user: Who it is, if known; the tools are told.
            names: The dialect that it is thought to use; its first `session.update` corrects that.
            language: Of its page, as `asked_for` gives it, or None.
            headers: Of the request that it came with, which may say what trace it is part of.
            revival: The session that it is back in, where another worker had that.
        """
        name = revival.handle if revival else f"sess_{secrets.token_hex(8)}"
        try:
            spoken, present = Spoken(language, self._profile), revival.agent if revival else None
            shown: dict[str, Any] = {"extensions": extensions, "spoken": spoken, "present": present}
            cast = await Cast.open(self.agent, self.sharing.shared, user, **shown)
            upstream = nobody() if revival else await _dialled(self._connect, cast)
        except (ModelError, SessionRefusedError) as error:
            _log.error("session %s: %s", name, error)
            code = "upstream_unreachable" if isinstance(error, ModelError) else "assistant_unavailable"
            self._telemetry.unbegun(name, self.agent.name, self._profile.name, code)
            await _turned_away(client, str(error), code, 1011)
            return
        async with AsyncExitStack() as unless:
            unless.push_async_callback(cast.close)
            unless.callback(upstream.close)
            owner = owner_of(user)
            config = await self._books.funded(cast.config(), owner)
            fresh = self.returns.ticket(name, owner) if extensions else {}
            if extensions:
                config = replace(config, ready={**config.ready, **self._profile.introduction, **fresh})
            now = time.monotonic()
            unix, about = time.time() - now, (name, self.agent.name, self._profile.name)
            watch = self._telemetry.watch(*about, began=now, unix=unix, headers=headers)
            session = watch.session(
                config,
                new_id=_event_ids(),
                now=now,
                cite=cited,
                profile=self._profile,
                client=names,
                chance=secrets.SystemRandom().random,
                unix=unix,
            )
            if revival is not None:
                revival.restore(session, now)
            packed = lambda: described(relay, session, cast, user, language)  # noqa: E731
            fence, changes = revival.fence if revival else 1, lambda: session.keeping.changes
            keep = self._custody.keep(name, fence, packed, changes) if extensions and self._custody.shared else None
            relay = Relay(
                client,
                upstream,
                session,
                watch.staff(cast),
                connect=self._connect,
                waits=lambda: self.returns.left(name),
                keeps=keep,
                back=revival.back(fresh) if revival else None,
                session_id=name,
                user=user,
                till=self._books.till(name, owner),
            )
            self.returns.began(name, relay)
            if keep is not None:
                self._custody.began(keep, relay, lambda: self.returns.ended(name, relay), fresh)
            # A task of its own: it may outlive this connection.
            running = asyncio.create_task(self._run(name, relay, cast, watch, keep))
            self.running.add(running)
            running.add_done_callback(self.running.discard)
            unless.pop_all()  # from here on they are the session's own to close
        try:
            await relay.attends(client)
        except asyncio.CancelledError:
            running.cancel()
            raise

    async def resume(self, client: Transport, token: str, user: User | None) -> None:
        """Go on with a session that a client comes back to, wherever that was held.

        Args:
            client: A transport that is open.
            token: What `extension.ready` gave it.
            user: Who it is, if known.
        """
        owner = owner_of(user)
        try:
            name, relay = self.returns.claim(token, owner)
        except NotResumable:
            await self._revive(client, token, user)
            return
        fresh = self.returns.ticket(name, owner)
        self._custody.token(name, fresh)
        relay.rejoin(client, fresh)
        await relay.attends(client)
        await client.wait_closed()

    async def _revive(self, client: Transport, token: str, user: User | None) -> None:
        try:
            revival = Revival(await self._custody.claim(token, owner_of(user)))
        except NotResumable as no:
            await _turned_away(client, str(no), "not_resumable", 1008)
            return
        names, language = revival.names, revival.language
        await self.serve(client, extensions=True, user=user, names=names, language=language, revival=revival)

    async def _run(self, name: str, relay: Relay, cast: Cast, watch: Watching, keep: Keep | None) -> None:
        try:
            await relay.run()
        finally:
            watch.over(time.monotonic(), goes_on=relay.gone)
            self.returns.ended(name, relay)
            if keep is not None:
                await self._custody.ended(keep)
            await cast.close()


def cited(
    answer: str, retrieved: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What bears out an answer, with links to where it stands."""
    return linked(cite(answer, retrieved, earlier))


def _event_ids() -> Callable[[], str]:
    # Not the session's own name: one that goes on here has used ids with that elsewhere.
    own, counter = secrets.token_hex(8), itertools.count(1)
    return lambda: f"event_{own}_{next(counter)}"


async def _turned_away(client: Transport, text: str, code: str, close_code: int) -> None:
    refused = Stream(client)
    await refused.send(messages.failure(f"event_{secrets.token_hex(8)}", text, code).text)
    await refused.close(close_code, text.encode()[:123].decode(errors="ignore"))


async def _dialled(connect: Callable[[], Awaitable[Transport]], cast: Cast) -> Transport:
    try:
        return await connect()
    except BaseException:
        await cast.close()
        raise
