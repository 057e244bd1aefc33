import asyncio
import logging
import math
import threading

import pytest

from tools.context import Progress, ToolContext, User, Utterance


def test_a_context_for_ones_own_test_needs_no_arguments():
    context = ToolContext()
    assert (context.session_id, context.call_id, context.user) == ("", "", None)
    assert not context.cancelled.is_set()


def test_a_user_is_frozen_and_needs_only_an_id():
    user = User("ada")
    assert (user.name, user.groups, user.claims) == (None, (), {})
    with pytest.raises(AttributeError):
        user.id = "bob"


def test_the_printed_form_keeps_the_user_to_itself():
    context = ToolContext("s1", "c1", User("ada", claims={"mail": "ada@example.org"}))
    assert "s1" in repr(context)
    assert "ada" not in repr(context)


async def test_progress_reaches_a_plain_and_an_async_receiver():
    seen = []

    async def receive(progress):
        await asyncio.sleep(0)
        seen.append(progress)

    await ToolContext(emit=seen.append).progress("looking", fraction=0.5)
    await ToolContext(emit=receive).progress("still looking")
    assert seen == [Progress("looking", 0.5), Progress("still looking", None)]


@pytest.mark.parametrize(("given", "sent"), [(-1, 0.0), (0, 0.0), (0.3, 0.3), (1.7, 1.0), (math.nan, None)])
async def test_a_fraction_outside_its_range_is_moved_to_the_nearer_end(given, sent):
    seen = []
    await ToolContext(emit=seen.append).progress("x", fraction=given)
    assert seen[0].fraction == sent


async def test_progress_without_a_receiver_goes_nowhere():
    await ToolContext().progress("nobody hears this")


async def test_a_cancelled_call_reports_nothing():
    seen = []
    context = ToolContext(emit=seen.append)
    context.cancelled.set()
    await context.progress("too late")
    assert seen == []


async def test_a_report_that_cannot_be_delivered_does_not_fail_the_tool(caplog):
    def receive(progress):
        raise ConnectionError("the client is gone")

    with caplog.at_level(logging.WARNING):
        await ToolContext(call_id="c7", emit=receive).progress("private words")
    assert "c7" in caplog.text
    assert "private words" not in caplog.text


async def test_a_thread_reports_on_the_event_loop_and_in_order():
    seen, threads = [], set()

    def receive(progress):
        threads.add(threading.get_ident())
        seen.append(progress.message)

    context = ToolContext(emit=receive)
    context.bind_loop()

    def work():
        for number in range(20):
            context.progress_from_thread(str(number))

    await asyncio.to_thread(work)
    await asyncio.sleep(0.05)
    assert seen == [str(number) for number in range(20)]
    assert threads == {threading.get_ident()}


def test_a_sync_tool_can_be_tried_without_any_event_loop():
    seen = []
    ToolContext(emit=seen.append).progress_from_thread("on my own", fraction=1)
    assert seen == [Progress("on my own", 1.0)]


def test_a_thread_that_outlives_the_event_loop_may_still_report():
    seen = []
    context = ToolContext(emit=seen.append)

    async def bind():
        context.bind_loop()

    asyncio.run(bind())
    context.progress_from_thread("is anybody there?")
    assert seen == []


async def test_waiting_for_the_cancellation_ends_with_it():
    context = ToolContext()
    waiting = asyncio.create_task(context.wait_cancelled())
    await asyncio.sleep(0)
    assert not waiting.done()
    context.cancelled.set()
    await asyncio.wait_for(waiting, 5)


def test_the_conversation_is_what_was_said_when_the_call_began():
    said = [Utterance("user", "How much?")]
    context = ToolContext(conversation=said)
    said.append(Utterance("assistant", "Nothing."))
    assert context.conversation == (Utterance("user", "How much?"),)
    assert ToolContext().conversation == ()
