"""Answers: how long, how fast and how varied a model answers, which tools it may use, and what it may forget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agent.options.checks import flag, given, number, one_of, text, whole

EFFORTS = ("minimal", "low", "medium", "high", "xhigh")
# A response's tokens, tool calls included; OpenAI's Realtime reference.
MOST_OUTPUT_TOKENS = 4096


@dataclass(frozen=True, kw_only=True)
class RetentionRatio:
    """Forgetting in large steps: when the conversation is full, only a part of it is kept, and the cache lives longer.

    Attributes:
        ratio: What is kept of the tokens that follow the instructions, 0.0 to 1.0.
        post_instructions: Tokens after the instructions that count as full; None for the model's limit.

    Raises:
        ConfigurationError: A value cannot be used.
    """

    ratio: float = 0.8
    post_instructions: int | None = None

    def __post_init__(self) -> None:
        number("RetentionRatio", "ratio", self.ratio, 0.0, 1.0)
        whole("RetentionRatio", "post_instructions", self.post_instructions, 0, 10_000_000, "tokens")

    def wire(self) -> dict[str, Any]:
        """The GA object, at `truncation`."""
        limits = given(post_instructions=self.post_instructions)
        return {"type": "retention_ratio", "retention_ratio": self.ratio, **given(token_limits=limits or None)}


Truncation: TypeAlias = Literal["auto", "disabled"] | RetentionRatio


def check_answers(owner: str, fields: dict[str, Any]) -> None:
    """Refuse options of answers that cannot be used.

    Args:
        owner: The class that they were given to.
        fields: `max_output_tokens`, `speed`, `temperature`, `truncation`, `tool_choice`, `parallel_tool_calls` and
            `reasoning_effort`; None for what is not given.

    Raises:
        ConfigurationError: One cannot be used; the text names it and what it takes.
    """
    if fields["max_output_tokens"] != "inf":
        whole(owner, "max_output_tokens", fields["max_output_tokens"], 1, MOST_OUTPUT_TOKENS, "tokens, or 'inf'")
    number(owner, "speed", fields["speed"], 0.25, 1.5)
    # 0.6 to 1.2 on the preview endpoints, 0 to 1 on Voice Live.
    number(owner, "temperature", fields["temperature"], 0.0, 1.2)
    if not isinstance(fields["truncation"], RetentionRatio):
        one_of(owner, "truncation", fields["truncation"], ("auto", "disabled"))
    text(owner, "tool_choice", fields["tool_choice"])
    flag(owner, "parallel_tool_calls", fields["parallel_tool_calls"])
    one_of(owner, "reasoning_effort", fields["reasoning_effort"], EFFORTS)
