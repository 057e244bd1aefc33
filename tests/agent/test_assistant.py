"""Agent: what a user writes, and what a session is made of it."""

from __future__ import annotations

import pytest

from agent import Agent, ConfigurationError
from tools import DefinitionError, Toolset, tool


@tool(timeout_s=3)
def opening_hours(day: str) -> str:
    """Tell when the office is open."""
    return day


class Backend:
    async def search(self, query: str, *, top: int = 5):
        return []


def test_an_agent_registers_its_tools_and_enforces_its_prompt_and_voice():
    agent = Agent(instructions="Be brief.", tools=[opening_hours], voice="cedar")
    session = agent.session_config(extensions=False).session
    assert session["type"] == "realtime"
    assert session["instructions"] == "Be brief."
    assert [each["name"] for each in session["tools"]] == ["opening_hours"]
    assert session["audio"]["output"]["voice"] == "cedar"
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 500


def test_a_tool_keeps_its_own_time_limit():
    assert Agent(tools=[opening_hours]).session_config(extensions=False).timeouts == {"opening_hours": 3}


def test_further_session_fields_are_merged_and_not_replaced():
    detection = {"type": "semantic_vad", "eagerness": "low"}
    agent = Agent(session={"audio": {"input": {"turn_detection": detection}}, "tool_choice": "none"})
    session = agent.session_config(extensions=True).session
    assert session["audio"]["input"]["turn_detection"]["eagerness"] == "low"
    assert session["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24000}
    assert session["tool_choice"] == "none"


def test_the_page_learns_the_name_and_the_examples_but_never_the_prompt():
    config = Agent(name="Concierge", examples=("Soup?",), instructions="secret").session_config(extensions=True)
    assert config.ready == {
        "agent": {"name": "Concierge", "greeting": Agent.greeting, "examples": ["Soup?"]},
    }


def test_an_agent_over_documents_can_search_them():
    assert Agent(tools=[opening_hours]).over(Backend()).toolset.names == ("opening_hours", "search")


def test_an_agent_with_a_search_of_its_own_keeps_it():
    @tool
    def search(query: str) -> str:
        """Search elsewhere."""
        return query

    agent = Agent(tools=Toolset([search]))
    assert agent.over(Backend()) is agent


@pytest.mark.parametrize(
    ("fields", "said"), [({"model": "gpt-realtime"}, "ws://"), ({"instructions": "  "}, "instructions")]
)
def test_what_cannot_be_used_is_refused_in_words(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Agent(**fields)


def test_a_function_that_cannot_be_a_tool_is_refused_when_the_agent_is_written():
    def anything(*values: str) -> str:
        return "".join(values)

    with pytest.raises(DefinitionError, match="anything"):
        Agent(tools=[anything])
