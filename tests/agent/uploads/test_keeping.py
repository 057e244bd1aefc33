"""Keeping: an application looks again and again, and what fails once is tried again."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.uploads.keeping import keeping


class Shelves:
    def __init__(self):
        self.answers = [OSError("gone for a while"), 2, 0]
        self.looks = asyncio.Semaphore(0)
        self.loop = asyncio.get_running_loop()

    def expire(self):
        self.loop.call_soon_threadsafe(self.looks.release)
        answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_it_looks_again_after_an_error_and_ends_with_the_application(caplog):
    caplog.set_level("INFO")
    shelves, application = Shelves(), web.Application()
    application.cleanup_ctx.append(keeping(shelves, every=0))
    async with TestServer(application):
        async with asyncio.timeout(5):
            for _ in range(4):
                await shelves.looks.acquire()
    assert "could not be cleared away: gone for a while" in caplog.text
    assert "2 uploaded documents were kept long enough" in caplog.text
    assert asyncio.all_tasks() == {asyncio.current_task()}
