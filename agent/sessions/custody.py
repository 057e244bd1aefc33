"""Custody: which worker has a session. One that a client comes to claims it, and the one that had it lets go.

    client ──token──▶ newcomer ──let go──▶ holder: writes the session a last time, leaves the model, runs its tools on
                         ◀──────left───────┘
             claims it (the fence grows), goes on with it, and is told what comes of those tools

A holder that does not listen any more is dead, and one that does not answer is taken for dead: the fence keeps it from
writing, and it lets go as soon as it finds that out.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from agent.core.calls import CallResult
from agent.core.fields import at, string_at
from agent.core.keeping import VERSION
from agent.core.resuming import NOT_RESUMABLE, NotResumable, digest_of
from agent.sessions.keep import Keep
from agent.sessions.sealing import Seal, Unreadable
from agent.sessions.store import StoreDown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping

    from agent.relay import Relay
    from agent.sessions.store import SessionStore, Stored

_log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
# What came of a call: its id, the result, and whether it is that of the work which went on after it.
Outcome: TypeAlias = tuple[str, CallResult, bool]

ANSWER = 1.0  # seconds in which a holder lets go
CONNECTED_ANEW = (1000, "you are connected anew")
# IANA's registry of close codes: the service restarts, and a client may come back.
RESTART = (1012, "the server restarts: come back with your token")
UNAVAILABLE = "your session cannot be found at present, because the store of sessions cannot be reached; start anew"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A session that was another worker's and is ours.

    Attributes:
        handle: Under which it is known.
        kept: As `Relay.kept` gave it there.
        fence: Ours.
        runs_on: Whoever had it lives, and runs its tools on.
        left: What came of tools that ran on until whoever had it ended.
    """

    handle: str
    kept: Json
    fence: int
    runs_on: bool
    left: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    keep: Keep
    relay: Relay
    gone: Callable[[], None]


class Custody:
    """The sessions of one worker that others may go on with.

    Args:
        store: Where they are kept.
        seal: Makes them fit for that.
        grace: Seconds that a session waits for its client.
    """

    def __init__(self, store: SessionStore, seal: Seal | None = None, grace: float = 60.0) -> None:
        self._store, self._seal, self._grace = store, seal or Seal(), grace
        self._worker = secrets.token_hex(8)
        self._held: dict[str, _Held] = {}
        self._leaving: dict[str, Keep] = {}
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def shared(self) -> bool:
        """Whether other workers can go on with our sessions."""
        return self._store.shared

    @property
    def trouble(self) -> str:
        """Why they cannot at present, in words; "" where they can."""
        return self._store.trouble

    async def start(self) -> None:
        """Begin to listen to others."""
        await self._store.start(self._worker, self._heard, self._recovered)

    async def close(self) -> None:
        """Finish what is under way, and let go of the store."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._store.close()

    async def spend(self, nonce: str, ttl_s: float) -> bool:
        """Use a ticket up for all workers; while the store cannot be reached, each of them keeps its own account.

        Args:
            nonce: The ticket's.
            ttl_s: Seconds in which it could be used.

        Returns:
            False where another worker has taken it before.
        """
        try:
            return await self._store.spend(nonce, ttl_s)
        except StoreDown:
            return True

    # ── our sessions ──

    def keep(self, handle: str, fence: int, pack: Callable[[], Json], changes: Callable[[], int]) -> Keep:
        """A place for a session that is about to begin.

        Args:
            handle: Under which it will be known.
            fence: 1 for a new one, and otherwise its arrival's.
            pack: Gives it as JSON.
            changes: Grows with everything that is to be written soon.
        """
        return Keep(
            handle,
            fence,
            self._worker,
            self._grace,
            store=self._store,
            seal=self._seal,
            pack=pack,
            changes=changes,
            fenced=self._fenced,
            deliver=self._deliver,
        )

    def began(self, keep: Keep, relay: Relay, gone: Callable[[], None], fresh: Mapping[str, Any]) -> None:
        """A session runs.

        Args:
            keep: Its place.
            relay: It.
            gone: Called when another worker has it.
            fresh: The fields of `extension.ready` by which its client can come back.
        """
        self._held[keep.handle] = _Held(keep, relay, gone)
        self.token(keep.handle, fresh)
        if keep.fence > 1:
            self._spawn(self._collect(keep.handle))

    def token(self, handle: str, fresh: Mapping[str, Any]) -> None:
        """The client of a session has been given another token."""
        held = self._held.get(handle)
        if held is not None:
            held.keep.token(digest_of(fresh["resume"]["token"]).hex())

    async def ended(self, keep: Keep) -> None:
        """A session is over, or what ran on of one that has gone."""
        held = self._held.get(keep.handle)
        if held is not None and held.keep is keep:
            del self._held[keep.handle]
            await keep.ended()
        elif self._leaving.get(keep.handle) is keep:
            del self._leaving[keep.handle]

    async def hand_on_all(self) -> None:
        """The worker stops: whoever comes back goes on elsewhere."""
        await asyncio.gather(*(self._let_go(handle, *RESTART) for handle in tuple(self._held)))

    # ── others' sessions ──

    async def claim(self, token: str, owner: str | None) -> Arrival:
        """A client presents a token that no session of ours has given it.

        Args:
            token: As it came.
            owner: Who the client is, by its present sign-in.

        Raises:
            NotResumable: It opens no session.
        """
        handle, dot, _secret = token.rpartition(".")
        if not dot or not handle.isascii() or not self.shared:  # a header may hold any bytes, and no name of ours does
            raise NotResumable(NOT_RESUMABLE)
        try:
            return await self._claim(handle, digest_of(token).hex(), owner)
        except StoreDown as down:
            _log.error("session %s could not be looked for: %s", handle, down)
            raise NotResumable(UNAVAILABLE) from None
        except Unreadable as why:
            _log.error("session %s lies in the store and cannot be gone on with: %s", handle, why)
            raise NotResumable(NOT_RESUMABLE) from None

    async def _claim(self, handle: str, digest: str, owner: str | None) -> Arrival:
        stored = await self._store.load(handle)
        if stored is None or not hmac.compare_digest(stored.digest, digest):
            raise NotResumable(NOT_RESUMABLE)
        if self._read(stored, handle).get("owner") != owner:
            raise NotResumable(NOT_RESUMABLE)  # and the token is as good as before
        await self._let_go(handle, *CONNECTED_ANEW)  # where we had it before that worker, and did not know
        runs_on = await self._asked_to_let_go(handle, stored.holder)
        claimed = await self._store.claim(handle, digest, self._worker, self._grace)
        if claimed is None:
            raise NotResumable(NOT_RESUMABLE)
        _log.info("session %s is gone on with here", handle)
        # One that is gone has left everything by now. What is left later is told when the session runs.
        left = () if runs_on else tuple(self._opened(handle, await self._left(handle)))
        return Arrival(handle, self._read(claimed, handle), claimed.fence, runs_on, left)

    def _read(self, stored: Stored, handle: str) -> Json:
        kept = self._seal.open(stored.state, handle)
        if at(kept, "session").get("version") != VERSION:
            raise Unreadable("another version of the software wrote it")
        return kept

    async def _asked_to_let_go(self, handle: str, holder: str) -> bool:
        if holder == self._worker:
            return handle in self._leaving  # it had gone from here, and nobody has come for it yet
        answer = self._answers[handle] = asyncio.get_running_loop().create_future()
        try:
            if not await self._store.tell(holder, {"type": "let_go", "handle": handle, "to": self._worker}):
                return False
            async with asyncio.timeout(ANSWER):
                await answer
        except TimeoutError:
            _log.warning("session %s: the worker that had it does not answer", handle)
            return False
        finally:
            self._answers.pop(handle, None)
        return True

    # ── what others say ──

    def _heard(self, message: Mapping[str, Any]) -> None:
        kind, handle = message.get("type"), string_at(dict(message), "handle")
        if kind == "let_go":
            self._spawn(self._answer(handle, string_at(dict(message), "to")))
        elif kind == "left":
            answer = self._answers.get(handle)
            if answer is not None and not answer.done():
                answer.set_result(None)
        elif kind == "outcome":
            self._spawn(self._collect(handle))

    async def _answer(self, handle: str, to: str) -> None:
        await self._let_go(handle, *CONNECTED_ANEW)
        leaving = self._leaving.get(handle)
        if leaving is not None:
            leaving.to = to
        try:
            await self._store.tell(to, {"type": "left", "handle": handle})
        except StoreDown:
            return  # so that whoever asked cannot have gone on either

    async def _let_go(self, handle: str, code: int, reason: str) -> None:
        held = self._held.pop(handle, None)
        if held is None:
            return
        _log.info("session %s is let go of: %s", handle, reason)
        self._leaving[handle] = held.keep
        held.gone()
        packed = held.keep.packed()
        held.relay.let_go(code, reason)
        await held.keep.last(packed)

    def _fenced(self, keep: Keep) -> None:
        """Another worker has claimed it, and we have not heard of that."""
        held = self._held.get(keep.handle)
        if held is None or held.keep is not keep:
            return
        _log.warning("session %s is another worker's by now", keep.handle)
        del self._held[keep.handle]
        self._leaving[keep.handle] = keep
        keep.gone()
        held.gone()
        held.relay.let_go(*CONNECTED_ANEW)

    # ── what came of calls that ran on ──

    def _deliver(self, keep: Keep, call_id: str, result: CallResult, job: bool) -> None:
        fields = {
            "output": result.output,
            "ok": result.ok,
            "for_client": result.for_client,
            "citations": [*result.citations],
            "error": result.error,
            "job": result.job,
        }
        self._spawn(self._leave(keep, {"call_id": call_id, "job": job, "result": fields}))

    async def _leave(self, keep: Keep, outcome: Json) -> None:
        try:
            await self._store.leave(keep.handle, self._seal.seal(outcome, keep.handle), self._grace)
            if keep.to:
                await self._store.tell(keep.to, {"type": "outcome", "handle": keep.handle})
        except StoreDown as down:
            _log.error("session %s: what came of a call is lost: %s", keep.handle, down)

    async def _collect(self, handle: str) -> None:
        if handle not in self._held:
            return
        for call_id, result, job in self._opened(handle, await self._left(handle)):
            held = self._held.get(handle)
            if held is not None:
                held.relay.told(call_id, result, job=job)

    async def _left(self, handle: str) -> list[bytes]:
        try:
            return await self._store.collect(handle)
        except StoreDown as down:
            _log.error("session %s: what came of its calls cannot be looked for: %s", handle, down)
            return []

    def _opened(self, handle: str, left: list[bytes]) -> Iterator[Outcome]:
        for sealed in left:
            try:
                outcome = self._seal.open(sealed, handle)
            except Unreadable as why:
                _log.error("session %s: what came of a call cannot be read: %s", handle, why)
            else:
                yield outcome["call_id"], CallResult(**outcome["result"]), outcome["job"]

    # ── common ──

    def _recovered(self) -> None:
        for held in self._held.values():
            held.keep.again()
            self._spawn(self._collect(held.keep.handle))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
