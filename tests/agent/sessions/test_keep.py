"""A session is written behind its back: soon, seldom, and without ever being in its way."""

from __future__ import annotations

import asyncio

import pytest

from agent.core.calls import CallResult
from agent.sessions.in_process import InProcess
from agent.sessions.keep import Keep
from agent.sessions.sealing import Seal
from agent.sessions.store import StoreDown
from agent.upstreams import run_loop
from tests.waiting import until


class Store(InProcess):
    """Holds every writing until it is let through."""

    def __init__(self):
        self.written, self.through, self.held, self.down = [], asyncio.Event(), True, False
        self.through.set()

    async def save(self, handle, stored, ttl_s):
        if self.down:
            raise StoreDown("down")
        await self.through.wait()
        self.written.append(Seal().open(stored.state, handle)["n"])
        return self.held


class Bench:
    def __init__(self):
        self.store, self.n, self.changes, self.fenced, self.delivered = Store(), 0, 0, [], []
        self.keep = Keep(
            "s",
            1,
            "one",
            60.0,
            store=self.store,
            seal=Seal(),
            pack=self._pack,
            changes=lambda: self.changes,
            fenced=self.fenced.append,
            deliver=lambda *outcome: self.delivered.append(outcome),
        )

    def _pack(self):
        if self.n is None:
            raise RuntimeError("a bug")
        return {"n": self.n}

    def happens(self):
        self.n += 1
        self.changes += 1
        self.keep.changed()


@pytest.fixture
async def bench():
    bench = Bench()
    yield bench
    bench.keep.gone()


async def test_what_happens_at_once_is_written_once(bench):
    for _ in range(50):
        bench.happens()
    await until(lambda: bench.store.written)
    assert bench.store.written == [50]


async def test_what_happens_while_it_is_written_is_written_after_it(bench):
    bench.store.through.clear()
    bench.happens()
    await until(lambda: bench.keep._writing is not None)
    await asyncio.sleep(0)
    bench.happens()
    bench.happens()
    noted = asyncio.create_task(bench.keep.noted())
    await asyncio.sleep(0)
    assert not noted.done()
    bench.store.through.set()
    await noted
    assert bench.store.written == [1, 3]


async def test_whoever_waits_for_a_writing_waits_half_a_second_at_most_and_not_at_all_while_the_store_is_down(
    bench, monkeypatch
):
    monkeypatch.setattr("agent.sessions.keep.PATIENCE", 0.01)
    bench.store.through.clear()
    await bench.keep.noted()
    bench.store.trouble = "down"
    await bench.keep.noted()
    assert bench.store.written == []


async def test_another_worker_that_has_the_session_is_told_of_once_and_nothing_is_written_after_it(bench):
    bench.store.held = False
    bench.happens()
    await until(lambda: bench.fenced)
    assert bench.fenced == [bench.keep]
    bench.keep.gone()
    written = list(bench.store.written)
    bench.happens()
    await bench.keep.noted()
    assert bench.store.written == written


async def test_a_store_that_is_down_costs_nothing_and_is_told_again_when_it_is_back(bench):
    bench.store.down = True
    bench.happens()
    await until(lambda: bench.keep._writing is not None and bench.keep._writing.done())
    bench.store.down = False
    bench.keep.again()
    await bench.keep.noted()
    assert bench.store.written == [1]


async def test_a_session_that_cannot_be_packed_goes_on_and_the_log_says_so(bench, caplog):
    bench.n = None
    bench.keep.token("digest")
    await until(lambda: bench.keep._writing is not None and bench.keep._writing.done())
    assert "session s cannot be kept" in caplog.text


async def test_the_last_writing_waits_for_the_one_before_it(bench):
    bench.store.through.clear()
    bench.happens()
    await until(lambda: bench.keep._writing is not None)
    await asyncio.sleep(0)
    last = asyncio.create_task(bench.keep.last({"n": 99}))
    await asyncio.sleep(0)
    bench.store.through.set()
    await last
    assert bench.store.written == [1, 99]


async def test_an_outcome_after_the_end_is_handed_on(bench):
    result = CallResult("done")
    bench.keep.outcome("c1", result, job=True)
    assert bench.delivered == [(bench.keep, "c1", result, True)]


def test_what_happens_just_after_a_new_token_is_written_with_it_on_the_loop_that_serves():
    async def work():
        bench = Bench()
        bench.keep.token("digest")  # at once: of such a timer uvloop does not tell when it is due
        bench.happens()
        await until(lambda: bench.store.written)
        bench.keep.gone()
        assert bench.store.written == [1]
        return 0

    assert run_loop(work) == 0
