"""Getting a small document, from servers that do not mean well either."""

from __future__ import annotations

import contextlib

import pytest
from aiohttp import web

from agent.door.fetching import MAX_BYTES, Fetcher


@pytest.fixture
async def serve():
    async with contextlib.AsyncExitStack() as stack:

        async def start(handler):
            application = web.Application()
            application.router.add_get("/{any:.*}", handler)
            runner = web.AppRunner(application, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}/keys"

        yield start


@pytest.fixture
async def fetcher():
    fetcher = Fetcher()
    yield fetcher
    await fetcher.close()


async def test_a_document_is_got_whatever_it_says_it_is(serve, fetcher):
    async def answer(_request):
        return web.Response(text='{"keys": []}', content_type="text/plain")

    url = await serve(answer)
    assert await fetcher.get(url) == {"keys": []}
    assert await fetcher.get(url) == {"keys": []}


async def test_a_redirect_is_not_followed(serve, fetcher):
    async def answer(request):
        raise web.HTTPFound("/elsewhere") if request.path == "/keys" else web.HTTPOk(text="{}")

    with pytest.raises(OSError, match="HTTP 302"):
        await fetcher.get(await serve(answer))


async def test_a_document_without_end_is_not_read_to_its_end(serve, fetcher):
    async def answer(_request):
        return web.Response(text=" " * (MAX_BYTES + 1))

    with pytest.raises(ValueError, match="longer than"):
        await fetcher.get(await serve(answer))


async def test_what_is_no_json_is_no_document(serve, fetcher):
    async def answer(_request):
        return web.Response(text="<html>")

    with pytest.raises(ValueError, match="Expecting value"):
        await fetcher.get(await serve(answer))


async def test_nobody_there_is_an_error_of_the_system(fetcher):
    with pytest.raises(OSError, match="Cannot connect"):
        await fetcher.get("http://127.0.0.1:9/keys")


async def test_closing_twice_or_unused_is_harmless(fetcher):
    await fetcher.close()
    await fetcher.close()
