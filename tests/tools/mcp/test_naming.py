"""What the model calls a tool of a server."""

from __future__ import annotations

import re

import pytest

from tools.mcp.naming import tool_name


@pytest.mark.parametrize(
    ("prefix", "name", "expected"),
    [("time", "get_current_time", "time_get_current_time"), ("", "now", "now"), ("a-b", "c-d", "a-b_c-d")],
)
def test_a_name_that_suits_the_services_stays_as_it_is(prefix, name, expected):
    assert tool_name(prefix, name) == expected


@pytest.mark.parametrize("name", ["files.read/all", "größe", "x" * 80, "", "a b", "名前"])
def test_any_other_becomes_one_that_suits_and_is_always_the_same(name):
    made = tool_name("server", name)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", made)
    assert made == tool_name("server", name)


def test_names_that_would_become_the_same_are_told_apart():
    assert tool_name("s", "read/all") != tool_name("s", "read.all")
    assert tool_name("s", "x" * 80 + "1") != tool_name("s", "x" * 80 + "2")


def test_a_shortened_name_is_the_same_in_every_process():
    assert tool_name("s", "read/all") == "s_read_all_734878e7"
