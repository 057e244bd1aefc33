"""docs/services.md: its examples run, and its tables are complete."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from pydantic import AliasChoices

from agent import Agent
from agent.config import Settings
from agent.door.settings import DoorSettings
from agent.search_settings import SearchSettings
from agent.services.choice import SHORT_FORMS
from agent.services.configured import OPENAI_MODEL, VOICE_LIVE_MODEL
from agent.services.retirement import LATEST_PREVIEW
from agent.services.service import AUTHENTICATIONS, KINDS

PAGE = Path(__file__).parent.parent.joinpath("docs", "services.md").read_text("utf-8")


def section(title):
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_example_runs_and_gives_a_session():
    names = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)
    session = names["agent"].session_config(extensions=False).session
    assert session["audio"]["input"]["turn_detection"]["eagerness"] == "low"


def test_every_variable_is_listed_and_no_other():
    known = set()
    for name, field in Settings.model_fields.items():
        if name in DoorSettings.model_fields or name in SearchSettings.model_fields:  # other pages have those
            continue
        alias = field.validation_alias
        known |= {str(each).upper() for each in (alias.choices if isinstance(alias, AliasChoices) else [alias or name])}
    assert set(re.findall(r"`([A-Z_]{8,})`", section("Variables"))) == known


def test_every_short_form_and_default_is_listed():
    table = section("Which model")
    assert [form for form in SHORT_FORMS if f"| `{form}` |" not in table] == []
    for default in (OPENAI_MODEL, VOICE_LIVE_MODEL, LATEST_PREVIEW):
        assert f"({default} if not set)" in table


def test_every_way_to_say_who_we_are_and_every_role_is_listed():
    text = section("As whom")
    assert [way for way in AUTHENTICATIONS if f"`{way}`" not in text] == []
    assert [kind.role for kind in KINDS.values() if kind.role not in text] == []


def test_every_option_of_sessions_is_listed():
    listed = set(re.findall(r"`([a-z_]+)`", section("How sessions are set")))
    options = set(inspect.signature(Agent).parameters)
    apart = {"instructions", "tools", "model", "name", "greeting", "examples"}
    # Those have pages of their own.
    apart |= {"for_user", "handoffs", "purpose", "speculate", "uploads", "citations", "page", "language"}
    assert options - apart - listed == set()
