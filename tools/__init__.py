"""Tools: plain functions that a voice agent may call.

    @tool
    def opening_hours(day: Literal["weekday", "weekend"]) -> str:
        \"\"\"Tell when the office is open.\"\"\"
        return "nine to five" if day == "weekday" else "closed"

    outcome = await invoke(Toolset([opening_hours]), "opening_hours", '{"day": "weekend"}', ToolContext())

The package never imports `agent`; a toolset runs without it.
"""

from tools.approval import ApprovalRequest
from tools.availability import available
from tools.cancellation import Cancellation
from tools.context import Progress, ToolContext, User, Utterance
from tools.decorator import spec_of, tool
from tools.errors import DefinitionError, IngestError, SearchError, SourceError, ToolError, ToolsError
from tools.handoff import HandOff
from tools.invoke import invoke
from tools.later import Later
from tools.mcp import McpServer
from tools.objects import methods_of
from tools.policy import DEFAULT_TIMEOUT_S, RateLimit, ToolPolicy
from tools.result import Outcome, Result
from tools.source import DynamicToolset, PerProcess, PerSession
from tools.spec import ToolSpec
from tools.speculation import Speculation
from tools.toolset import Toolset

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "ApprovalRequest",
    "Cancellation",
    "DefinitionError",
    "DynamicToolset",
    "HandOff",
    "IngestError",
    "Later",
    "McpServer",
    "Outcome",
    "PerProcess",
    "PerSession",
    "Progress",
    "RateLimit",
    "Result",
    "SearchError",
    "SourceError",
    "Speculation",
    "ToolContext",
    "ToolError",
    "ToolPolicy",
    "ToolSpec",
    "ToolsError",
    "Toolset",
    "User",
    "Utterance",
    "available",
    "invoke",
    "methods_of",
    "spec_of",
    "tool",
]
