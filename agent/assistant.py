"""Agent: what a user writes. Instructions, tools, a voice and a model; everything else has a default."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from agent.core.session import SessionConfig
from agent.errors import ConfigurationError
from tools import Toolset
from tools.search.tool import search_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tools.search.backend import Backend

EMBEDDED = "engine"

INSTRUCTIONS = (
    "You are a voice assistant that answers questions about the user's documents. For every question about facts, "
    "call the search tool first and answer only from the passages it returns. Answer in one or two short sentences "
    "that are easy to follow by ear. If the passages do not hold the answer, say that the documents do not say. Never "
    "read out file names, ids or addresses."
)


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A voice assistant, declared.

    Attributes:
        instructions: The system prompt. Callers never see it.
        tools: Functions, plain or decorated with `@tool`, or a `Toolset`.
        voice: One of the service's voices; the embedded engine maps all of them to its own.
        model: `"engine"` for the embedded engine, or the `ws(s)://` address of a Realtime service.
        name: What the page calls the assistant.
        greeting: What the page shows before anything was said.
        examples: Questions that the page offers.
        session: Further fields of the GA session object, deep-merged over ours, such as turn detection.

    Raises:
        ConfigurationError: A value cannot be used; the text says which and why.
        tools.DefinitionError: A function cannot be declared as a tool.
    """

    instructions: str = INSTRUCTIONS
    tools: Toolset | Sequence[Callable[..., Any]] = ()
    voice: str = "marin"
    model: str = EMBEDDED
    name: str = "Vocative"
    greeting: str = "Hello! I am an AI assistant. Ask me about your documents."
    examples: tuple[str, ...] = ()
    session: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        object.__setattr__(self, "tools", self.tools if isinstance(self.tools, Toolset) else Toolset(self.tools))
        if self.model != EMBEDDED and urlsplit(self.model).scheme not in {"ws", "wss"}:
            raise ConfigurationError(
                f"Agent(model={self.model!r}): give {EMBEDDED!r} for the embedded engine, or the address of a Realtime "
                "service that starts with ws:// or wss://"
            )
        if not self.instructions.strip():
            raise ConfigurationError(
                "Agent(instructions=…) is empty: say in a sentence or two what the assistant is for"
            )

    @property
    def toolset(self) -> Toolset:
        """The tools, by name."""
        assert isinstance(self.tools, Toolset)  # noqa: S101  (made so above)
        return self.tools

    def over(self, backend: Backend) -> Agent:
        """The same agent with a search tool over documents, unless it has a tool of that name already."""
        if "search" in self.toolset:
            return self
        return replace(self, tools=self.toolset + Toolset([search_tool(backend)]))

    def session_config(self, *, extensions: bool) -> SessionConfig:
        """What a session of this agent enforces.

        Args:
            extensions: The client opted in to our own events.
        """
        return SessionConfig(
            session=_merged(self._session(), self.session),
            timeouts={name: self.toolset.spec(name).timeout_s for name in self.toolset.names},
            extensions=extensions,
            ready={"agent": {"name": self.name, "greeting": self.greeting, "examples": list(self.examples)}},
        )

    def _session(self) -> dict[str, Any]:
        pcm = {"type": "audio/pcm", "rate": 24000}
        return {
            "type": "realtime",
            "instructions": self.instructions,
            "output_modalities": ["audio"],
            "tools": self.toolset.definitions(),
            "tool_choice": "auto",
            "audio": {
                "input": {
                    "format": pcm,
                    "transcription": {"model": "gpt-4o-mini-transcribe"},
                    "turn_detection": {
                        "type": "server_vad",
                        "threshold": 0.5,
                        "prefix_padding_ms": 300,
                        "silence_duration_ms": 500,
                        "create_response": True,
                        "interrupt_response": True,
                    },
                },
                "output": {"format": pcm, "voice": self.voice},
            },
        }


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        nested = isinstance(below, dict) and isinstance(value, dict)
        result[name] = _merged(cast("dict[str, Any]", below), cast("dict[str, Any]", value)) if nested else value
    return result
