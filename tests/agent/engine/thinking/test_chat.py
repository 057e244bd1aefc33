"""The chat reasoner against a real HTTP server that keeps the documented contract."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.engine.parts import Call, ReasonerError, Say, Thought, Usage
from agent.engine.thinking import chat as chat_module
from agent.engine.thinking.chat import Chat, completions_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
    Serve = Callable[[Handler], Awaitable[str]]

HELLO = Thought(
    "Be brief.", [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}], []
)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server with a handler for chat completions; gives its base URL."""
    servers: list[TestServer] = []

    async def started(handler: Handler) -> str:
        application = web.Application()
        application.router.add_post("/v1/chat/completions", handler)
        server = TestServer(application)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/v1"))

    yield started
    for server in servers:
        await server.close()


async def stream(request: web.Request, *chunks: dict[str, Any] | str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for chunk in chunks:
        data = chunk if isinstance(chunk, str) else json.dumps(chunk)
        await response.write(f"data: {data}\n\n".encode())
    return response


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


async def said(chat: Chat, thought: Thought = HELLO) -> list[Any]:
    try:
        return [piece async for piece in chat.respond(thought)]
    finally:
        await chat.close()


async def test_an_answer_is_streamed_and_the_request_is_as_documented(serve: Serve) -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.update(await request.json(), authorization=request.headers["Authorization"])
        usage = {"prompt_tokens": 9, "completion_tokens": 2}
        return await stream(
            request, delta(content="Hel"), delta("stop", content="lo."), {"choices": [], "usage": usage}, "[DONE]"
        )

    pieces = await said(Chat(await serve(handler), "small", api_key="key"))

    assert pieces == [Say("Hello."), Usage(9, 2, {"finish_reason": "stop"})]
    assert seen == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "authorization": "Bearer key",
    }


async def test_two_calls_of_one_response_arrive_whole(serve: Serve, definitions: dict[str, dict[str, Any]]) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        assert (await request.json())["tool_choice"] == "auto"
        first = {"index": 0, "id": "1", "function": {"name": "get_weather", "arguments": '{"city":'}}
        second = {"index": 1, "id": "2", "function": {"name": "set_timer", "arguments": '{"minutes":5}'}}
        rest = {"index": 0, "function": {"arguments": '"Rome"}'}}
        chunks = (delta(tool_calls=[first]), delta(tool_calls=[second]), delta("tool_calls", tool_calls=[rest]))
        return await stream(request, *chunks, "[DONE]")

    pieces = await said(Chat(await serve(handler), "small"), Thought("", HELLO.items, list(definitions.values())))

    assert pieces[:2] == [Call("get_weather", '{"city":"Rome"}'), Call("set_timer", '{"minutes":5}')]


async def test_the_first_sentence_is_there_before_the_last_is_written(serve: Serve) -> None:
    go_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await stream(request, delta(content="First. "))
        await go_on.wait()
        await response.write(b'data: {"choices":[{"delta":{"content":"Second."},"finish_reason":"stop"}]}\n\n')
        return response

    chat = Chat(await serve(handler), "small")
    pieces = chat.respond(HELLO)
    first = await anext(pieces)
    go_on.set()

    assert first == Say("First. ")
    assert await anext(pieces) == Say("Second.")
    await pieces.aclose()
    await chat.close()


async def test_turning_away_closes_the_stream(serve: Serve) -> None:
    closed = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await stream(request, delta(content="First. "))
        try:
            while True:
                await response.write(b": still here\n\n")
                await asyncio.sleep(0.01)
        finally:
            closed.set()

    chat = Chat(await serve(handler), "small")
    async with aclosing(chat.respond(HELLO)) as pieces:
        await anext(pieces)

    await asyncio.wait_for(closed.wait(), 5)
    await chat.close()


async def test_an_endpoint_that_does_not_stream_is_understood(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        message = {"role": "assistant", "content": "Hello."}
        return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})

    assert (await said(Chat(await serve(handler), "small")))[0] == Say("Hello.")


@pytest.mark.parametrize(("field", "instead"), [("max_tokens", "max_completion_tokens"), ("stream_options", None)])
async def test_a_field_that_the_endpoint_refuses_is_said_otherwise(
    serve: Serve, field: str, instead: str | None
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if field in body:
            text = f"Unsupported parameter: '{field}'." + (f" Use '{instead}' instead." if instead else "")
            return web.json_response({"error": {"message": text}}, status=400)
        assert instead is None or body[instead] == 20
        return await stream(request, delta("stop", content="Hello."))

    pieces = await said(Chat(await serve(handler), "small"), Thought("", HELLO.items, [], max_output_tokens=20))

    assert pieces[0] == Say("Hello.")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, '{"error": {"message": "Bad key."}}', "401: Bad key.; check its API key"),
        (403, "", "403: no reason given; its key may not use this model"),
        (404, '{"error": "model not found"}', "404: model not found; check the URL"),
        (429, '{"error": {"message": "Slow down."}}', "429: Slow down.; too many requests"),
        (500, "<html>oops</html>", "500: <html>oops</html>; see its log"),
        (400, '{"detail": "no tools"}', "400: no tools; check the model"),
    ],
)
async def test_a_refusal_says_what_where_and_what_to_do(serve: Serve, status: int, body: str, expected: str) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers={"Retry-After": "7"} if status == 429 else {})

    url = await serve(handler)

    with pytest.raises(ReasonerError) as caught:
        await said(Chat(url, "small", api_key="secret-key"))

    assert expected in str(caught.value)
    assert url in str(caught.value)
    assert "secret-key" not in str(caught.value)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (["{not json"], "no JSON object"),
        (["[1]"], "no JSON object"),
        ([{"error": {"message": "out of memory"}}], "out of memory"),
        ([delta(content="Half an ans")], "in the middle"),
        ([], "in the middle"),
    ],
)
async def test_a_stream_that_is_broken_is_an_error_in_words(serve: Serve, chunks: list[Any], expected: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return await stream(request, *chunks)

    with pytest.raises(ReasonerError, match=expected):
        await said(Chat(await serve(handler), "small"))


async def test_bytes_that_are_no_text_are_an_error_in_words(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(b"data: \xff\n\n")
        return response

    with pytest.raises(ReasonerError, match="no event stream"):
        await said(Chat(await serve(handler), "small"))


async def test_a_connection_that_breaks_is_an_error_in_words(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = await stream(request, delta(content="Half"))
        assert request.transport is not None
        request.transport.abort()
        return response

    with pytest.raises(ReasonerError, match=r"broke|cannot reach"):
        await said(Chat(await serve(handler), "small"))


async def test_an_endpoint_that_is_not_running_is_named(unused_tcp_port: int) -> None:
    with pytest.raises(
        ReasonerError, match=f"cannot reach the chat endpoint http://127.0.0.1:{unused_tcp_port}/v1.*is it running"
    ):
        await said(Chat(f"http://127.0.0.1:{unused_tcp_port}/v1", "small"))


async def test_an_endpoint_that_says_nothing_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "SILENCE", 0.05)

    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.Response()

    with pytest.raises(ReasonerError, match="did not answer in time"):
        await said(Chat(await serve(handler), "small"))


async def test_two_callers_share_one_reasoner(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        asked = (await request.json())["messages"][-1]["content"]
        await asyncio.sleep(0.01)
        return await stream(request, delta("stop", content=f"You said {asked}"))

    chat = Chat(await serve(handler), "small")
    await chat.warm()

    async def ask(text: str) -> str:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        return "".join([piece.text async for piece in chat.respond(Thought("", [item], [])) if isinstance(piece, Say)])

    assert await asyncio.gather(ask("one"), ask("two")) == ["You said one", "You said two"]
    await chat.close()
    await chat.close()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
        ("https://h/v1/", "https://h/v1/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
        (
            "https://r.openai.azure.com/openai/deployments/d?api-version=1",
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=1",
        ),
    ],
)
def test_the_address_is_made_of_the_base_url(given: str, expected: str) -> None:
    assert str(completions_url(given)) == expected


@pytest.mark.parametrize("given", ["llama", "ftp://h/v1", "http://", "http://[", ""])
def test_what_is_no_url_is_refused_in_words(given: str) -> None:
    with pytest.raises(ValueError, match='write "extractive" or a URL'):
        completions_url(given)


def test_azure_gets_its_key_in_its_own_header() -> None:
    assert Chat("https://r.openai.azure.com/openai/v1", "m", api_key="k")._headers == {"api-key": "k"}
    assert Chat("http://h/v1", "m")._headers == {}
