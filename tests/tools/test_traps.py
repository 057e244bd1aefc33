"""Defects of neighbouring projects that this package must not have."""

import asyncio
import json
import sys
import threading
import time

from tools import Result, ToolContext, Toolset, invoke, tool
from tools.threads import Threads


@tool
def lookup(query: str) -> str:
    """Look something up."""
    return query


async def test_an_unknown_tool_malformed_arguments_or_an_exception_do_not_end_the_session(error_of):
    def fails() -> None:
        raise ValueError("no")

    tools = Toolset([lookup, fails])
    codes = [
        error_of(await invoke(tools, name, arguments, ToolContext()))["code"]
        for name, arguments in [("nothing", "{}"), ("lookup", "{oops"), ("lookup", "{}"), ("fails", "{}")]
    ]
    assert codes == ["unknown_tool", "malformed_arguments", "invalid_arguments", "exception"]
    assert (await invoke(tools, "lookup", '{"query": "still here"}', ToolContext())).output == "still here"


async def test_a_blocking_tool_does_not_freeze_the_event_loop(call):
    alive = threading.Event()

    def blocks() -> str:
        return "the loop went on" if alive.wait(5) else "the loop stood still"

    running = asyncio.create_task(call(blocks))
    await asyncio.sleep(0.01)  # comes back at once only if the tool does not block the loop
    alive.set()
    assert (await running).output == "the loop went on"


async def test_tools_run_side_by_side(call):
    meeting = asyncio.Barrier(3)

    async def meets() -> str:
        await meeting.wait()
        return "met"

    outcomes = await asyncio.wait_for(asyncio.gather(*(call(meets) for _ in range(3))), 5)
    assert [outcome.output for outcome in outcomes] == ["met"] * 3


async def test_two_sessions_calling_the_same_tool_share_no_state():
    arrived = asyncio.Barrier(2)

    async def whose(context: ToolContext) -> str:
        await arrived.wait()
        await context.progress("mine")
        return context.session_id

    tools, heard = Toolset([whose]), {"one": [], "two": []}
    contexts = {name: ToolContext(name, emit=heard[name].append) for name in heard}
    outcomes = await asyncio.gather(*(invoke(tools, "whose", "", each) for each in contexts.values()))
    assert [outcome.output for outcome in outcomes] == ["one", "two"]
    assert [len(each) for each in heard.values()] == [1, 1]


def test_a_definition_has_exactly_the_four_keys_a_service_takes():
    assert [list(each) for each in Toolset([lookup]).definitions()] == [["type", "name", "description", "parameters"]]


async def test_citations_come_from_the_tool_and_never_from_what_the_model_sends(call):
    async def find(query: str) -> Result:
        return Result("passage", citations=[{"id": "p1", "document": "a.pdf", "page": 2}])

    outcome = await call(find, '{"query": "x"}')
    assert [each["id"] for each in outcome.citations] == ["p1"]
    forged = await call(find, json.dumps({"query": "x", "citations": [{"id": "made up"}]}))
    assert forged.error == "invalid_arguments"
    assert forged.citations == ()


async def test_a_cancelled_call_that_waits_in_line_is_not_run_after_all(call, monkeypatch):
    monkeypatch.setattr(sys.modules["tools.invoke"], "_threads", Threads(limit=1))
    orders = []

    def order(number: int) -> None:
        time.sleep(0.05)
        orders.append(number)

    first, second = (asyncio.create_task(call(order, f'{{"number": {number}}}')) for number in (1, 2))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await call(order, '{"number": 3}')
    assert orders == [1, 3]
