"""Tools: plain functions that a voice agent may call.

    @tool
    def opening_hours(day: Literal["weekday", "weekend"]) -> str:
        \"\"\"Tell when the office is open.\"\"\"
        return "nine to five" if day == "weekday" else "closed"

    outcome = await invoke(Toolset([opening_hours]), "opening_hours", '{"day": "weekend"}', ToolContext())

The package never imports `agent`; a toolset runs without it.
"""

from tools.cancellation import Cancellation
from tools.context import Progress, ToolContext, User, Utterance
from tools.decorator import spec_of, tool
from tools.errors import DefinitionError, IngestError, SearchError, ToolError, ToolsError
from tools.invoke import invoke
from tools.result import Outcome, Result
from tools.spec import DEFAULT_TIMEOUT_S, ToolSpec
from tools.toolset import Toolset

__all__ = [
    "DEFAULT_TIMEOUT_S",
    "Cancellation",
    "DefinitionError",
    "IngestError",
    "Outcome",
    "Progress",
    "Result",
    "SearchError",
    "ToolContext",
    "ToolError",
    "ToolSpec",
    "ToolsError",
    "Toolset",
    "User",
    "Utterance",
    "invoke",
    "spec_of",
    "tool",
]
