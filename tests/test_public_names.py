"""Names that others rely on; a change here is a change for them, and belongs in the changelog."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

PUBLIC = {
    "agent": [
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
    ],
    "agent.testing": [
        "CallSeen",
        "Caller",
        "Delay",
        "Drop",
        "Duplicate",
        "Error",
        "Exchange",
        "Expire",
        "Fail",
        "Fault",
        "FaultError",
        "Faults",
        "Late",
        "Line",
        "Lose",
        "Nameless",
        "Refuse",
        "Reject",
        "Script",
        "Stage",
        "Stall",
    ],
    "tools": [
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
    ],
}
DEFINED = {
    "agent.core.session": ["Session"],
    "agent.core.state": ["Phase", "State", "Upstream"],
    "agent.core.profiles": ["OPTIONAL", "PROFILES", "Profile", "optional"],
    "agent.core.config": ["Effective", "SessionConfig", "effective"],
    "agent.core.actions": [
        "Action",
        "Actions",
        "ApproveCall",
        "CancelCall",
        "DropAudio",
        "DropSpeculation",
        "Hangup",
        "Speculate",
        "Spent",
        "StartCall",
        "ToClient",
        "ToUpstream",
    ],
    "agent.core.calls": ["Call", "CallResult", "CallState", "Calls"],
    "agent.core.frames": ["Frame", "MalformedFrame", "decode"],
    "agent.core.turns": ["TABLE", "Model", "Signal", "Turns", "User"],
    "agent.core.dialect": ["DIALECTS", "GA", "PREVIEW", "VOICE_LIVE", "VOICE_LIVE_ONLY", "Dialect"],
    "agent.transports.base": [
        "Nowhere",
        "Onward",
        "Outlet",
        "Pull",
        "Send",
        "Transport",
        "TransportClosed",
        "never",
        "outlet",
    ],
    "agent.relay": ["RUN_ON", "Relay"],
}
METHODS = {
    ("agent.core.session", "Session"): [
        "ask_approval",
        "broken",
        "call_finished",
        "call_progress",
        "client_back",
        "client_closed",
        "client_lost",
        "dial_failed",
        "dialled",
        "hand_over",
        "handle_timer",
        "job_finished",
        "learn",
        "next_deadline",
        "receive_binary",
        "receive_client",
        "receive_successor",
        "receive_upstream",
        "retool",
        "successor_closed",
        "upstream_closed",
    ],
    ("agent.transports.base", "Transport"): ["close", "pause", "resume", "send", "shorten", "start", "wait_closed"],
    ("agent.transports.stream", "Stream"): ["close", "receive", "send"],
    ("agent.relay", "Relay"): ["abandon", "attends", "kept", "let_go", "rejoin", "run", "told"],
}


def defined(module):
    """Public names that a module defines itself."""
    body = ast.parse(Path(module.__file__).read_text("utf-8")).body
    named = [node.name for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        named += [target.id for target in targets if isinstance(target, ast.Name)]
    return sorted(name for name in named if not name.startswith("_"))


@pytest.mark.parametrize("name", PUBLIC)
def test_a_package_offers_just_these_names(name):
    package = importlib.import_module(name)
    assert sorted(package.__all__) == sorted(PUBLIC[name])
    assert all(hasattr(package, each) for each in PUBLIC[name])


@pytest.mark.parametrize("name", DEFINED)
def test_a_module_defines_just_these_names(name):
    assert defined(importlib.import_module(name)) == sorted(DEFINED[name])


@pytest.mark.parametrize(("module", "name"), METHODS)
def test_a_class_offers_just_these_methods(module, name):
    found = vars(getattr(importlib.import_module(module), name))
    assert sorted(each for each, value in found.items() if callable(value) and each[0] != "_") == METHODS[module, name]


def test_the_session_configuration_is_found_where_it_always_was():
    assert importlib.import_module("agent.core.session").SessionConfig.__module__ == "agent.core.config"
