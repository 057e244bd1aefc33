"""Remote: one tool of an MCP server as a tool of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic_core

from tools.arguments import Arguments
from tools.mcp.naming import tool_name
from tools.mcp.schemas import parameters
from tools.spec import ToolSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tools.context import ToolContext
    from tools.mcp.server import McpServer
    from tools.result import Result

    Call = Callable[[str, dict[str, Any], ToolContext], Awaitable[Result]]


class RemoteArguments(Arguments):
    """Arguments that the server checks: here they only have to be a JSON object.

    Args:
        schema: What the model is told of them.
    """

    def __init__(self, schema: dict[str, Any]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self.schema = schema
        self._names = {name: name for name in schema["properties"]}

    def parse(self, text: str) -> dict[str, Any]:
        """Decode what the model sent; see `Arguments.parse`."""
        text = text.strip() or "{}"
        self._require_object(text)
        return {"arguments": pydantic_core.from_json(text)}

    def given(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the model gave; see `Arguments.given`."""
        return values["arguments"]


def spec_of_remote(listed: Mapping[str, Any], server: McpServer, call: Call) -> ToolSpec:
    """Describe a tool that a server lists.

    Args:
        listed: As it stands on the wire.
        server: Who lists it.
        call: Calls a tool by the server's own name for it.
    """
    name = str(listed["name"])
    schema = parameters(listed.get("inputSchema") or {})

    async def remote(arguments: dict[str, Any], context: ToolContext) -> Result:
        return await call(name, arguments, context)

    remote.__qualname__ = remote.__name__ = f"{server.name}:{name}"
    remote.__module__ = "mcp"
    return ToolSpec(
        name=tool_name(server.name if server.prefix else "", name),
        description=str(listed.get("description") or listed.get("title") or name.replace("_", " ")),
        parameters=schema,
        policy=server.policy_of(name),
        function=remote,
        arguments=RemoteArguments(schema),
        context_parameter="context",
    )
