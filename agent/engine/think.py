"""think: the reasoner behind the embedded engine, chosen by what the user asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agent.engine.thinking.chat import Chat
from agent.engine.thinking.extractive import Extractive
from tools.search.embedder import shared_embedder

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.engine.parts import Reasoner

__all__ = ["load_reasoner"]


def load_reasoner(
    choice: str | None = None,
    model: str | None = None,
    *,
    api_key: str | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Reasoner:
    """Make a reasoner.

    Args:
        choice: None or `"extractive"` for the embedded one, else the base URL of an OpenAI-compatible chat completions
            endpoint, such as `http://localhost:11434/v1`.
        model: The model's name at that endpoint.
        api_key: The endpoint's key, if it wants one.
        clock: Gives the local time; the system's by default.

    Raises:
        ValueError: The choice is neither, or the model is missing; the text says what to write.
    """
    if choice is None or choice == "extractive":
        return Extractive(shared_embedder(), clock=clock or _now)
    return Chat(choice, model, api_key=api_key)


def _now() -> datetime:
    return datetime.now().astimezone()
