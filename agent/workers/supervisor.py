"""Supervisor: begins the workers, keeps them running, and passes on what the operator says by signals."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import sys
import time
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from agent.core.deadlines import earliest
from agent.errors import ConfigurationError, ModelError
from agent.workers.console import has_terminal
from agent.workers.fleet import Drain, Fleet, Halt, Kill, Note, Retire, Start
from agent.workers.orders import Alive, Failed, Leaving, Order, Ready
from agent.workers.post import Post
from agent.workers.pulse import Pulse

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from agent.workers.fleet import Action, Worker

_log = logging.getLogger(__name__)

# Signals wake the wait where they can; Windows does not let Ctrl+C interrupt it.
_LONGEST_WAIT = 0.5 if sys.platform == "win32" else 3600.0
_ORDERS = {Retire: Order.RETIRE, Drain: Order.DRAIN, Halt: Order.HALT}


class Supervisor:
    """The process that serves nobody itself.

    Args:
        work: What a worker does, given its post; a function of a module, since workers import it.
        sockets: What they accept callers from; closed when everything stops.
        size: How many workers.
        grace: Seconds that sessions have when their worker leaves.
        secret: What tickets are signed with.
        patience: Seconds that the event loop of a worker may be blocked before the worker is replaced; 0 for any time.
        greet: Called with a greeting when all of them serve for the first time.
    """

    def __init__(  # noqa: PLR0913  (what is known of the workers)
        self,
        work: Callable[[Post], None],
        sockets: Sequence[socket.socket],
        *,
        size: int,
        grace: float,
        secret: bytes,
        patience: float,
        greet: Callable[[str], None],
    ) -> None:
        # Never by fork: models have threads, and a worker that is begun later reads the code as it is then.
        self._context = multiprocessing.get_context("spawn")
        self._work, self._sockets, self._secret, self._greet = work, sockets, secret, greet
        self._fleet, self._pulse = Fleet(size, grace), Pulse(patience)
        self._processes: dict[int, SpawnProcess] = {}
        self._lines: dict[int, Connection] = {}
        self._reason: Failed | None = None
        self._greeting: str | None = None
        self._terminal = has_terminal()

    def run(self) -> int:
        """Keep them running until SIGINT or SIGTERM.

        Returns:
            The exit code.

        Raises:
            ConfigurationError, ModelError: The first worker could not begin.
        """
        try:
            with _signals() as signals:
                self._do(self._fleet.begin(_now()))
                while not self._fleet.ended:
                    self._step(signals)
        finally:
            for process in self._processes.values():  # none, unless this process has a bug
                process.kill()
            self._close()
        if self._fleet.failed is None:
            return 0
        if self._reason is None:
            _log.error("%s before it served", self._fleet.failed)
            return 1
        raise {"usage": ConfigurationError, "model": ModelError}[self._reason.blame](self._reason.reason)

    def _step(self, signals: Connection) -> None:
        self._pulse.follow(self._fleet.serving, _now())
        due = earliest(self._fleet.next_deadline(), self._pulse.next_deadline())
        patience = _LONGEST_WAIT if due is None else min(_LONGEST_WAIT, max(0.0, due - _now()))
        sentinels: dict[object, int] = {process.sentinel: number for number, process in self._processes.items()}
        lines: dict[object, int] = {line: number for number, line in self._lines.items()}
        handles = [process.sentinel for process in self._processes.values()]
        woken: list[object] = [*wait([signals, *self._lines.values(), *handles], patience)]
        if signals in woken:
            self._signalled(signals.recv())
        # What a worker has said is heard before its end.
        for each in woken:
            if each in lines:
                self._hear(lines[each], self._lines[lines[each]])
        for each in woken:
            if each in sentinels:
                self._ended(sentinels[each])
        self._do(self._fleet.tick(_now()))
        self._look()

    def _look(self) -> None:
        found = self._pulse.look(_now())
        for number in found.ask:
            self._tell(number, Order.ANSWER)
        for number in found.explain:
            self._tell(number, Order.EXPLAIN)
        for number in found.hung:
            self._do(self._fleet.hung(number, self._pulse.limit))

    def _signalled(self, number: int) -> None:
        _log.info("received %s", signal.Signals(number).name)
        if number == signal.SIGINT:
            self._stop_listening()
            self._do(self._fleet.halt(_now()))
        elif number == signal.SIGTERM or (self._terminal and not has_terminal()):
            self._stop_listening()
            self._do(self._fleet.stop(_now()))
        else:
            self._do(self._fleet.roll(_now()))

    def _hear(self, number: int, line: Connection) -> None:
        try:
            said: Any = line.recv()
        except (EOFError, OSError):
            self._lines.pop(number).close()
            return
        if isinstance(said, Ready):
            self._do(self._fleet.ready(number, _now()))
            if self._fleet.complete and self._greeting is None:
                self._greeting = said.greeting
                self._greet(said.greeting)
        elif isinstance(said, Alive):
            self._pulse.heard(number)
        elif isinstance(said, Leaving):
            self._do(self._fleet.leaving(number, _now()))
        elif isinstance(said, Failed):
            self._reason = said
            if self._fleet.served:
                _log.error("worker %d cannot begin: %s", number, said.reason)

    def _ended(self, number: int) -> None:
        process = self._processes.pop(number)
        process.join()
        line = self._lines.pop(number, None)
        if line is not None:
            line.close()
        self._do(self._fleet.died(number, process.exitcode, _now()))
        process.close()

    def _do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            if isinstance(action, Start):
                self._start(action.worker)
            elif isinstance(action, Kill):
                self._processes[action.worker.number].kill()
            elif isinstance(action, Note):
                _log.log(logging.WARNING if action.bad else logging.INFO, "%s", action.text)
            else:
                self._tell(action.worker.number, _ORDERS[type(action)])

    def _start(self, worker: Worker) -> None:
        ours, theirs = self._context.Pipe()
        post = Post(worker.number, self._sockets, theirs, self._secret, worker.slot)
        process = self._context.Process(target=self._work, args=(post,), name=f"worker {worker.number}")
        process.start()
        theirs.close()
        self._processes[worker.number], self._lines[worker.number] = process, ours

    def _tell(self, number: int, order: Order) -> None:
        line = self._lines.get(number)
        if line is not None:
            with contextlib.suppress(OSError):  # it has just ended
                line.send(order)

    def _stop_listening(self) -> None:
        # The workers have the port still. When the last one has left it, callers are to be refused, and not to wait.
        for each in self._sockets:
            each.close()

    def _close(self) -> None:
        self._stop_listening()
        for line in self._lines.values():
            line.close()


def _now() -> float:
    return time.monotonic()


@contextlib.contextmanager
def _signals() -> Generator[Connection]:
    """Signals, as numbers to be read one after the other."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    meant = {getattr(signal, "SIGBREAK", None): int(signal.SIGTERM)}

    def note(number: int, _frame: object) -> None:
        writer.send(meant.get(number, number))

    former = {number: signal.signal(number, note) for number in numbers}
    try:
        yield reader
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()
