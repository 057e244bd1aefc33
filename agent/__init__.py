"""Vocative: a middle tier that turns any Realtime speech model into a voice assistant over documents."""

from __future__ import annotations

from pathlib import Path


def _refuse_shadowed_tools() -> None:
    # `tools` is a common name for a folder. If the user's own stands first on the path, every import below would fail
    # with a puzzle; say instead which two are in each other's way.
    import tools  # noqa: PLC0415

    ours = Path(__file__).resolve().parent.parent / "tools"
    found = [Path(entry).resolve() for entry in getattr(tools, "__path__", ())] or [
        Path(tools.__file__ or "?").resolve()
    ]
    if ours not in found:
        raise ImportError(
            f"another package named 'tools' hides Vocative's: Python found {found[0]}, Vocative needs {ours}. "
            "Rename yours, or start Python from another folder."
        )


_refuse_shadowed_tools()

from agent.assistant import Agent  # noqa: E402
from agent.errors import (  # noqa: E402
    ConfigurationError,
    CredentialError,
    DialError,
    InputError,
    ModelError,
    SessionRefusedError,
    UsageError,
    VocativeError,
)
from agent.options.answers import RetentionRatio  # noqa: E402
from agent.options.audio import AzureVoice, Transcription  # noqa: E402
from agent.options.budget import Budget  # noqa: E402
from agent.options.page import Page  # noqa: E402
from agent.options.turn_detection import AzureSemanticVad, SemanticVad, ServerVad  # noqa: E402
from agent.options.uploads import Uploads  # noqa: E402
from agent.server_tools import ServerMcp  # noqa: E402

__all__ = [
    "Agent",
    "AzureSemanticVad",
    "AzureVoice",
    "Budget",
    "ConfigurationError",
    "CredentialError",
    "DialError",
    "InputError",
    "ModelError",
    "Page",
    "RetentionRatio",
    "SemanticVad",
    "ServerMcp",
    "ServerVad",
    "SessionRefusedError",
    "Transcription",
    "Uploads",
    "UsageError",
    "VocativeError",
]
__version__ = "0.1.0"
