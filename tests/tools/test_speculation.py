"""Tools that may be run before the model asks: how that is declared, and what agrees with what."""

from __future__ import annotations

import json
import logging

import pytest

from tools import DefinitionError, Speculation, ToolPolicy, Toolset, spec_of, tool
from tools.speculation import answers, arguments_for, plain_words, same_words


@tool(speculate="query")
def look_up(query: str, top: int = 5) -> str:
    """Look something up."""
    return f"{query} {top}"


@tool
def order(item: str) -> str:
    """Order something."""
    return item


def asked(query, **more):
    return json.dumps({"query": query, **more})


def test_a_tool_says_which_argument_the_users_words_are():
    assert spec_of(look_up).speculation == Speculation("query")
    assert json.loads(arguments_for(spec_of(look_up), 'a "leave" form')) == {"query": 'a "leave" form'}


def test_a_tool_that_does_not_say_so_is_never_run_ahead():
    assert spec_of(order).speculation is None
    assert arguments_for(spec_of(order), "a badge") is None
    assert not answers(spec_of(order), "a badge", '{"item": "a badge"}')


def test_a_method_keeps_what_was_declared_in_its_class():
    class Shelf:
        @tool(speculate="query")
        def find(self, query: str) -> str:
            """Find it."""
            return query

    assert Toolset([Shelf().find]).spec("find").speculation == Speculation("query")


@pytest.mark.parametrize("wrong", ["text", "count", Speculation("text")])
def test_a_parameter_that_is_not_there_or_takes_no_text_is_refused(wrong):
    with pytest.raises(DefinitionError, match=r"speculate names '(text|count)'"):

        @tool(speculate=wrong)
        def find(count: int = 1, query: str = "") -> str:
            """Find it."""
            return query * count


def test_a_tool_that_needs_more_than_words_is_refused_and_told_what():
    with pytest.raises(DefinitionError, match=r"run ahead, because 'shelf' must be given too"):

        @tool(speculate="query")
        def find(query: str, shelf: str) -> str:
            """Find it."""
            return query + shelf


@pytest.mark.parametrize("query", ["How much leave", "How much leave?", "  How much  leave ?\n", "How much leave …"])
def test_the_same_words_agree_whatever_closes_them(query):
    assert answers(spec_of(look_up), "How much leave", asked(query))
    assert same_words(query, "How much leave")


@pytest.mark.parametrize("query", ["how much leave", "How much leave for", "leave", "How much, leave", ""])
def test_other_words_do_not(query):
    assert not answers(spec_of(look_up), "How much leave", asked(query))


@pytest.mark.parametrize(
    "arguments", [asked("How much leave", top=3), "{}", "nonsense", "[]", '{"query": 7}', asked("leave", shelf="b")]
)
def test_a_call_that_asks_for_anything_else_has_to_be_run(arguments):
    assert not answers(spec_of(look_up), "How much leave", arguments)


def test_a_looser_rule_is_the_tools_own_affair():
    @tool(speculate=Speculation("query", agrees=lambda said, wanted: set(wanted.split()) <= set(said.split())))
    def find(query: str) -> str:
        """Find it."""
        return query

    assert answers(spec_of(find), "how much leave do I get", asked("leave"))
    assert not answers(spec_of(find), "how much leave do I get", asked("pay"))


def test_a_rule_that_fails_agrees_with_nothing_and_is_logged_without_what_was_said(caplog):
    @tool(speculate=Speculation("query", agrees=lambda said, wanted: 1 / 0))
    def find(query: str) -> str:
        """Find it."""
        return query

    with caplog.at_level(logging.WARNING):
        assert not answers(spec_of(find), "my secret illness", asked("my secret illness"))
    assert "ZeroDivisionError" in caplog.text
    assert "illness" not in caplog.text


@pytest.mark.parametrize(("text", "plain"), [("?", "?"), ("", ""), (" a\n b. ", "a b"), ("3.5 %", "3.5 %")])
def test_plain_words_never_leave_nothing_of_something(text, plain):
    assert plain_words(text) == plain


def test_what_needs_approval_is_never_run_ahead():
    with pytest.raises(DefinitionError, match="what needs approval cannot be run ahead"):

        @tool(policy=ToolPolicy(approval=True), speculate="query")
        def order(query: str) -> str:
            return query
