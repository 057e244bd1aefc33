"""What an agent may say of its budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent import Agent, Budget, ConfigurationError
from agent.options.budget import FAREWELLS, WARNINGS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"session": 0}, "Budget(session=0): give a number from 1e-06 to 1e+07 US dollars"),
        ({"user": "5"}, "Budget(user='5')"),
        ({"day": True}, "Budget(day=True)"),
        ({"warn_at": 80}, "Budget(warn_at=80): give a number from 0 to 1"),
        ({"stop_at": 0.9}, "Budget(stop_at=0.9): give a number from 1 to 100"),
        ({"warning": " "}, "Budget(warning=' '): give a text"),
        ({"farewell": 3}, "Budget(farewell=3): give a text"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(fields, complaint):
    with pytest.raises(ConfigurationError, match=re.escape(complaint)):
        Budget(**fields)


def test_an_agent_takes_a_budget_and_nothing_else():
    assert Agent(budget=Budget(session=1.0)).budget.limits.session == 1.0
    assert not Agent().budget.limits.any
    with pytest.raises(ConfigurationError, match=re.escape("Agent(budget=5): give Budget(…)")):
        Agent(budget=5)


def test_the_sentences_are_there_in_every_language_of_the_page():
    languages = {path.stem for path in (ROOT / "web" / "src" / "words").glob("??.ts")}
    assert {*WARNINGS} == {*FAREWELLS} == languages


def test_a_language_that_we_have_no_sentence_in_gets_the_english_one():
    assert Budget().words("sw") == Budget().words(None) == (WARNINGS["en"], FAREWELLS["en"])
    assert Budget(farewell="Tschüs.").words("de") == (WARNINGS["de"], "Tschüs.")
