"""Sources: made, opened, shared and closed."""

from __future__ import annotations

import asyncio

import pytest

from tools import DefinitionError, DynamicToolset, PerProcess, PerSession, SourceError, Toolset, User, tool
from tools.opening import OpenTools, Shared, sorted_out

log = []


@tool
def plain() -> str:
    """Plain."""
    return "plain"


class Basket:
    def __init__(self, user=None):
        self.user = user

    @tool
    def add(self, thing: str) -> str:
        """Add."""
        return thing

    def close(self):
        log.append(("closed", self.user))


class Line(DynamicToolset):
    def __init__(self, *functions, fails=None):
        super().__init__()
        self.tools, self.fails = Toolset(functions), fails

    @property
    def toolset(self):
        return self.tools

    async def open(self):
        log.append("open")
        if self.fails:
            raise self.fails

    async def close(self):
        log.append("close")


@pytest.fixture(autouse=True)
def _empty():
    log.clear()


async def opened(*entries, shared=None, user=None):
    return await OpenTools.open(*sorted_out(entries), shared or Shared(), user)


async def test_each_session_has_an_object_of_its_own_made_for_its_user_and_closed_with_it():
    made = lambda user: Basket(user)  # noqa: E731, PLW0108  (it must be given the user)
    source = PerSession(made)
    one, other = await opened(Toolset([plain]), source, user=User("ada")), await opened(source, user=User("bob"))
    assert one.toolset.names == ("plain", "add")
    assert one.toolset.spec("add").function.__self__ is not other.toolset.spec("add").function.__self__
    await one.close()
    assert log == [("closed", User("ada"))]
    await one.close()
    assert len(log) == 1


async def test_what_a_process_shares_is_opened_once_and_closed_at_its_end():
    shared, line = Shared(), Line(plain)
    sessions = await asyncio.gather(*(opened(line, shared=shared) for _ in range(3)))
    assert log == ["open"]
    for session in sessions:
        await session.close()
    assert log == ["open"]
    await shared.close()
    assert log == ["open", "close"]


async def test_objects_lists_and_toolsets_may_be_made_plain_or_async_and_closed_in_any_way():
    class Manager:
        def __enter__(self):
            return [plain]

        def __exit__(self, *_error):
            log.append("left")

    class AsyncManager(Basket):
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_error):
            log.append("async left")

    class Door:
        @tool
        def close(self) -> str:
            """Close the door."""
            return "closed"

        async def aclose(self):
            log.append("aclosed")

    async def later():
        return Toolset([plain])

    for factory in (Manager, AsyncManager, Door, later, lambda: Line(plain)):
        tools = await opened(PerSession(factory))
        assert len(tools.toolset) == 1
        await tools.close()
    assert log == ["left", "async left", "aclosed", "open", "close"]


async def test_a_tool_called_close_is_not_taken_for_the_end():
    class Door:
        @tool
        def close(self) -> str:
            """Close the door."""
            raise AssertionError

    await (await opened(PerSession(Door))).close()


async def test_a_shared_object_is_made_once():
    shared, source = Shared(), PerProcess(Basket)
    one, other = await opened(source, shared=shared), await opened(source, shared=shared)
    assert one.toolset.spec("add").function.__self__ is other.toolset.spec("add").function.__self__
    await shared.close()
    assert log == [("closed", None)]


async def test_what_cannot_be_opened_refuses_the_session_in_words_and_closes_the_rest():
    good, bad = PerSession(Basket), PerSession(lambda: Line(fails=SourceError("the shop is shut")))
    with pytest.raises(SourceError, match="the shop is shut"):
        await opened(good, bad)
    assert log == ["open", "close", ("closed", None)]


async def test_an_exception_in_a_factory_is_told_without_its_text(caplog):
    def factory():
        raise KeyError("secret")

    with pytest.raises(SourceError, match="KeyError") as caught:
        await opened(PerSession(factory))
    assert "secret" not in str(caught.value)
    assert "secret" in caplog.text


async def test_a_shared_source_that_failed_is_tried_anew_by_the_next_session():
    shared, line = Shared(), Line(plain, fails=SourceError("not yet"))
    with pytest.raises(SourceError):
        await opened(line, shared=shared)
    line.fails = None
    assert (await opened(line, shared=shared)).toolset.names == ("plain",)


async def test_a_failure_that_nobody_waited_for_any_more_refuses_nobody_later():
    """A caller leaves while the tools still open; who calls an hour later gets them, and not the old error."""
    shared, line, begun, may_fail = Shared(), Line(plain), asyncio.Event(), asyncio.Event()

    async def fails():
        begun.set()
        await may_fail.wait()
        raise SourceError("not yet")

    line.open = fails
    leaving = asyncio.create_task(opened(line, shared=shared))
    await begun.wait()
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    may_fail.set()
    for _ in range(10):
        await asyncio.sleep(0)
    del line.open
    assert (await opened(line, shared=shared)).toolset.names == ("plain",)
    await shared.close()


async def test_a_source_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr("tools.opening.OPENING_TIME", 0.01)
    with pytest.raises(SourceError, match="did not open within"):
        await opened(PerSession(lambda: asyncio.sleep(60)))


async def test_two_tools_of_one_name_refuse_the_session_and_later_the_first_is_kept(caplog):
    line = Line(plain)
    with pytest.raises(SourceError, match="two tools have the name 'plain'"):
        await opened(plain, line)
    line.tools = Toolset()
    session = await opened(plain, line)
    line.tools = Toolset([tool(name="plain")(lambda: "other")])
    assert session.toolset.spec("plain").function is plain
    assert session.toolset.names == ("plain",)
    assert caplog.text.count("its name 'plain' is that of tool tests.tools.test_source.plain") == 1


class Elsewhere(Line):
    """Tools that somebody else names."""

    foreign = True


def named(name, answer):
    return tool(name=name, description="A tool.")(lambda: answer)


async def test_a_tool_that_is_named_elsewhere_never_takes_the_place_of_ours_and_costs_nobody_the_session(caplog):
    shared = Shared()
    first, second = Elsewhere(named("plain", "1"), named("theirs", "1")), Elsewhere(named("theirs", "2"))
    ours = Line(named("ours", "0"))
    sessions = [await opened(first, second, plain, ours, shared=shared) for _ in range(2)]
    for session in sessions:
        assert session.toolset.names == ("plain", "ours", "theirs")
        assert session.toolset.spec("plain").function is plain
        assert session.toolset.spec("theirs").function() == "1"
        assert [each.tool.name for each in session.left_out] == ["plain", "theirs"]
    assert caplog.text.count("McpServer(name=…)") == 2
    first.tools = Toolset([named("ours", "1")])
    assert sessions[0].toolset.spec("ours").function() == "0"
    assert sessions[0].toolset.spec("theirs").function() == "2"


async def test_of_two_tools_of_ours_the_session_is_refused_whatever_others_list():
    with pytest.raises(SourceError, match="two tools have the name 'plain'"):
        await opened(Elsewhere(named("x", "1")), Line(plain), PerSession(lambda: [plain]))


async def test_a_change_is_told_to_those_who_watch_until_they_leave():
    shared, line, told = Shared(), Line(plain), []
    session = await opened(line, shared=shared)
    session.watch(lambda: told.append("changed"))
    line.changed()
    await asyncio.to_thread(line.changed)
    await asyncio.sleep(0)
    await session.close()
    line.changed()
    await asyncio.sleep(0)
    assert told == ["changed", "changed"]
    undo = line.watch(lambda: None)
    undo()
    undo()


async def test_tools_that_cannot_be_closed_do_not_hold_up_the_end(caplog):
    class Stuck(Basket):
        def close(self):
            raise RuntimeError("stuck")

    await (await opened(PerSession(Stuck))).close()
    assert "could not be closed" in caplog.text


async def test_sharing_ends_in_the_midst_of_an_opening():
    class Slow(Line):
        async def open(self):
            await asyncio.sleep(60)

    shared = Shared()
    waiting = asyncio.create_task(shared.get(sorted_out([Slow()])[1][0]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await shared.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert log == ["close"]


async def test_a_dynamic_toolset_is_a_context_and_closes_what_failed_to_open():
    async with Line(plain) as line:
        assert line.toolset.names == ("plain",)
    with pytest.raises(ValueError, match="no"):
        async with Line(fails=ValueError("no")):
            raise AssertionError
    assert log == ["open", "close", "open", "close"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PerSession(Basket()), "methods_of"),
        (lambda: PerSession(lambda a, b: None), "must be given a, b"),
        (lambda: PerSession(lambda *, key: None), "must be given key"),
        (lambda: PerProcess(lambda user: None), "PerSession"),
        (lambda: sorted_out(3), "given as a list"),
    ],
)
def test_what_makes_no_tools_is_refused_where_it_is_written(make, words):
    with pytest.raises(DefinitionError, match=words):
        make()


def test_a_source_tells_in_an_error_what_it_is():
    assert repr(PerSession(Basket)) == "PerSession(Basket)"
    assert repr(sorted_out([Line()])[1][0]) == "Line"
    assert PerSession(max)._takes_user is False


def test_a_change_is_told_to_nobody_whose_loop_is_closed():
    line, told = Line(plain), []

    async def watch():
        line.watch(lambda: told.append("changed"))

    asyncio.run(watch())
    line.changed()
    assert told == []
