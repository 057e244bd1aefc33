"""ToolContext: what a tool may know of the call it serves, given to any parameter annotated with it."""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class User:
    """Who is calling, as the server authenticated them.

    Attributes:
        id: Stable and unique, such as the subject of a token.
        name: For display, if known.
        groups: The groups or roles the user is in, for example to filter documents by.
        claims: Everything else the token says.
    """

    id: str
    name: str | None = None
    groups: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign of life from a tool that is still running.

    Attributes:
        message: A few words for the person who waits.
        fraction: How much is done, from 0 to 1, or None if that is not known.
    """

    message: str
    fraction: float | None = None


def owner_of(user: User | None) -> str | None:
    """Whose something is, by id; None where nobody has signed in."""
    return None if user is None else user.id


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said or typed in the conversation.

    Attributes:
        role: `"user"` or `"assistant"`.
        text: The words; of a sentence that was broken off, those that were heard.
    """

    role: str
    text: str


class ToolContext:
    """The call that a tool serves. `ToolContext()` is enough to test a tool with.

    Attributes:
        session_id: The session the call belongs to.
        call_id: The call's id on the wire.
        user: Who is calling, or None if nobody signed in.
        conversation: The latest of what was said, oldest first, as far as it is known when the call begins: what was
            spoken last may not have been written down yet.
        cancelled: Set when the result is no longer wanted; a sync tool polls `cancelled.is_set()`.
        shows: The client shows results, so that a tool may say that something is on the screen.
    """

    def __init__(  # noqa: PLR0913  (what a call is joined to)
        self,
        session_id: str = "",
        call_id: str = "",
        user: User | None = None,
        *,
        conversation: Sequence[Utterance] = (),
        emit: Callable[[Progress], Awaitable[None] | None] | None = None,
        cancelled: Cancellation | None = None,
        ask: Callable[[str], Awaitable[None]] | None = None,
        shows: bool = False,
    ) -> None:
        """Make a context.

        Args:
            session_id: The session the call belongs to.
            call_id: The call's id on the wire.
            user: Who is calling.
            conversation: What was said lately, oldest first.
            emit: Receives what the tool reports, on the event loop; plain or async. Without it reports go nowhere.
            cancelled: A flag to share with others; a new one by default.
            ask: Has the user approve the call, given its arguments as JSON, and returns once that is done; None where
                the client cannot ask. `invoke` uses it, for a tool whose policy wants approval.
            shows: The client shows results.
        """
        self.session_id = session_id
        self.call_id = call_id
        self.user = user
        self.conversation = tuple(conversation)
        self.cancelled = Cancellation() if cancelled is None else cancelled
        self.shows = shows
        self._emit = emit
        self._ask = ask
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def asks(self) -> bool:
        """Whether the client can ask its user for approval."""
        return self._ask is not None

    async def ask_approval(self, arguments: str) -> None:
        """Wait until the user has approved the call; a refusal cancels it. For `invoke`.

        Args:
            arguments: What the user is to see, as JSON.
        """
        if self._ask is not None:
            await self._ask(arguments)

    def bind_loop(self) -> None:
        """Remember the running event loop as the one to report on; `invoke` does this before a tool runs."""
        self._loop = asyncio.get_running_loop()

    async def wait_cancelled(self) -> None:
        """Wait until the result is no longer wanted."""
        await self.cancelled.wait_async()

    async def progress(self, message: str, *, fraction: float | None = None) -> None:
        """Tell the client how far the tool has come; from a sync tool use `progress_from_thread`.

        A report that cannot be delivered is logged and forgotten: the tool's work is worth more than its report. A
        cancelled call reports nothing.

        Args:
            message: A few words for the person who waits.
            fraction: How much is done; values outside 0 to 1 are moved to the nearer end, and one that is no number
                counts as not known.
        """
        if self._emit is None or self.cancelled.is_set():
            return
        # What is no number has no form in JSON: a client could not read the event.
        within = None if fraction is None or math.isnan(fraction) else min(max(fraction, 0.0), 1.0)
        try:
            sent = self._emit(Progress(message, within))
            if inspect.isawaitable(sent):
                await sent
        except Exception as error:  # whatever the receiver raises, the tool goes on
            _log.warning("progress of call %s was not delivered: %s", self.call_id, type(error).__name__)

    def progress_from_thread(self, message: str, *, fraction: float | None = None) -> None:
        """Report like `progress`, from a sync tool or any other thread; returns at once and keeps the order.

        Args:
            message: A few words for the person who waits.
            fraction: How much is done, from 0 to 1.
        """
        report = self.progress(message, fraction=fraction)
        if self._loop is None:  # the tool is being tried on its own, without a session
            asyncio.run(report)
            return
        try:
            asyncio.run_coroutine_threadsafe(report, self._loop)
        except RuntimeError:  # the loop was closed while the thread went on: nobody is left to tell
            report.close()

    def __repr__(self) -> str:
        # Never the user: claims are personal data.
        return f"{type(self).__name__}(session_id={self.session_id!r}, call_id={self.call_id!r}, {self.cancelled!r})"
