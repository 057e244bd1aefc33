"""The page about where tools come from: its examples are agents that open and can be called."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from agent.cast import Cast
from tools import ToolContext, User
from tools.opening import Shared

PAGE = (Path(__file__).parents[1] / "docs" / "tool-sources.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE, re.DOTALL))
CALLS = {
    "basket.py": (None, "add", '{"thing": "a lamp"}', "a lamp"),
    "clock.py": (None, "time_get_current_time", '{"timezone": "UTC"}', "UTC"),
    "by_user.py": (User("ada", groups=("hr",)), "salaries", "", "enough"),
    "desk.py": (None, "transfer_to_billing", "", "handed over to Billing"),
}


def test_no_block_of_code_is_left_out():
    assert set(BLOCKS) == set(CALLS)
    assert len(BLOCKS) == PAGE.count("```python")


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
async def test_an_example_opens_and_answers_a_call(name, tmp_path):
    path = tmp_path / name
    path.write_text(BLOCKS[name], "utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    user, tool, arguments, expected = CALLS[name]
    shared = Shared()
    cast = await Cast.open(module.agent, shared, user, extensions=True)
    outcome = await cast.invoke(tool, arguments, ToolContext())
    assert outcome.ok
    assert expected in outcome.output
    await cast.close()
    await shared.close()
