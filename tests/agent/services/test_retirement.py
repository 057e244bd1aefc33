"""Retirement: which models are gone or going."""

from __future__ import annotations

from datetime import date

import pytest

from agent.services.retirement import retirement_of, retirements


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o-realtime-preview", "gpt-4o-realtime-preview"),
        ("gpt-4o-realtime-preview-2024-12-17", "gpt-4o-realtime-preview"),
        ("GPT-Realtime", "gpt-realtime"),
        ("gpt-realtime-2025-08-28", "gpt-realtime"),
        ("gpt-realtime-global-standard", "gpt-realtime"),
        ("gpt-realtime-mini-2025-10-06", "gpt-realtime-mini-2025-10-06"),
        ("gpt-realtime-mini-2025-12-15", "gpt-realtime-mini"),
        ("gpt-realtime-2", "gpt-realtime-2"),
    ],
)
def test_a_model_is_known_with_and_without_the_date_of_its_version(model, listed):
    found = retirement_of("azure", model)
    assert found is not None
    assert found.model == listed


@pytest.mark.parametrize("model", ["gpt-realtime-2.1", "gpt-realtime-2.1-mini", "my-deployment", "", "gpt-realtimes"])
def test_a_model_of_which_nothing_is_announced_is_not_taken_for_another(model):
    assert retirement_of("azure", model) is None


def test_each_seller_has_days_of_its_own():
    azure, openai = retirement_of("voice-live", "gpt-realtime"), retirement_of("openai", "gpt-realtime")
    assert azure is not None
    assert openai is not None
    assert (azure.seller, openai.seller) == ("Azure", "OpenAI")
    assert azure.day != openai.day
    assert retirements("compatible") == ()


def test_the_note_tells_what_has_been_from_what_will_be():
    end = retirement_of("openai", "gpt-realtime")
    assert end is not None
    assert "retires on 2027-01-20; use gpt-realtime-2.1" in end.note(date(2026, 11, 25))
    assert "was announced to retire" in end.note(date(2027, 1, 20))


def test_no_replacement_is_itself_announced_to_retire():
    for profile in ("azure", "openai"):
        assert [end.replacement for end in retirements(profile) if retirement_of(profile, end.replacement)] == []
