"""docs/security.md says what the code does, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent import Agent
from agent.door.settings import DoorSettings
from tools import ToolContext, User, invoke

TEXT = (Path(__file__).parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
FIELDS = {str(field.validation_alias): field for field in DoorSettings.model_fields.values()}


@pytest.mark.parametrize("name", FIELDS)
def test_the_page_names_every_setting(name):
    assert re.search(rf"`{name}[`=]", TEXT)


def test_the_page_names_no_setting_that_there_is_not():
    assert set(re.findall(r"`(VOCATIVE_\w+)", TEXT)) <= set(FIELDS)


def test_the_defaults_on_the_page_are_those_of_the_code():
    told = dict(re.findall(r"\| `(VOCATIVE_\w+)` \| ([\d.]+)", TEXT))
    assert len(told) == 12
    assert {name: float(value) for name, value in told.items()} == {name: FIELDS[name].default for name in told}


async def test_the_example_on_the_page_runs():
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    names: dict = {}
    exec(compile(found[1], "docs/security.md", "exec"), names)
    agent = names["agent"]
    assert isinstance(agent, Agent)
    context = ToolContext(user=User("ada", groups=("staff",)))
    outcome = await invoke(agent.toolset, "my_orders", "{}", context)
    assert "orders of ada, who is in staff" in outcome.output
