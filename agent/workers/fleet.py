"""Fleet: which workers there are and what is to be done with them. It starts nothing itself and has no clock.

There are as many places as workers are wanted. A place has at most one worker that serves and one that is to follow
it; those that leave belong to no place any more. The first worker begins alone: what is wrong with the configuration
is then said once, and not by all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from agent.core.backoff import Backoff

SETTLED = 60.0  # seconds after which a worker that dies has not failed at its beginning
MARGIN = 20.0  # seconds beyond the grace that a worker has to close what is left


class State(Enum):
    """What a worker does."""

    STARTING = auto()
    SERVING = auto()
    LEAVING = auto()


@dataclass(slots=True)
class Worker:
    """One process.

    Attributes:
        number: Its own; no other worker has had it.
        place: Which place it was begun for, from 0.
        since: When it began, in seconds.
        slot: The smallest number from 0 that no other process had when it began; free again once it has ended.
        state: What it does.
        last: When it is ended by force, if it still runs.
    """

    number: int
    place: int
    since: float
    slot: int = 0
    state: State = State.STARTING
    last: float | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a worker."""

    worker: Worker


@dataclass(frozen=True, slots=True)
class Retire:
    """Tell it to leave the port to the others."""

    worker: Worker


@dataclass(frozen=True, slots=True)
class Drain:
    """Tell it that everything stops."""

    worker: Worker


@dataclass(frozen=True, slots=True)
class Halt:
    """Tell it to end now."""

    worker: Worker


@dataclass(frozen=True, slots=True)
class Kill:
    """End it by force."""

    worker: Worker


@dataclass(frozen=True, slots=True)
class Note:
    """Say something in the log."""

    text: str
    bad: bool = False


Action = Start | Retire | Drain | Halt | Kill | Note


@dataclass(slots=True)
class _Place:
    serving: Worker | None = None
    coming: Worker | None = None
    failures: int = 0
    retry_at: float | None = None


# Before a worker that failed is begun anew, from the second time on; the first time is at once.
PAUSES = Backoff(first=0.5, longest=30.0)


@dataclass(slots=True)
class Fleet:
    """Decides.

    Attributes:
        size: How many workers are wanted.
        grace: Seconds that the sessions of a worker which leaves have.
        complete: All of them have served at the same time once.
        stopping: No worker is begun any more.
        failed: How the very first worker ended before it served, so that there is nothing to keep running; else None.
    """

    size: int
    grace: float
    complete: bool = False
    stopping: bool = False
    failed: str | None = None
    _places: list[_Place] = field(default_factory=list[_Place])
    _workers: dict[int, Worker] = field(default_factory=dict[int, Worker])
    _count: int = 0
    _served: bool = False
    _rolling: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self._places = [_Place() for _ in range(self.size)]

    @property
    def ended(self) -> bool:
        """Nobody is left, and nobody follows."""
        return self.stopping and not self._workers

    @property
    def served(self) -> bool:
        """A worker has served once, so that what goes wrong now is no mistake of the beginning."""
        return self._served

    def begin(self, now: float) -> list[Action]:
        """Begin the first one."""
        return [self._start(0, now)]

    def ready(self, number: int, now: float) -> list[Action]:
        """A worker serves."""
        worker = self._workers.get(number)
        if worker is None or worker.state is not State.STARTING:
            return []
        worker.state = State.SERVING
        place = self._places[worker.place]
        former, place.serving, place.coming = place.serving, worker, None
        actions: list[Action] = [] if former is None else [self._leave(former, now), Retire(former)]
        if not self._served:
            self._served = True
            actions += [self._start(each, now) for each in range(1, self.size)]
        self.complete = self.complete or all(each.serving is not None for each in self._places)
        return [Note(f"worker {number} serves"), *actions, *self._roll_on(worker.place, now)]

    def leaving(self, number: int, now: float) -> list[Action]:
        """A worker that serves was asked by somebody else to stop: another one is to take its place at once."""
        worker = self._workers.get(number)
        if worker is None or worker.state is State.LEAVING or self.stopping:
            return []
        self._vacate(worker)
        place = self._places[worker.place]
        noted = self._leave(worker, now)
        return [noted] if place.coming is not None else [noted, self._start(worker.place, now)]

    @property
    def serving(self) -> set[int]:
        """The numbers of the workers that serve: neither begin nor leave, which has a limit of its own."""
        return {number for number, each in self._workers.items() if each.state is State.SERVING}

    def hung(self, number: int, seconds: float) -> list[Action]:
        """A worker that serves has not answered for so long. It is ended, and its end brings the one that follows."""
        worker = self._workers.get(number)
        if worker is None or worker.state is not State.SERVING:
            return []
        text = f"worker {number} has not answered for {seconds:g} s, as its event loop is blocked: it is ended by force"
        return [Note(text, bad=True), Kill(worker)]

    def died(self, number: int, code: int | None, now: float) -> list[Action]:
        """A process has ended.

        Args:
            number: Of the worker.
            code: Its exit code; negative for the number of a signal.
            now: Seconds.
        """
        worker = self._workers.pop(number, None)
        if worker is None or worker.state is State.LEAVING or self.stopping:
            return []
        how = f"worker {number} ended {_with(code)}"
        if not self._served:
            self.failed, self.stopping = how, True
            return self._end_all()
        began = worker.state is State.SERVING
        self._vacate(worker)
        place = self._places[worker.place]
        if place.serving is not None:
            # Only a restart begins a worker beside one that serves.
            left, self._rolling = len(self._rolling), []
            text = f"{how} before it served: {left} of {self.size} workers are left as they were"
            return [Note(text, bad=True)]
        settled = began and now - worker.since >= SETTLED
        place.failures = 1 if settled else place.failures + 1
        pause = 0.0 if place.failures == 1 else PAUSES.pause(place.failures - 1, chance=1.0)
        if place.coming is not None:
            return [Note(how, bad=True)]
        if pause == 0.0:
            return [Note(f"{how}: another one is begun", bad=True), self._start(worker.place, now)]
        place.retry_at = now + pause
        return [Note(f"{how}: another one is begun in {pause:g} s", bad=True)]

    def roll(self, now: float) -> list[Action]:
        """Replace all workers, one after the other: each is left only when the one that follows it serves."""
        if self.stopping or not self._served:
            return [Note("not restarted: the workers are " + ("stopping" if self.stopping else "only beginning"))]
        self._rolling = list(range(self.size))
        return [Note(f"restarting {self.size} workers, one after the other"), *self._roll_next(now)]

    def stop(self, now: float) -> list[Action]:
        """Everything stops; what runs has its grace."""
        if self.stopping:
            return self.halt(now)
        self.stopping = True
        actions: list[Action] = []
        for worker in self._workers.values():
            begun = worker.state is not State.STARTING
            if worker.state is not State.LEAVING:
                self._leave(worker, now)
            actions.append(Drain(worker) if begun else Kill(worker))
        return actions

    def halt(self, now: float) -> list[Action]:
        """Everything stops now."""
        self.stopping = True
        for worker in self._workers.values():
            worker.last = now + MARGIN
        return self._end_all()

    def next_deadline(self) -> float | None:
        """When `tick` wants to be called."""
        times = [worker.last for worker in self._workers.values()] + [place.retry_at for place in self._places]
        return min((each for each in times if each is not None), default=None)

    def tick(self, now: float) -> list[Action]:
        """Do what is due."""
        actions: list[Action] = []
        for worker in self._workers.values():
            if worker.last is not None and now >= worker.last:
                worker.last = None
                actions += [Note(f"worker {worker.number} did not end in time", bad=True), Kill(worker)]
        for index, place in enumerate(self._places):
            if place.retry_at is not None and now >= place.retry_at:
                place.retry_at = None
                if not self.stopping:
                    actions.append(self._start(index, now))
        return actions

    def _start(self, place: int, now: float) -> Action:
        self._count += 1
        taken = {each.slot for each in self._workers.values()}
        slot = next(each for each in range(len(taken) + 1) if each not in taken)
        worker = Worker(self._count, place, now, slot)
        self._workers[worker.number] = self._places[place].coming = worker
        self._places[place].retry_at = None
        return Start(worker)

    def _leave(self, worker: Worker, now: float) -> Note:
        worker.state = State.LEAVING
        worker.last = now + self.grace + MARGIN
        return Note(f"worker {worker.number} leaves; its sessions have {self.grace:g} s")

    def _vacate(self, worker: Worker) -> None:
        place = self._places[worker.place]
        if place.serving is worker:
            place.serving = None
        if place.coming is worker:
            place.coming = None

    def _roll_on(self, place: int, now: float) -> list[Action]:
        if self._rolling and self._rolling[0] == place:
            self._rolling.pop(0)
            return self._roll_next(now) if self._rolling else [Note("all workers were restarted")]
        return []

    def _roll_next(self, now: float) -> list[Action]:
        place = self._places[self._rolling[0]]
        # One that is coming already was begun before: it may have read what is old by now. It serves first, and then
        # is replaced as well.
        if place.coming is not None:
            self._rolling.append(self._rolling[0])
            return []
        return [self._start(self._rolling[0], now)]

    def _end_all(self) -> list[Action]:
        # Who is only beginning has no callers, and listens to nobody yet.
        return [Kill(each) if each.state is State.STARTING else Halt(each) for each in self._workers.values()]


def _with(code: int | None) -> str:
    if code is not None and code < 0:
        return f"by signal {-code}"
    return f"with exit code {code}"
