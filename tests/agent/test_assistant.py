"""Agent: what a user writes, and what a session is made of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from openai.types.realtime import RealtimeSessionCreateRequest

from agent import Agent, AzureSemanticVad, AzureVoice, ConfigurationError, RetentionRatio, SemanticVad, Transcription
from agent.services.address import service_at
from tools import DefinitionError, Toolset, tool


@tool(timeout_s=3)
def opening_hours(day: str) -> str:
    """Tell when the office is open."""
    return day


class Backend:
    async def search(self, query: str, *, top: int = 5, user=None):
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


def session(**fields):
    return Agent(**fields).session_config(extensions=False).session


def test_what_is_not_given_is_not_sent():
    bare = session()
    assert set(bare) == {"type", "instructions", "output_modalities", "tools", "tool_choice", "audio"}
    assert set(bare["audio"]["input"]) == {"format", "transcription", "turn_detection"}
    assert set(bare["audio"]["output"]) == {"format", "voice"}


def test_every_option_has_its_place_in_the_ga_session_as_the_official_types_know_it():
    """Trap VoiceRAG 18: prompt and turn detection cannot be tuned."""
    full = session(
        tools=[opening_hours],
        turn_detection=SemanticVad(eagerness="high"),
        noise_reduction="far_field",
        transcription=Transcription(model="whisper-1", language="en"),
        modality="text",
        max_output_tokens=500,
        speed=1.1,
        truncation=RetentionRatio(ratio=0.5),
        tool_choice="opening_hours",
        parallel_tool_calls=False,
        reasoning_effort="low",
    )
    assert full["audio"]["input"]["noise_reduction"] == {"type": "far_field"}
    assert full["audio"]["input"]["turn_detection"]["eagerness"] == "high"
    assert full["audio"]["input"]["transcription"] == {"model": "whisper-1", "language": "en"}
    assert full["audio"]["output"]["speed"] == 1.1
    assert full["output_modalities"] == ["text"]
    assert full["tool_choice"] == {"type": "function", "name": "opening_hours"}
    assert full["truncation"] == {"type": "retention_ratio", "retention_ratio": 0.5}
    assert (full["max_output_tokens"], full["parallel_tool_calls"]) == (500, False)
    assert full["reasoning"] == {"effort": "low"}
    known = RealtimeSessionCreateRequest.model_validate(full)
    assert not known.model_extra
    assert not known.audio.input.model_extra
    assert not known.audio.output.model_extra


def test_none_turns_off_what_services_have_on_by_default():
    off = session(turn_detection=None, transcription=None)
    assert off["audio"]["input"]["turn_detection"] is None
    assert off["audio"]["input"]["transcription"] is None


def test_options_of_single_services_stand_where_the_translation_finds_them():
    assert session(temperature=0.7)["temperature"] == 0.7
    voice_live = session(voice=AzureVoice(name="Ava"), turn_detection=AzureSemanticVad())
    assert voice_live["audio"]["output"]["voice"] == {"type": "azure-standard", "name": "Ava"}
    assert voice_live["audio"]["input"]["turn_detection"]["type"] == "azure_semantic_vad"
    assert session(truncation="disabled", max_output_tokens="inf")["truncation"] == "disabled"


def test_who_asks_for_no_voice_gets_one_that_the_service_has():
    preview = service_at("wss://r.openai.azure.com/openai/realtime?deployment=d")
    assert Agent().session_config(extensions=False).session["audio"]["output"]["voice"] == "marin"
    assert Agent().at(preview).session_config(extensions=False).session["audio"]["output"]["voice"] == "alloy"
    assert Agent(voice="echo").at(preview).voice == "echo"


def test_who_names_no_transcribing_model_gets_one_that_the_service_has():
    def heard(agent, url):
        return agent.at(service_at(url)).session_config(extensions=False).session["audio"]["input"]["transcription"]

    azure = "wss://r.openai.azure.com/openai/v1/realtime?model=d"
    voice_live = "wss://r.services.ai.azure.com/voice-live/realtime?model=m"
    assert heard(Agent(), azure) == {"model": "gpt-realtime-whisper"}
    assert heard(Agent(transcription=Transcription(language="de")), voice_live) == {
        "model": "gpt-4o-mini-transcribe",
        "language": "de",
    }
    assert heard(Agent(transcription=Transcription(model="whisper-1")), azure) == {"model": "whisper-1"}
    assert Agent(transcription=None).at(service_at(azure)).transcription is None
    named = replace(service_at(azure), transcription="ears")
    assert Agent().at(named).transcription == Transcription(model="ears")
    assert Agent(transcription=Transcription(model="whisper-1")).at(named).transcription.model == "whisper-1"
    assert Agent(transcription=None).at(named).transcription is None


def test_a_tool_that_must_be_called_has_to_be_there_when_a_session_begins():
    agent = Agent(tool_choice="search")
    with pytest.raises(ConfigurationError, match=r"tool_choice='search'\): there is no such tool; give one of 'auto'"):
        agent.session_config(extensions=False)
    chosen = agent.over(Backend()).session_config(extensions=False).session["tool_choice"]
    assert chosen == {"type": "function", "name": "search"}


def test_the_page_learns_the_name_and_the_examples_but_never_the_prompt():
    config = Agent(name="Concierge", examples=("Soup?",), instructions="secret").session_config(extensions=True)
    assert config.ready == {
        "agent": {
            "name": "Concierge",
            "greeting": "",
            "examples": ["Soup?"],
            "logo": None,
            "panels": ["documents", "history", "connection"],
            "transcripts": "session",
            "notice": None,
        },
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
    ("fields", "said"),
    [
        ({"model": "gpt-realtime"}, "ws://"),
        ({"model": ""}, "no model"),
        ({"model": "wss://r.openai.azure.com/openai/realtime?api-version=2024-10-01-preview"}, "retired"),
        ({"instructions": "  "}, "instructions"),
        ({"voice": ""}, "voice"),
        ({"turn_detection": "server_vad"}, r"turn_detection='server_vad'\): give ServerVad\(…\) or SemanticVad"),
        ({"transcription": "whisper-1"}, r"give Transcription\(…\), or None to turn it off"),
        ({"noise_reduction": "loud"}, "'near_field', 'far_field'"),
        ({"modality": "video"}, "'audio', 'text'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Agent(**fields)


@pytest.mark.parametrize("model", [None, "engine", "azure", "openai:gpt-realtime-2", "https://r.openai.azure.com/"])
def test_a_model_is_named_by_a_short_form_or_an_address_or_left_to_the_environment(model):
    assert Agent(model=model).model == model


def test_a_function_that_cannot_be_a_tool_is_refused_when_the_agent_is_written():
    def anything(*values: str) -> str:
        return "".join(values)

    with pytest.raises(DefinitionError, match="anything"):
        Agent(tools=[anything])


def test_documents_that_can_be_listed_and_opened_give_the_agent_tools_for_that_unless_it_has_its_own():
    class Shelf(Backend):
        def documents(self, user=None):
            return []

        def document(self, path, user=None):
            return None

        def text_of(self, path, page=None, user=None):
            return []

    assert Agent().over(Shelf()).toolset.names == ("search", "list_documents", "open_document")

    @tool
    def open_document(name: str) -> str:
        """Open one of our own."""
        return name

    assert Agent(tools=[open_document]).over(Shelf()).toolset.names == ("open_document", "search", "list_documents")
    chosen = asyncio.run(Agent(tools=lambda _user: [open_document]).over(Shelf()).choose_tools(None))
    assert Toolset(chosen).names == ("open_document", "search", "list_documents")


def test_only_tools_that_say_so_are_run_ahead_and_none_when_it_is_turned_off():
    agent = Agent(tools=[opening_hours]).over(Backend())
    assert agent.session_config(extensions=False).speculative == {"search"}
    for off in (replace(agent, speculate=False), replace(agent, tool_choice="none")):
        assert off.session_config(extensions=False).speculative == frozenset()
