"""An MCP server made with the SDK's own server class: on stdio, or over HTTP on a port that it prints."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ResourceLink

server = MCPServer("workshop")
DOT = b"\x89PNG\r\n\x1a\n" + b"0" * 16


@server.tool()
def double(number: int) -> int:
    """Double a number."""
    return 2 * number


@server.tool()
async def saw(planks: int, context: Context) -> str:
    """Saw planks, telling how far it is."""
    for done in range(planks):
        await context.report_progress(done + 1, planks, f"plank {done + 1}")
    return f"{planks} planks"


@server.tool()
async def hang(sign: str) -> str:
    """Never end; leaves a file when it is cancelled."""
    Path(sign).touch()  # noqa: ASYNC240
    try:
        await asyncio.sleep(600)
    except asyncio.CancelledError:
        Path(sign).rename(sign + ".cancelled")  # noqa: ASYNC240
        raise
    return "never"


@server.tool()
def photograph() -> list:
    """A picture and where there are more."""
    return ["Here it is.", Image(data=DOT, format="png"), ResourceLink(name="album", uri="https://example.com/album")]


@server.tool()
def break_it() -> str:
    """Fail."""
    raise ToolError("the saw is blunt")


@server.tool()
def die() -> str:
    """End the process in the midst of a call."""
    os._exit(3)


@server.tool()
async def buy(tool: str, context: Context) -> str:
    """Have one tool more."""
    server.add_tool(lambda: "used", name=tool, description=f"Use the {tool}.")
    await context.notify_tools_changed()
    return f"a {tool}"


@server.tool()
def whisper(words: str) -> str:
    """Write to stderr."""
    print(f"complaint about {words} and ladders", file=sys.stderr, flush=True)
    return "written"


@server.tool()
def pid() -> int:
    """The process."""
    return os.getpid()


@server.tool()
def who(context: Context) -> str:
    """Who asks, by the header of the request."""
    headers = context.request_context.request.headers if context.request_context.request else {}
    return headers.get("x-caller", "nobody")


if __name__ == "__main__":
    if sys.argv[1:2] == ["http"]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        print(port, flush=True)
        # Behind a proxy it is called by a name that is not the loopback's.
        security = TransportSecuritySettings(allowed_hosts=sys.argv[2:]) if sys.argv[2:] else None
        server.run("streamable-http", host="127.0.0.1", port=port, transport_security=security)
    else:
        server.run("stdio")
