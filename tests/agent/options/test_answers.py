"""Answers: truncation, and what an agent's options of answers may be."""

from __future__ import annotations

import pytest
from openai.types.realtime import RealtimeTruncationRetentionRatio

from agent import Agent, ConfigurationError, RetentionRatio


def test_a_retention_ratio_is_what_the_official_types_know():
    assert RetentionRatio().wire() == {"type": "retention_ratio", "retention_ratio": 0.8}
    full = RetentionRatio(ratio=0.5, post_instructions=8000).wire()
    assert RealtimeTruncationRetentionRatio.model_validate(full).model_dump(exclude_unset=True) == full


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"max_output_tokens": 0}, r"Agent\(max_output_tokens=0\): give a number from 1 to 4096 tokens, or 'inf'"),
        ({"max_output_tokens": "many"}, "max_output_tokens='many'"),
        ({"speed": 2.0}, "0.25 to 1.5"),
        ({"temperature": 3}, "0 to 1.2"),
        ({"truncation": "never"}, "'auto', 'disabled'"),
        ({"tool_choice": ""}, "tool_choice"),
        ({"parallel_tool_calls": "yes"}, "True or False"),
        ({"reasoning_effort": "extreme"}, "'minimal', 'low'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Agent(**fields)


@pytest.mark.parametrize("make", [lambda: RetentionRatio(ratio=1.1), lambda: RetentionRatio(post_instructions=-1)])
def test_a_ratio_that_cannot_be_is_refused(make):
    with pytest.raises(ConfigurationError, match="RetentionRatio"):
        make()
