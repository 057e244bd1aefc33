"""McpServer: declares an MCP server whose tools an agent has."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tools.errors import DefinitionError
from tools.policy import DEFAULT_TIMEOUT_S, ToolPolicy
from tools.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from tools.context import User
    from tools.source import DynamicToolset

Headers = Mapping[str, str] | Callable[["User | None"], Any]

_NAME = re.compile(r"[a-zA-Z0-9_-]{0,32}")


@dataclass(frozen=True, kw_only=True, eq=False)
class McpServer(Source):
    """An MCP server. Make one with `McpServer.stdio(…)` or `McpServer.http(…)`.

    It is started, or connected to, with the server process or with each session, and brought back when it dies. While
    it is away its tools answer with an error that the model can read.

    Attributes:
        name: Stands before the names of its tools, and names it in the log.
        command: What to start, for a server on stdio.
        args: Its arguments.
        env: Variables that it gets beside the few harmless ones (PATH, HOME …); ours, with their keys, it does not.
        cwd: Where it runs.
        url: Where it is, for a server on streamable HTTP.
        headers: Sent with each request; or a function of the `User` (or None), plain or async, that gives them when a
            connection is made, for a server that is to know who is calling.
        allow: The only tools that are offered, by their own names; None for all.
        deny: Tools that are not offered, by their own names.
        prefix: Whether `name` stands before the names of the tools.
        timeout_s: Seconds that one call may take, or None for no limit.
        policies: How certain tools behave in a conversation, such as which need approval, by their own names; a policy
            says itself how long a call may take.
        connect_timeout_s: Seconds that a session waits for it when it is first needed. It may come later, too.
        per_session: Each session has a server, or a connection, of its own.
    """

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cwd: str | Path | None = None
    url: str = ""
    headers: Headers = field(default_factory=dict[str, str], repr=False)
    allow: Collection[str] | None = None
    deny: Collection[str] = ()
    prefix: bool = True
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    policies: Mapping[str, ToolPolicy] = field(default_factory=dict[str, ToolPolicy])
    connect_timeout_s: float = 10.0
    per_session: bool = False

    def __post_init__(self) -> None:
        if importlib.util.find_spec("mcp") is None:
            raise DefinitionError("McpServer needs the MCP SDK: install vocative[mcp]")
        if not _NAME.fullmatch(self.name) or not self.name:
            raise DefinitionError(
                f"McpServer(name={self.name!r}): give 1 to 32 letters, digits, `_` and `-`; it stands before the names "
                "of the server's tools"
            )
        for option, value in (("allow", self.allow), ("deny", self.deny)):
            if isinstance(value, str):
                raise DefinitionError(f"McpServer({option}={value!r}): give a list of names, [{value!r}]")
        for tool, policy in self.policies.items():
            if not isinstance(policy, ToolPolicy):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise DefinitionError(f"McpServer {self.name!r}: policies[{tool!r}] is {policy!r}; give ToolPolicy(…)")
        if callable(self.headers) and not self.per_session:
            raise DefinitionError(
                f"McpServer {self.name!r}: headers that depend on the user need a connection for each session; add "
                "per_session=True"
            )

    @classmethod
    def stdio(cls, command: str, args: Sequence[str] = (), *, name: str, **options: Any) -> McpServer:
        """A server that is started here, and spoken to on its standard input and output.

        Args:
            command: The program.
            args: Its arguments.
            name: Stands before the names of its tools.
            options: See the attributes.

        Raises:
            DefinitionError: A value cannot be used.
        """
        if not command or isinstance(args, str):
            wrong = "names no program" if not command else f"takes a list of arguments, not {args!r}"
            raise DefinitionError(
                f"McpServer.stdio {wrong}; write McpServer.stdio('python', ['-m', 'a_server'], name='a')"
            )
        return cls(name=name, command=command, args=tuple(args), **options)

    @classmethod
    def http(cls, url: str, *, name: str, **options: Any) -> McpServer:
        """A server that is spoken to over streamable HTTP.

        Args:
            url: Its endpoint, such as `https://example.com/mcp`.
            name: Stands before the names of its tools.
            options: See the attributes.

        Raises:
            DefinitionError: A value cannot be used.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise DefinitionError(f"McpServer.http({url!r}): give the whole address, such as 'https://example.com/mcp'")
        return cls(name=name, url=url, **options)

    async def make(self, user: User | None) -> DynamicToolset:
        """A connection to it, not open yet."""
        # Loads the SDK, which takes its time; an agent that is only looked at does without.
        from tools.mcp.connection import McpTools  # noqa: PLC0415

        return McpTools(self, user)

    def policy_of(self, tool: str) -> ToolPolicy:
        """How a tool, by its own name, behaves in a conversation."""
        return self.policies.get(tool) or ToolPolicy(timeout_s=self.timeout_s)

    def offers(self, tool: str) -> bool:
        """Whether a tool, by its own name, is offered."""
        return tool not in self.deny and (self.allow is None or tool in self.allow)
