"""About: what is told of a session in every trace and metric: who answers, and whose model it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

# Profile → `gen_ai.provider.name`, by the conventions where they name it.
PROVIDERS = {
    "openai": "openai",
    "azure": "azure.ai.openai",
    "azure-preview": "azure.ai.openai",
    "voice-live": "azure.ai.voice_live",
    "engine": "vocative.engine",
    "compatible": "compatible",
}


@dataclass(slots=True)
class About:
    """One session.

    Attributes:
        session_id: Its name in the logs.
        agent: The name of the agent.
        profile: The name of its model's profile.
        model: The model, or the deployment; "" until it is known.
        transcriber: What writes down the user's words; "" where nothing does.
    """

    session_id: str
    agent: str
    profile: str
    model: str = ""
    transcriber: str = ""

    @property
    def provider(self) -> str:
        """As `gen_ai.provider.name` has it."""
        return PROVIDERS.get(self.profile, self.profile)

    @property
    def attributes(self) -> dict[str, Any]:
        """Those that every metric carries."""
        found = {"gen_ai.provider.name": self.provider}
        return {**found, "gen_ai.request.model": self.model} if self.model else found
