"""Alongside: work that lasts as long as something else."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent.alongside import alongside, while_served


class Work:
    """Goes on until it is cancelled, and notes both ends."""

    def __init__(self):
        self.begun, self.ended = asyncio.Event(), False

    async def go_on(self):
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # it takes a moment to put things away
            self.ended = True


async def test_work_has_ended_when_what_it_went_along_with_is_over_however_that_ends():
    work = Work()

    async def break_down():
        async with alongside(work.go_on()):
            await work.begun.wait()
            assert not work.ended
            raise KeyError

    with pytest.raises(KeyError):
        await break_down()
    assert work.ended


async def test_an_application_has_it_done_while_it_runs():
    work, application = Work(), web.Application()
    application.cleanup_ctx.append(while_served(work.go_on))
    async with TestClient(TestServer(application)):
        await work.begun.wait()
        assert not work.ended
    assert work.ended


async def test_an_error_ends_the_work_alone_and_is_in_the_log(caplog):
    failed = asyncio.Event()

    async def fail():
        failed.set()
        raise OSError("the disk is full")

    async with alongside(fail()):
        await failed.wait()
        await asyncio.sleep(0)
    assert "fail has ended with OSError" in caplog.text
    assert "the disk is full" in caplog.text
