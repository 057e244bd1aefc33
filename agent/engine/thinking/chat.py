"""The chat reasoner: any OpenAI-compatible chat completions endpoint with streaming and tools."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from yarl import URL

from agent.engine.parts import Call, ReasonerError, Say, Usage
from agent.engine.thinking import chat_messages, sse
from agent.engine.thinking.chat_stream import Assembler, detail
from tools.errors import ProxyError
from tools.proxies import Proxy, proxy_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agent.engine.parts import Thought

CONNECT = 10.0  # seconds until a connection must stand
SILENCE = 120.0  # seconds without a byte; a local model may have to be loaded first

# What some endpoints do not know, as their refusals name it, and what to send instead.
_ALTERNATIVES = (
    ("max_completion_tokens", "max_tokens", "max_completion_tokens"),
    ("stream_options", "stream_options", None),
)


class Chat:
    """A reasoner that asks a chat completions endpoint (Ollama, vLLM, Azure OpenAI …).

    Args:
        url: The endpoint's base URL, such as `http://localhost:11434/v1`; a query (`?api-version=…`) is kept.
        model: The model's or deployment's name.
        api_key: The endpoint's key, if it wants one.

    Raises:
        ValueError: The URL or the model is missing or nonsense; the text says what to write.
    """

    def __init__(self, url: str, model: str | None, *, api_key: str | None = None) -> None:
        self._url = completions_url(url)
        if not model:
            raise ValueError(f"the chat endpoint {url} needs the name of a model: add --reasoner-model NAME")
        self._model = model
        azure = (self._url.host or "").endswith(".azure.com")
        self._headers = (
            {"api-key" if azure else "Authorization": api_key if azure else f"Bearer {api_key}"} if api_key else {}
        )
        self._proxy: Proxy | None = None
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def respond(self, thought: Thought) -> AsyncIterator[Say | Call | Usage]:
        """Respond to the conversation as it stands; see `agent.engine.parts.Reasoner.respond`."""
        try:
            response = await self._post(chat_messages.body(thought, self._model))
            try:
                async for piece in self._read(response):
                    yield piece
            finally:
                # A caller that turns away must not leave the endpoint writing.
                response.close()
        except ProxyError as error:
            raise ReasonerError(str(error)) from None
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            by_proxy = self._proxy and self._proxy.explained(error, self._where)
            raise ReasonerError(f"cannot reach the chat endpoint {self._where}: {by_proxy}") from None
        except aiohttp.ClientConnectorError as error:
            reason = error.os_error.strerror or str(error.os_error) or type(error.os_error).__name__
            raise ReasonerError(f"cannot reach the chat endpoint {self._where}: {reason}; is it running?") from None
        except TimeoutError:
            raise ReasonerError(
                f"the chat endpoint {self._where} did not answer in time; is the model loaded?"
            ) from None
        except sse.MalformedStream as error:
            raise ReasonerError(f"the chat endpoint {self._where} sent what is no event stream: {error}") from None
        except aiohttp.ClientError as error:
            raise ReasonerError(
                f"the connection to the chat endpoint {self._where} broke: {error or type(error).__name__}"
            ) from None

    async def warm(self) -> None:
        """Nothing to load here: the endpoint keeps its model, and may be started after us."""

    async def close(self) -> None:
        """Close the connections that are kept for the next response."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def _where(self) -> str:
        # Without the query, in case someone has put a key there.
        return str(self._url.with_query(None).with_user(None))

    def _http(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENCE)
            self._session, self._loop = aiohttp.ClientSession(timeout=timeout, headers=self._headers), loop
        return self._session

    async def _post(self, body: dict[str, Any]) -> aiohttp.ClientResponse:
        """Send the request, once more in other words where the endpoint does not know a field."""
        self._proxy = proxy_for(str(self._url))
        way = None if self._proxy is None else self._proxy.url
        for attempt in range(len(_ALTERNATIVES) + 1):
            response = await self._http().post(self._url, json=body, proxy=way)
            if response.status == 200:
                return response
            text = await response.text(errors="replace")
            changed = _reworded(body, text) if response.status in {400, 422} and attempt < len(_ALTERNATIVES) else None
            if changed is None:
                raise ReasonerError(self._refusal(response.status, text, response.headers.get("Retry-After")))
            body = changed
        raise AssertionError  # the last attempt has returned or raised

    async def _read(self, response: aiohttp.ClientResponse) -> AsyncIterator[Say | Call | Usage]:
        assembler = Assembler()
        if response.content_type == "application/json":
            # An endpoint that does not stream says everything at once.
            for piece in assembler.add(self._decoded(await response.text(errors="replace"))):
                yield piece
        else:
            async for data in sse.events(response.content.iter_any()):
                if data.strip() == "[DONE]":
                    break
                for piece in assembler.add(self._decoded(data)):
                    yield piece
        if not assembler.finished:
            raise ReasonerError(f"the chat endpoint {self._where} ended its answer in the middle; try again")
        for piece in assembler.rest():
            yield piece

    def _decoded(self, data: str) -> dict[str, Any]:
        try:
            value: object = json.loads(data)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise ReasonerError(
                f"the chat endpoint {self._where} sent a piece that is no JSON object; is it an OpenAI-compatible one?"
            )
        return cast("dict[str, Any]", value)

    def _refusal(self, status: int, text: str, retry_after: str | None) -> str:
        """What an HTTP error means, and what to do."""
        hints = {
            401: "check its API key",
            403: "its key may not use this model",
            404: f"check the URL (it usually ends in /v1) and that the model {self._model!r} exists there",
            429: f"too many requests; try again in {retry_after} s"
            if retry_after
            else "too many requests, or the quota is used up; try again later",
        }
        hint = hints.get(status, "see its log" if status >= 500 else "check the model and its settings")
        try:
            value: object = json.loads(text)
        except ValueError:
            value = None
        said = detail(cast("dict[str, Any]", value)) if isinstance(value, dict) else " ".join(text.split())[:200]
        return f"the chat endpoint {self._where} answered {status}: {said or 'no reason given'}; {hint}"


def completions_url(url: str) -> URL:
    """The address of chat completions below a base URL.

    Raises:
        ValueError: It is no http or https URL.
    """
    try:
        base = URL(url)
    except ValueError:
        base = URL()
    if base.scheme not in {"http", "https"} or not base.host:
        raise ValueError(
            f'the reasoner {url!r} is unknown: write "extractive" or a URL such as http://localhost:11434/v1'
        )
    path = base.path.rstrip("/")
    return base if path.endswith("/chat/completions") else base.with_path(f"{path}/chat/completions", keep_query=True)


def _reworded(body: dict[str, Any], refusal: str) -> dict[str, Any] | None:
    """The request without the field that a refusal names; None when it names none that we can do without."""
    for cue, field, instead in _ALTERNATIVES:
        if cue in refusal and field in body:
            changed = {key: value for key, value in body.items() if key != field}
            return {**changed, instead: body[field]} if instead else changed
    return None
