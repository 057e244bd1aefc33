"""ServerMcp: an MCP server whose tools the model's service calls itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import ConfigurationError
from agent.options.checks import given

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LABEL = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class ServerMcp:
    """An MCP server that the service connects to: the calls, and the secrets, go from there and not through here.

    OpenAI, Azure's GA endpoint and Voice Live take it; for any other model it is left out, as `vocative run` says.
    Where `McpServer` brings the tools to us, they are ours in every way: time limits, progress, the log.

    Attributes:
        label: Names the server.
        url: Its endpoint; or "" with a `connector_id`.
        connector_id: One of the service's own connectors.
        description: What it is for, in the model's eyes.
        allowed_tools: The only tools that the model sees; None for all.
        require_approval: Whether the service asks before a call: `"always"`, `"never"`, or the tools for each as the
            service has it, `{"never": {"tool_names": […]}}`.
        approve: Tools that may be called where the service asks. Any other call is refused, and the model is told.
        authorization: A token for the server; it reaches the service, and never the client.
        headers: Sent with each request to the server.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    label: str
    url: str = ""
    connector_id: str | None = None
    description: str | None = None
    allowed_tools: Collection[str] | None = None
    require_approval: Literal["always", "never"] | Mapping[str, Any] = "always"
    approve: Collection[str] = ()
    authorization: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise ConfigurationError(f"ServerMcp(label={self.label!r}): give 1 to 64 letters, digits, `_` and `-`")
        if bool(self.url) == bool(self.connector_id):
            raise ConfigurationError(f"ServerMcp {self.label!r}: give either url or connector_id")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ConfigurationError(f"ServerMcp {self.label!r}: url={self.url!r} is no address such as https://…/mcp")
        for option in ("allowed_tools", "approve"):
            if isinstance(getattr(self, option), str):
                raise ConfigurationError(f"ServerMcp {self.label!r}: {option} takes a list of names")
        if isinstance(self.require_approval, str) and self.require_approval not in {"always", "never"}:
            raise ConfigurationError(
                f"ServerMcp {self.label!r}: require_approval={self.require_approval!r}; give 'always', 'never' or the "
                "tools for each"
            )

    def wire(self) -> dict[str, Any]:
        """The entry of `session.tools`."""
        approval = self.require_approval
        return {
            "type": "mcp",
            "server_label": self.label,
            **given(
                server_url=self.url or None,
                connector_id=self.connector_id,
                server_description=self.description,
                allowed_tools=None if self.allowed_tools is None else list(self.allowed_tools),
                authorization=self.authorization,
                headers=None if self.headers is None else dict(self.headers),
            ),
            "require_approval": approval if isinstance(approval, str) else dict(approval),
        }
