"""The examples of the page on speculative retrieval run as written, and say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from agent.core import speculating

PAGE = (Path(__file__).parents[1] / "docs" / "speculation.md").read_text(encoding="utf-8")


def test_the_examples_run_and_declare_what_the_page_says(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[1])
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    try:
        speculation = names["agent"].toolset.spec("search").speculation
        assert speculation.agrees("how much annual leave do I get", "annual leave")
        assert names["agent"].session_config(extensions=False).speculative == {"search"}
        assert names["careful"].session_config(extensions=False).speculative == frozenset()
        assert names["ask_wiki"].__tool_spec__.speculation.parameter == "question"
    finally:
        names["library"].close()


def test_the_bounds_on_the_page_are_those_that_hold():
    assert (speculating.MOST, speculating.BETWEEN, speculating.FEWEST_WORDS) == (4, 0.25, 2)
    assert (speculating.LONGEST, speculating.MOST_MISSES, speculating.REST) == (400, 3, 10)
    for words in (
        "four begun in a turn",
        "a quarter of a second",
        "under two words",
        "over 400 characters",
        "three turns",
    ):
        assert words in " ".join(PAGE.split()), words
