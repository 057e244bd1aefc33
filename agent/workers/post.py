"""Post: where a worker stands: the sockets it accepts callers from, and its line to the supervisor."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.workers.orders import Alive, Failed, Leaving, Order, Ready

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

_log = logging.getLogger(__name__)

_SHOWN = 12  # calls; what is further out is the loop itself


@dataclass(frozen=True, slots=True)
class Post:
    """Handed to a worker when it begins.

    Attributes:
        number: The worker's; 1 is the very first one, which says for all what is to be said at the beginning.
        sockets: Bound, not listened on yet.
        line: To the supervisor.
        secret: What tickets are signed with, so that each worker takes those of all others.
        slot: A small number that no other worker has while this one lives, for what each needs one of: such as a port.
    """

    number: int
    sockets: Sequence[socket.socket]
    line: Connection
    secret: bytes
    slot: int = 0

    def ready(self, greeting: str) -> None:
        """Say that callers are served."""
        self._say(Ready(greeting))

    def leaving(self) -> None:
        """Say that no more callers are taken, so that another worker takes the place."""
        self._say(Leaving())

    def failed(self, failure: Failed) -> None:
        """Say that this worker cannot begin."""
        self._say(failure)

    def follow(self, obey: Callable[[Order], None], loop: asyncio.AbstractEventLoop) -> None:
        """Be told what to do from now on.

        Args:
            obey: Called from another thread.
            loop: Which is to run; it runs in the main thread.
        """
        threading.Thread(target=self._listen, args=(obey, loop), name="orders", daemon=True).start()

    def _listen(self, obey: Callable[[Order], None], loop: asyncio.AbstractEventLoop) -> None:
        while True:
            try:
                order: Order = self.line.recv()
            except (EOFError, OSError):
                # Nobody would replace us or end us any more: callers are left to whoever listens next.
                order = Order.RETIRE
                obey(order)
                return
            if order is Order.ANSWER:
                with contextlib.suppress(RuntimeError):  # the loop has ended, and the process ends too
                    loop.call_soon_threadsafe(self._say, Alive())
            elif order is Order.EXPLAIN:
                _log.warning(
                    "the event loop is blocked, and all calls of this worker with it; it is here:\n%s", _where()
                )
            else:
                obey(order)

    def _say(self, said: Ready | Leaving | Alive | Failed) -> None:
        with contextlib.suppress(OSError):  # it is gone, which the other thread notices
            self.line.send(said)


def _where() -> str:
    """What the main thread does, the innermost calls last."""
    # The only way to see it.
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    frame = frames.get(threading.main_thread().ident or 0)
    return "".join(traceback.format_stack(frame)[-_SHOWN:]).rstrip()
