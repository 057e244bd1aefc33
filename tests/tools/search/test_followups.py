import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolContext, Toolset, Utterance, invoke
from tools.search.followups import leans, whole
from tools.search.tool import search_tool

PASS = "How much is the Island Pass?"


def said(*texts):
    """Alternately the caller and the assistant."""
    return [Utterance("assistant" if number % 2 else "user", text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("before", "query", "meant"),
    [
        (PASS, "And for children?", "How much is the Island Pass for children?"),
        (PASS, "what about children", "How much is the Island Pass children?"),
        ("When does the last boat leave in summer?", "and in winter", "When does the last boat leave in winter?"),
        ("What is a ticket for adults in winter?", "And for children?", "What is a ticket for children in winter?"),
        ("Can I bring my dog?", "How much is that?", "Can I bring my dog? How much is that?"),
        ("Can I bring my dog?", "Why?", "Can I bring my dog? Why?"),
    ],
)
def test_a_follow_up_is_searched_for_as_what_it_means(before, query, meant):
    assert whole(query, said(before, "An answer.")) == meant
    assert whole(query, said(before, "An answer.", query)) == meant


@pytest.mark.parametrize(
    "query",
    [
        "parking",
        "opening hours of the office",
        "What is the fare for dogs on the Heron?",
        "and also, is there wifi on board",
    ],
)
def test_a_query_that_stands_by_itself_is_left_alone(query):
    assert whole(query, said(PASS, "An answer.", query)) == query


def test_a_single_word_of_a_follow_up_means_what_the_follow_up_means():
    """A model that cuts "And for children?" down to "children"."""
    assert whole("children", said(PASS, "£40.", "And for children?")) == "How much is the Island Pass for children?"


def test_a_query_that_says_more_than_the_follow_up_was_made_whole_by_the_model():
    talk = said(PASS, "£40.", "And for children?")
    assert whole("Island Pass price children", talk) == "Island Pass price children"


def test_a_chain_of_follow_ups_goes_back_to_the_question_it_began_with():
    talk = said(PASS, "£40.", "And for children?", "£21.", "And for dogs?")
    assert whole("And for dogs?", talk) == "How much is the Island Pass for dogs?"


def test_what_the_assistant_said_is_no_question():
    assert whole("And for children?", [Utterance("assistant", "Ask me about fares.")]) == "And for children?"


@pytest.mark.parametrize("talk", [(), said("Hm?"), said("And for children?")])
def test_without_an_earlier_question_a_follow_up_stays_as_it_is(talk):
    assert whole("And for children?", talk) == "And for children?"


@pytest.mark.parametrize(
    "text",
    ["why", "And then?", "tell me more", "and how much?", "how much is it", "and for dental?", "same for vision"],
)
def test_it_is_seen_that_a_question_leans_on_another(text):
    assert leans(text)


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=6))
def test_whatever_was_said_a_query_comes_out(query, texts):
    assert whole(query, said(*texts))[:300] or not query


async def test_the_search_tool_knows_what_the_conversation_is_about(small_index, put):
    put(small_index, "fares.md", "the island pass costs 21 pounds for children", "dogs travel free")
    put(small_index, "work.md", "work for children is forbidden by law")
    context = ToolContext(conversation=said("How much is the island pass?", "£40.", "And for children?"))
    tools = Toolset([search_tool(small_index, top=1)])
    outcome = await invoke(tools, "search", json.dumps({"query": "And for children?"}), context)
    assert json.loads(outcome.output)["passages"][0]["document"] == "fares.md"
