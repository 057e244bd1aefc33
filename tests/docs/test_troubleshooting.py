"""docs/troubleshooting.md: each message in it is one that the program gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.messages import is_said

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
QUOTED = [
    line for block in re.findall(r"^```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]


@pytest.mark.parametrize("line", QUOTED)
def test_each_message_that_is_quoted_is_one_that_the_program_gives(line):
    # Enough of it to be found by: a word or two would be in some text or other.
    assert len(line.replace("…", "").split()) >= 3 or line == "draining"
    assert is_said(line)


def test_a_message_that_nobody_gives_would_be_noticed():
    assert not is_said("the microphone has gone fishing")
    assert not is_said("cannot listen on … harbour …: choose another with --port")
    assert is_said("cannot listen on … port …: choose another with --port")


def test_every_refusal_at_the_door_is_on_the_page():
    """Whoever is turned away finds the words here: 401 and 403 are what people ask about most."""
    for words in ("sign in: present a ticket", "may not use this assistant", "the assistant is fully occupied"):
        assert words in PAGE


def test_there_is_an_entry_for_each_symptom_that_people_come_with():
    titles = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    for symptom in (
        "heard",
        "itself",
        "microphone",
        "401",
        "403",
        "slow",
        "wrong",
        "refused",
        "proxy",
        "WebRTC",
        "ready",
    ):
        assert any(symptom in title for title in titles), symptom
