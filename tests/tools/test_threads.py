import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import tools
from tools.threads import Threads


async def test_a_function_runs_in_another_thread_and_its_value_comes_back():
    assert await Threads().run(threading.get_ident) != threading.get_ident()


async def test_what_the_function_raises_comes_back_even_what_a_future_refuses():
    def stop():
        raise StopIteration(3)

    def leave():
        sys.exit(2)

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(Threads().run(stop), 5)
    with pytest.raises(SystemExit):
        await Threads().run(leave)


async def test_context_variables_are_those_of_the_caller():
    variable = contextvars.ContextVar("variable", default="outer")
    variable.set("inner")
    assert await Threads().run(variable.get) == "inner"


async def test_no_more_than_the_limit_run_at_once_and_the_rest_wait_in_line():
    lock, running, most = threading.Lock(), 0, 0

    def work(number):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return number

    threads = Threads(limit=3)
    values = await asyncio.gather(*(threads.run(lambda n=n: work(n)) for n in range(20)))
    assert values == list(range(20))
    assert 1 < most <= 3


async def test_a_call_cancelled_while_in_line_never_runs():
    threads, gate, ran = Threads(limit=1), threading.Event(), []
    first = asyncio.create_task(threads.run(gate.wait))
    second = asyncio.create_task(threads.run(lambda: ran.append(2)))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    gate.set()
    await first
    assert await threads.run(lambda: 3) == 3
    assert ran == []


async def test_the_result_of_a_call_cancelled_while_it_runs_is_dropped():
    gate, done = threading.Event(), threading.Event()

    def work():
        gate.wait()
        done.set()

    task = asyncio.create_task(Threads().run(work))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    assert await asyncio.to_thread(done.wait, 5)
    await asyncio.sleep(0.01)  # the dropped result arrives without a complaint


def test_a_thread_may_end_after_its_loop_was_closed():
    gate, ended = threading.Event(), threading.Event()
    threads = Threads()

    async def give_up():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(threads.run(gate.wait), 0.01)

    asyncio.run(give_up())
    gate.set()
    asyncio.run(threads.run(ended.set))
    assert ended.is_set()


async def test_a_system_without_threads_to_give_fails_that_call_only(monkeypatch):
    threads = Threads(limit=1)

    def refuse(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start"):
            await threads.run(lambda: 1)
    assert await asyncio.wait_for(threads.run(lambda: 2), 5) == 2


def test_a_tool_that_hangs_does_not_keep_the_process_from_ending():
    script = (
        "import asyncio, time\n"
        "from tools.threads import Threads\n"
        "async def main():\n"
        "    asyncio.ensure_future(Threads().run(lambda: time.sleep(600)))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n"
    )
    root = Path(tools.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", script], timeout=30, check=False, cwd=root).returncode == 0
