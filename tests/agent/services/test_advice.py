"""Advice: what is worth knowing beside whether a service answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agent.services.address import service_at
from agent.services.advice import notes, rejected
from agent.services.service import ENGINE, unknown

TODAY = date(2026, 11, 25)


def told(address, answered_by="", transcription=""):
    return "\n".join(notes(service_at(address), answered_by, transcription, TODAY))


def test_the_preview_is_said_to_be_unable_to_hide_or_enforce_instructions_over_webrtc():
    text = told("wss://r.openai.azure.com/openai/realtime?deployment=d")
    assert "cannot hide or enforce the instructions" in text
    assert "eastus2 or swedencentral" in text
    assert "cannot hide" not in told("wss://r.openai.azure.com/openai/v1/realtime?model=d")


def test_the_end_of_the_model_that_answers_is_told_as_certain_and_of_a_deployments_name_as_a_hint():
    address = "wss://r.openai.azure.com/openai/v1/realtime?model=gpt-realtime-mini"
    assert "gpt-realtime-mini retires on 2026-12-15" in told(address)
    assert "if that is what the deployment serves" in told(address)
    certain = told("wss://r.openai.azure.com/openai/v1/realtime?model=mine", "gpt-realtime-2025-08-28")
    assert "gpt-realtime retires on 2027-02-28" in certain
    assert "if that" not in certain
    assert "announced ends" not in certain


def test_where_no_model_has_answered_the_table_is_shown():
    assert "gpt-4o-realtime-preview 2026-02-02" in told("wss://r.openai.azure.com/openai/v1/realtime?model=mine")


def test_the_transcribing_model_may_end_too():
    text = told("wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1", "gpt-realtime-2.1", "whisper-1")
    assert text == (
        "OpenAI: whisper-1 retires on 2027-02-26; use gpt-live-transcribe instead "
        "(it transcribes: Agent(transcription=Transcription(model=…)))"
    )


def test_on_azure_the_transcribing_model_wants_a_deployment_of_its_own():
    assert "deployment named gpt-4o-mini-transcribe" in told(
        "wss://r.openai.azure.com/openai/v1/realtime?model=gpt-realtime-2.1", "", "gpt-4o-mini-transcribe"
    )
    assert "deployment named" not in told("wss://api.openai.com/v1/realtime?model=m", "m", "gpt-4o-mini-transcribe")


def heard(address, transcription, named=""):
    service = replace(service_at(address), transcription=named)
    return [each for each in notes(service, "m", transcription, TODAY) if "transcripts" in each]


def test_what_transcribes_is_told_with_what_decided_on_it():
    azure, openai = "wss://r.openai.azure.com/openai/v1/realtime?model=m", "wss://api.openai.com/v1/realtime?model=m"
    needs = "transcripts of the user need a deployment named {} on the same resource"
    assert heard(azure, "ears", "ears") == [needs.format("ears") + " (AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT)"]
    assert heard(azure, "whisper-1", "whisper-1") == [
        needs.format("whisper-1") + " (AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT)"
    ]
    assert heard(azure, "gpt-realtime-whisper") == [
        needs.format("gpt-realtime-whisper") + " (AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT names another)"
    ]
    assert heard(azure, "mine", "ears") == [
        needs.format("mine")
        + " (AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT names ears, and the agent something else, which counts)"
    ]
    assert heard(azure, "", "ears") == [
        "AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT has no effect: the agent wants no transcripts of the user"
    ]
    assert heard(openai, "t", "t") == ["transcripts of the user are made by t (OPENAI_TRANSCRIPTION_MODEL)"]
    assert heard(openai, "t") == heard(azure, "whisper-1") == heard(azure, "") == []


def test_what_was_corrected_in_an_address_is_told():
    assert "renamed" in told("wss://r.openai.azure.com/openai/v1/realtime?deployment=gpt-realtime-2.1")


def test_an_address_without_encryption_is_told_unless_it_is_this_machine():
    assert "not encrypted" in told("ws://10.0.0.9/v1/realtime")
    assert list(notes(unknown("ws://localhost:1/v1/realtime"), "", "", TODAY)) == []
    assert list(notes(ENGINE, "", "gpt-4o-mini-transcribe", TODAY)) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            {"param": "session.audio.input.noise_reduction", "message": "No."},
            "field session.audio.input.noise_reduction: No.; change or leave out Agent(noise_reduction=…)",
        ),
        ({"param": "session.input_audio_transcription.model", "message": "No."}, "Agent(transcription=…)"),
        ({"param": "session.tools[0].strict", "message": "No."}, "Agent(tools=…)"),
        ({"param": "session.whatever", "message": "No."}, "Agent(session=…)"),
        ({"param": None, "message": "Bad key sk-abc."}, "an error instead of a session: Bad key …"),
        ({"code": "x"}, "an error instead of a session: x"),
        (None, "no reason given"),
    ],
)
def test_a_rejected_field_is_named_with_the_option_that_sets_it(error, said):
    text = rejected(error)
    assert said in text
    assert "sk-abc" not in text
