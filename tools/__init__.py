"""Tools: plain functions that a voice agent may call.

    @tool
    def opening_hours(day: Literal["weekday", "weekend"]) -> str:
        \"\"\"Tell when the office is open.\"\"\"
        return "nine to five" if day == "weekday" else "closed"

    outcome = await invoke(Toolset([opening_hours]), "opening_hours", '{"day": "weekend"}', ToolContext())

The package never imports `agent`; a toolset runs without it.
"""

from tools.cancellation import Cancellation
from tools.context import Progress, ToolContext, User
from tools.decorator import spec_of, tool
from tools.errors import DefinitionError, IngestError, SearchError, SourceError, ToolError, ToolsError
from tools.handoff import HandOff
from tools.invoke import invoke
from tools.mcp import McpServer
from tools.objects import methods_of
from tools.result import Outcome, Result
from tools.source import DynamicToolset, PerProcess, PerSession
from tools.spec import DEFAULT_TIMEOUT_S, ToolSpec
from tools.toolset import Toolset

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "Cancellation",
    "DefinitionError",
    "DynamicToolset",
    "HandOff",
    "IngestError",
    "McpServer",
    "Outcome",
    "PerProcess",
    "PerSession",
    "Progress",
    "Result",
    "SearchError",
    "SourceError",
    "ToolContext",
    "ToolError",
    "ToolSpec",
    "ToolsError",
    "Toolset",
    "User",
    "invoke",
    "methods_of",
    "spec_of",
    "tool",
]
