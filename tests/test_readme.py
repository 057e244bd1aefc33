"""The README's own example: an agent with a tool, and its test, run as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
PAGE = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.slow
def test_the_hotels_agent_passes_its_test(pytester):
    for name, text in BLOCKS.items():
        (pytester.path / name).write_text(text, "utf-8")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\npythonpath = .\n")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_no_block_of_python_is_left_out():
    assert len(BLOCKS) == PAGE.count("```python")


def test_every_page_that_is_linked_is_there():
    pages = re.findall(r"\]\((docs/[\w-]+\.md|\w+(?:\.md)?)\)", PAGE)
    assert pages
    assert [page for page in pages if not (Path(__file__).parent.parent / page).is_file()] == []
