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
    from tools.policy import ToolPolicy
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


def spec_of_remote(listed: Mapping[str, Any], prefix: str, policy: ToolPolicy, call: Call) -> ToolSpec:
    """Describe a tool that a server lists.

    Args:
        listed: As it stands on the wire.
        prefix: The server's.
        policy: How it behaves in a conversation.
        call: Calls a tool by the server's own name for it.
    """
    name = str(listed["name"])
    schema = parameters(listed.get("inputSchema") or {})

    async def remote(arguments: dict[str, Any], context: ToolContext) -> Result:
        return await call(name, arguments, context)

    remote.__qualname__ = remote.__name__ = f"{prefix}:{name}"
    remote.__module__ = "mcp"
    return ToolSpec(
        name=tool_name(prefix, name),
        description=str(listed.get("description") or listed.get("title") or name.replace("_", " ")),
        parameters=schema,
        policy=policy,
        function=remote,
        arguments=RemoteArguments(schema),
        context_parameter="context",
    )
