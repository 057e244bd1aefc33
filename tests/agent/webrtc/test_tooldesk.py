"""ToolDesk: each call once, in its time, and no more than a conversation needs."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.links import source_url
from agent.webrtc import tooldesk
from agent.webrtc.errand import Errand
from agent.webrtc.tooldesk import MOST_AT_ONCE, ToolDesk, TooManyCallsError
from tests.waiting import until
from tools import HandOff, Later, Result, ToolContext, ToolPolicy, Toolset, User, tool

RUNS: list[str] = []


@tool
async def look_up(query: str) -> Result:
    """Look something up."""
    RUNS.append(query)
    return Result({"found": query}, for_client={"shown": query}, citations=[{"document": "a.pdf", "page": 2}])


@tool(timeout_s=0.01)
async def stall() -> str:
    """Take for ever."""
    await asyncio.Event().wait()
    return ""


@pytest.fixture
async def desk():
    RUNS.clear()
    desk = ToolDesk(Toolset([look_up, stall]), "sess_1", lambda citation: f"/{citation['document']}")
    yield desk
    await desk.close()


async def test_a_call_gives_the_model_its_output_and_the_page_what_it_may_see(desk):
    done = await desk.run(Errand("c1", "look_up", '{"query": "leave"}'))
    assert json.loads(done["output"]) == {"found": "leave"}
    assert (done["status"], done["error"], done["result"]) == ("completed", None, {"shown": "leave"})
    (citation,) = done["citations"]
    assert citation.items() >= {"document": "a.pdf", "page": 2, "url": "/a.pdf"}.items()


async def test_a_citation_of_ones_own_tool_needs_no_more_than_its_text_and_is_told_whole():
    @tool
    async def wiki() -> Result:
        """Look it up."""
        return Result("at nine", citations=[{"text": "The office opens at nine."}])

    desk = ToolDesk(Toolset([wiki]), "sess_1", source_url)
    (citation,) = (await desk.run(Errand("c1", "wiki", "{}")))["citations"]
    assert (citation["title"], citation["url"]) == ("The office opens at nine.", "")
    assert (citation["document"], citation["page"], citation["headings"]) == ("", None, [])
    await desk.close()


async def test_a_call_that_is_brought_twice_runs_once(desk):
    both = await asyncio.gather(*(desk.run(Errand("c1", "look_up", '{"query": "leave"}')) for _ in range(2)))
    assert both[0] == both[1]
    assert RUNS == ["leave"]


@pytest.mark.parametrize(("name", "arguments"), [("unknown", "{}"), ("look_up", "{"), ("look_up", '{"q": 1}')])
async def test_whatever_the_model_did_wrong_is_an_output_it_can_read(desk, name, arguments):
    done = await desk.run(Errand("c1", name, arguments))
    assert done["status"] == "failed"
    assert json.loads(done["output"])["error"]["message"]


async def test_a_tool_that_takes_too_long_is_stopped(desk):
    done = await desk.run(Errand("c1", "stall", "{}"))
    assert (done["status"], done["error"]) == ("timed_out", "timeout")
    assert "did not answer" in json.loads(done["output"])["error"]["message"]


async def test_a_session_that_asks_for_too_many_calls_is_refused(monkeypatch):
    @tool(timeout_s=None)
    async def wait() -> str:
        """Wait."""
        await asyncio.Event().wait()
        return ""

    desk = ToolDesk(Toolset([wait]), "sess_1", lambda _: "")
    waiting = [asyncio.ensure_future(desk.run(Errand(f"c{number}", "wait", "{}"))) for number in range(MOST_AT_ONCE)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyCallsError):
        await desk.run(Errand("one more", "wait", "{}"))
    await desk.close()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize(("job_s", "status", "output"), [(60, "completed", "ready"), (0.01, "timed_out", "0.01 s")])
async def test_a_page_that_nobody_can_tell_anything_later_waits_for_the_job(job_s, status, output):
    @tool(policy=ToolPolicy(job_timeout_s=job_s))
    async def export() -> Later:
        async def work():
            await (asyncio.sleep(0) if job_s > 1 else asyncio.Event().wait())
            return "ready"

        return Later(work())

    desk = ToolDesk(Toolset([export]), "sess_1", str)
    done = await desk.run(Errand("c1", "export", "{}"))
    assert done["status"] == status
    assert output in done["output"]
    await desk.close()


async def test_a_tool_is_told_who_is_calling():
    @tool
    def who(context: ToolContext) -> str:
        return context.user.id

    desk = ToolDesk(Toolset([who]), "sess_1", str, User("ann"))
    assert (await desk.run(Errand("c1", "who", "{}")))["output"] == "ann"
    await desk.close()


async def test_a_page_that_configures_the_model_itself_is_handed_over_to_nobody():
    @tool
    def transfer() -> HandOff:
        """Hand over."""
        return HandOff("Billing")

    over = []

    async def closed():
        over.append(True)

    desk = ToolDesk(Toolset([transfer]), "sess_1", lambda _: "", over=closed)
    done = await desk.run(Errand("c1", "transfer", ""))
    assert done["status"] == "failed"
    assert "no agent 'Billing'" in done["output"]
    await desk.close()
    assert over == [True]


@tool(policy=ToolPolicy(approval=True, timeout_s=0.01))
async def pay() -> str:
    """Pay."""
    RUNS.append("paid")
    return "paid"


async def test_the_time_of_a_call_begins_with_its_approval():
    RUNS.clear()
    desk, loop = ToolDesk(Toolset([pay]), "sess_1", str), asyncio.get_running_loop()
    began = loop.time()
    assert (await desk.run(Errand("c1", "pay", "{}", asks=True)))["status"] == "approval_requested"
    await until(lambda: loop.time() - began > 0.03)
    done = await desk.run(Errand("c1", "pay", "{}", asks=True, decision="approve"))
    assert (done["status"], RUNS) == ("completed", ["paid"])
    await desk.close()


async def test_a_call_that_waits_for_its_user_is_gone_when_the_session_is_over():
    before, desk = asyncio.all_tasks(), ToolDesk(Toolset([pay]), "sess_1", str)
    RUNS.clear()
    assert (await desk.run(Errand("c1", "pay", "{}", asks=True)))["status"] == "approval_requested"
    await desk.close()
    assert asyncio.all_tasks() == before
    assert RUNS == []


async def test_a_repeated_call_brings_its_passages_once(desk):
    brought = [await desk.run(Errand(each, "look_up", '{"query": "leave"}', turn="u1")) for each in ("c1", "c2", "c2")]
    assert [len(each["citations"]) for each in brought] == [1, 0, 0]
    assert [each["output"] for each in brought] == [brought[0]["output"]] * 3
    assert RUNS == ["leave"]


async def test_a_call_that_only_repeats_counts_as_one_more(monkeypatch, desk):
    monkeypatch.setattr(tooldesk, "MOST_CALLS", 2)
    for each in ("c1", "c2"):
        await desk.run(Errand(each, "look_up", '{"query": "leave"}', turn="u1"))
    with pytest.raises(TooManyCallsError):
        await desk.run(Errand("c3", "look_up", '{"query": "leave"}', turn="u1"))
