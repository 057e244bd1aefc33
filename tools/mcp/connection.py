"""Connection: an MCP server's tools while it can be reached, and words for the model while it cannot.

The SDK's client must be entered and left by one task, so a task of its own keeps it: it connects, lists the tools,
waits for the end, and begins anew. Calls come from the tasks of the sessions.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import mcp_types as types
from mcp.client.client import Client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT

from tools.errors import DefinitionError, ToolError, ToolsError
from tools.mcp.remote import spec_of_remote
from tools.mcp.results import result_of
from tools.mcp.stderr import Stderr
from tools.mcp.wires import wires
from tools.proxies import proxy_for
from tools.source import DynamicToolset
from tools.spec import ToolSpec
from tools.toolset import Toolset

if TYPE_CHECKING:
    from mcp.client.session import IncomingMessage

    from tools.context import ToolContext, User
    from tools.mcp.server import McpServer
    from tools.result import Result

_log = logging.getLogger(__name__)

# Seconds between two attempts: doubled from the first to the last, and a little by chance.
FIRST_PAUSE, LAST_PAUSE = 0.5, 30.0
# A connection that has lasted so long begins anew at the first pause.
STEADY = 30.0
# Pages of a list of tools; a server that never comes to an end is not to hang a session.
_MOST_PAGES = 50
# What the SDK says of a connection that has ended, of a session that the server has forgotten, of a broken stream.
_CLOSED = "Connection closed"
_BROKEN = ("Session terminated", "SSE stream", "Server returned an error response")
_AWAY = "The server {name!r} that runs this tool cannot be reached at the moment. Try again in a little while."


class McpTools(DynamicToolset):
    """The tools of one MCP server.

    Args:
        server: Which.
        user: Who is calling, where the connection is one session's.
    """

    foreign = True

    def __init__(self, server: McpServer, user: User | None = None) -> None:
        super().__init__()
        self._server = server
        self._user = user
        self._toolset = Toolset()
        self._client: Client | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._calling: set[asyncio.Task[types.CallToolResult]] = set()
        self._tried, self._lost, self._stale = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stderr = Stderr(server.name)
        self._pause = FIRST_PAUSE
        self._closed = False

    @property
    def toolset(self) -> Toolset:
        """Those it listed last; while it is away they stay, and answer with an error in words."""
        return self._toolset

    async def open(self) -> None:
        """Connect, and wait for the first attempt. One that fails is made again, and costs the session nothing else."""
        self._keeper = asyncio.create_task(self._keep(), name=f"mcp {self._server.name}")
        limit = self._server.connect_timeout_s
        try:
            async with asyncio.timeout(limit):
                await self._tried.wait()
        except TimeoutError:
            self.trouble = f"MCP server {self._server.name} has not answered within {limit:g} s"

    async def close(self) -> None:
        """Let the server go; one on stdio has ended when this returns."""
        self._closed = True
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    # ── calls ──

    async def _call(self, name: str, arguments: dict[str, Any], context: ToolContext) -> Result:
        client = self._client
        if client is None:
            raise ToolError(_AWAY.format(name=self._server.name))
        self._stderr.said(arguments)

        async def report(progress: float, total: float | None, message: str | None) -> None:
            await context.progress(message or name.replace("_", " "), fraction=progress / total if total else None)

        # A task, because the SDK leaves a call waiting whose connection breaks down under it: then it is ended here.
        calling = asyncio.create_task(client.call_tool(name, arguments, progress_callback=report))
        self._calling.add(calling)
        calling.add_done_callback(self._calling.discard)
        try:
            # Cancelling this wait cancels the task, which tells the server so.
            result = await calling
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise ToolError(_AWAY.format(name=self._server.name)) from None
        except MCPError as error:
            raise self._said(name, error) from None
        except RuntimeError as error:
            if self._client is client and not self._lost.is_set():
                raise self._broken_promise(name, error) from None
            raise ToolError(_AWAY.format(name=self._server.name)) from None
        except OSError as error:  # the connection ended under the call
            self._lost.set()
            _log.warning("MCP server %s: a call ended with %s", self._server.name, type(error).__name__)
            raise ToolError(_AWAY.format(name=self._server.name)) from None
        content = [block.model_dump(by_alias=True, exclude_none=True, mode="json") for block in result.content]
        return result_of(name, content, result.structured_content, is_error=result.is_error)

    def _said(self, name: str, error: MCPError) -> ToolError:
        # The SDK's code for a lost connection is also the one that servers use for errors of their own.
        if (error.code == CONNECTION_CLOSED and error.message == _CLOSED) or self._lost.is_set() or self._gone(error):
            self._lost.set()
            return ToolError(_AWAY.format(name=self._server.name))
        if error.code == REQUEST_TIMEOUT:
            return ToolError(f"The tool {name!r} did not answer in time.")
        return ToolError(f"The tool {name!r} could not be called: {error.message}")

    def _broken_promise(self, name: str, error: RuntimeError) -> ToolError:
        """The SDK raises it of an answer, too, that the output schema does not allow; that ends no connection."""
        # Never the text, which quotes the answer.
        kind = type(error.__cause__ or error).__name__
        _log.warning("MCP server %s: what %r returned cannot be used (%s)", self._server.name, name, kind)
        return ToolError(
            f"The tool {name!r} returned something that is not what it promises, so nobody can read it. Trying again "
            "will hardly help."
        )

    def _gone(self, error: MCPError) -> bool:
        """Over HTTP nothing tells of a server's end but what becomes of a request."""
        return bool(self._server.url) and error.message.startswith(_BROKEN)

    # ── the connection ──

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closed:
            self._lost.clear()
            began = loop.time()
            try:
                await self._connected()
                what = "has ended"
            except Exception as error:  # whatever the SDK or the system raises, it is tried again
                what = f"cannot be used: {_in_words(error, self._server.url)}"
            self._client = None
            self.trouble = f"MCP server {self._server.name} {what}"
            self._tried.set()
            if self._closed:  # a connection that breaks down just then turns our cancellation into an error of its own
                return
            if loop.time() - began >= STEADY:
                self._pause = FIRST_PAUSE
            pause, self._pause = self._pause, min(self._pause * 2, LAST_PAUSE)
            _log.warning("%s; it is tried again in %.1f s", self.trouble, pause)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  (a pause is no secret)

    async def _connected(self) -> None:
        with self._stderr:
            wire = wires(self._server, self._user, self._stderr, self._lost.set)
            async with Client(wire, message_handler=self._heard) as client:
                await self._list(client)
                self._client, self.trouble = client, None
                _log.info("MCP server %s is there with %d tools", self._server.name, len(self._toolset))
                self._tried.set()
                listening = asyncio.create_task(self._listen(client))
                try:
                    await self._until_lost(client)
                finally:
                    self._client = None
                    for each in (listening, *self._calling):
                        each.cancel()
                    await asyncio.gather(listening, return_exceptions=True)

    async def _until_lost(self, client: Client) -> None:
        while not self._lost.is_set():
            waits = [asyncio.create_task(event.wait()) for event in (self._lost, self._stale)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            if self._stale.is_set() and not self._lost.is_set():
                self._stale.clear()
                await self._list(client)

    async def _heard(self, message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._stale.set()

    async def _listen(self, client: Client) -> None:
        """Ask a server of the newer protocol to tell of changes; an older one tells unasked."""
        capability = client.server_capabilities.tools
        if capability is None or not capability.list_changed:
            return
        while True:
            try:
                async with client.listen(tools_list_changed=True) as changes:
                    self._stale.set()  # what changed before it listened to us was told to nobody
                    async for _ in changes:
                        self._stale.set()
            except ListenNotSupportedError:
                return
            except (MCPError, SubscriptionLost, TimeoutError):
                _log.debug("MCP server %s tells of no changes at present", self._server.name)
            await asyncio.sleep(LAST_PAUSE)

    async def _list(self, client: Client) -> None:
        listed: list[types.Tool] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await client.list_tools(cursor=cursor, cache_mode="refresh")
            listed += page.tools
            cursor = page.next_cursor
            if cursor is None:
                break
        toolset = self._made(listed)
        if toolset.definitions() != self._toolset.definitions():
            self._toolset = toolset
            self.changed()

    def _made(self, listed: list[types.Tool]) -> Toolset:
        server, specs = self._server, list[ToolSpec]()
        unknown = {*(server.allow or ()), *server.deny, *server.policies} - {tool.name for tool in listed}
        if unknown:
            there = ", ".join(tool.name for tool in listed) or "none"
            missing = ", ".join(sorted(unknown))
            what = "MCP server %s has no tool %s, as its allow, deny or policies would have it; its tools: %s"
            _log.warning(what, server.name, missing, there)
        for tool in listed:
            if server.offers(tool.name):
                fields = tool.model_dump(by_alias=True, exclude_none=True, mode="json")
                specs.append(spec_of_remote(fields, server, self._call))
        try:
            return Toolset(specs)
        except DefinitionError as error:  # a server that lists a name twice
            _log.warning("MCP server %s: %s", server.name, error)
            first: dict[str, ToolSpec] = {}
            for spec in specs:
                first.setdefault(spec.name, spec)
            return Toolset(first.values())


def _in_words(error: BaseException, url: str) -> str:
    """The cause of a failed attempt, without the wrapping that task groups add."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    if isinstance(error, FileNotFoundError):
        return f"there is no program {error.filename!r}"
    if isinstance(error, ToolsError):
        return str(error)
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    proxy = proxy_for(url)
    return text if proxy is None else proxy.explained(error, urlsplit(url).netloc) or f"{text} (through {proxy})"
