import asyncio
import contextvars
import functools
import logging
import sys
import threading

import pytest
from pydantic import BaseModel

from tools import Outcome, Progress, Result, ToolContext, ToolError, Toolset, User, invoke


async def test_an_async_tool_runs_on_the_event_loop(call):
    async def where() -> bool:
        return threading.current_thread() is threading.main_thread()

    assert (await call(where)).output == "true"


async def test_a_sync_tool_runs_in_a_thread_with_the_callers_context_variables(call):
    variable = contextvars.ContextVar("variable")
    variable.set("mine")

    def where() -> str:
        return f"{threading.current_thread() is threading.main_thread()} {variable.get()}"

    assert (await call(where)).output == "False mine"


async def test_arguments_arrive_typed_and_defaults_are_those_of_the_function(call):
    class Room(BaseModel):
        beds: int

    from tools import tool

    @tool
    def book(room: Room, nights: int = 2) -> int:
        return room.beds * nights

    assert (await call(book, '{"room": {"beds": 3}}')).output == "6"


async def test_the_context_is_handed_in_under_whatever_name(call):
    async def who(greeting: str, *, current: ToolContext | None = None) -> str:
        return f"{greeting}, {current.user.name}"

    context = ToolContext(user=User("1", "Ada"))
    assert (await call(who, '{"greeting": "Hello"}', context)).output == "Hello, Ada"


async def test_the_model_cannot_send_the_context_itself(call, error_of):
    async def who(context: ToolContext) -> str:
        return context.session_id

    assert error_of(await call(who, '{"context": "x"}'))["fields"][0]["field"] == "context"


async def test_a_sync_tool_reports_its_progress_while_it_runs(call):
    seen = []

    def slow(context: ToolContext) -> None:
        context.progress_from_thread("half", fraction=0.5)
        context.progress_from_thread("whole", fraction=1)

    await call(slow, "", ToolContext(emit=seen.append))
    assert seen == [Progress("half", 0.5), Progress("whole", 1.0)]


async def test_a_result_reaches_model_client_and_citations(call):
    async def find() -> Result:
        return Result("short", for_client=[1], citations=[{"id": "p1"}])

    assert await call(find) == Outcome("short", [1], ({"id": "p1"},))


async def test_a_plain_wrapper_around_an_async_tool_is_awaited(call):
    async def inner(a: int) -> int:
        return a + 1

    @functools.wraps(inner)
    def wrapper(*args, **kwargs):
        return inner(*args, **kwargs)

    assert (await call(wrapper, '{"a": 1}')).output == "2"


async def test_an_unknown_tool_gets_an_error_the_model_can_read(error_of):
    def first(): ...
    def second(): ...

    error = error_of(await invoke(Toolset([first, second]), "third", "", ToolContext()))
    assert error == {"code": "unknown_tool", "message": "There is no tool named 'third'. The tools are: first, second."}
    assert "no tools at all" in error_of(await invoke(Toolset(), "x", "", ToolContext()))["message"]


async def test_malformed_arguments_do_not_reach_the_tool(call, error_of):
    ran = []

    def find(a: int = 1) -> None:
        ran.append(a)

    for arguments in ("{", "[1]", '{"a": "x"}', '{"b": 1}'):
        assert error_of(await call(find, arguments))["code"] in {"malformed_arguments", "invalid_arguments"}
    assert ran == []


@pytest.mark.parametrize(("text", "message"), [("No such order.", "No such order."), ("", "did not say why")])
async def test_the_text_of_a_tool_error_is_shown_to_the_model(call, error_of, text, message):
    async def find() -> None:
        raise ToolError(text)

    error = error_of(await call(find))
    assert error["code"] == "tool_error"
    assert message in error["message"]


async def test_any_other_exception_is_logged_and_shown_only_by_its_id(call, error_of, caplog):
    def find(card: str) -> None:
        raise RuntimeError(f"database password hunter2 refused card {card}")

    with caplog.at_level(logging.DEBUG):
        error = error_of(await call(find, '{"card": "4111"}', ToolContext("s1", "c1")))
    assert error["code"] == "exception"
    assert "hunter2" not in error["message"]
    error_id = error["message"].partition("error id ")[2][:8]
    assert f"error id {error_id}, session s1, call c1" in caplog.text
    assert "RuntimeError: database password hunter2 refused card …" in caplog.text
    assert "4111" not in caplog.text


def leaves():
    sys.exit(1)


def stops():
    raise StopIteration


async def leaves_async():
    sys.exit(1)


async def cancelled_inside():
    raise asyncio.CancelledError


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(int, "x"))


@pytest.mark.parametrize("function", [leaves, stops, leaves_async, cancelled_inside, group])
async def test_whatever_a_tool_raises_is_an_outcome(call, error_of, function):
    assert error_of(await asyncio.wait_for(call(function), 5))["code"] == "exception"


async def test_a_result_that_cannot_be_sent_is_told_to_model_and_log(call, error_of, caplog):
    def find() -> object:
        return object()

    error = error_of(await call(find))
    assert error["code"] == "bad_result"
    assert "for_model (object) has no JSON form" in caplog.text


async def test_cancelling_the_task_tells_a_thread_to_stop(call):
    started, stopped = threading.Event(), threading.Event()

    def patient(context: ToolContext) -> None:
        started.set()
        if context.cancelled.wait(10):
            stopped.set()

    context = ToolContext()
    task = asyncio.create_task(call(patient, "", context))
    assert await asyncio.to_thread(started.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert context.cancelled.is_set()
    assert await asyncio.to_thread(stopped.wait, 5)


async def test_cancelling_the_task_ends_an_async_tool(call):
    ended = []

    async def endless(context: ToolContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    context = ToolContext()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(endless, "", context), 0.02)
    assert ended == [True]
    assert context.cancelled.is_set()


async def test_a_call_that_ends_by_itself_is_not_cancelled(call):
    context = ToolContext()
    await call(leaves, "", context)
    assert not context.cancelled.is_set()
