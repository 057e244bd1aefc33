"""What `import tools` offers, and what it costs."""

import subprocess
import sys
from pathlib import Path

import tools

ROOT = Path(tools.__file__).parents[1]


def test_the_public_names_are_these_and_no_others():
    assert tools.__all__ == [
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


def test_every_public_name_exists():
    assert all(getattr(tools, name) is not None for name in tools.__all__)


def test_importing_tools_loads_no_models_no_search_and_nothing_of_the_agent():
    heavy = ("numpy", "onnxruntime", "agent", "tools.search", "aiohttp")
    script = f"import tools, sys; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "[]"
