"""docs/services.md: its examples run, and its tables are complete."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from agent import Agent
from agent.config import Settings, variables_of
from agent.door.settings import DoorSettings
from agent.pricing.settings import PricingSettings
from agent.search_settings import SearchSettings
from agent.services.choice import SHORT_FORMS
from agent.services.configured import OPENAI_MODEL, VOICE_LIVE_MODEL
from agent.services.retirement import LATEST_PREVIEW
from agent.services.service import AUTHENTICATIONS, KINDS
from agent.sessions.settings import SessionsSettings
from agent.telemetry.settings import TelemetrySettings

PAGES = Path(__file__).parent.parent / "docs"
PAGE = PAGES.joinpath("services.md").read_text("utf-8")


def section(title):
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_example_runs_and_gives_a_session():
    names = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)
    session = names["agent"].session_config(extensions=False).session
    assert session["audio"]["input"]["turn_detection"]["eagerness"] == "low"


# Settings that have pages of their own.
ELSEWHERE = {
    DoorSettings: "security.md",
    SearchSettings: "azure-search.md",
    TelemetrySettings: "observability.md",
    PricingSettings: "costs.md",
    SessionsSettings: "resuming.md",
}


def test_every_variable_is_listed_and_no_other():
    apart = {name for settings in ELSEWHERE for name in settings.model_fields}
    fields = {name: field for name, field in Settings.model_fields.items() if name not in apart}
    known = {each for name, field in fields.items() for each in variables_of(name, field)}
    assert set(re.findall(r"`([A-Z_]{8,})`", section("Variables"))) == known


@pytest.mark.parametrize("settings", ELSEWHERE)
def test_the_variables_of_a_part_are_on_its_own_page(settings):
    page = PAGES.joinpath(ELSEWHERE[settings]).read_text("utf-8")
    names = {each for name in settings.model_fields for each in variables_of(name, Settings.model_fields[name])}
    assert [name for name in sorted(names) if f"{name}`" not in page and f"{name}=" not in page] == []


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
    apart |= {"for_user", "handoffs", "purpose", "speculate", "uploads", "citations", "page", "language"} | {"budget"}
    assert options - apart - listed == set()
