import json
import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum

import pytest
from pydantic import BaseModel, field_serializer

from tools.policy import ToolPolicy
from tools.result import NOT_SHOWN, SHOWN, BadResultError, Outcome, Result, outcome_of
from tools.search.backend import Passage


@dataclass
class Point:
    x: int


class Room(BaseModel):
    day: date


class Broken(BaseModel):
    a: int = 1

    @field_serializer("a")
    def fail(self, value: int) -> int:
        raise KeyError("secret")


class Word(StrEnum):
    YES = "yes"


@pytest.mark.parametrize(
    ("value", "output"),
    [
        ("as it is", "as it is"),
        ("", ""),
        (None, "Done."),
        (Word.YES, "yes"),
        (3, "3"),
        (True, "true"),
        ({"ä": [1, None]}, '{"ä":[1,null]}'),
        ((1, "a"), '[1,"a"]'),
        (Point(1), '{"x":1}'),
        ([Room(day=date(2026, 1, 2))], '[{"day":"2026-01-02"}]'),
        (Decimal("1.50"), '"1.50"'),
        (Enum("Kind", {"A": "a"}).A, '"a"'),
        ([math.nan, math.inf], "[null,null]"),
    ],
)
def test_any_value_with_a_json_form_becomes_text_for_the_model(value, output):
    assert outcome_of(value) == Outcome(output)
    assert outcome_of(Result(value)) == Outcome(output)


def test_model_and_client_see_different_things():
    outcome = outcome_of(Result(for_model="short", for_client={"room": Room(day=date(2026, 1, 2))}))
    assert outcome.output == "short"
    assert outcome.for_client == {"room": {"day": "2026-01-02"}}
    assert outcome.ok
    assert outcome.error is None


def test_citations_are_json_objects_of_what_was_retrieved():
    passage = Passage("1", "a.pdf", "A", "text", 0.5, page=3, headings=("H",))
    outcome = outcome_of(Result("x", citations=[passage.citation()]))
    assert outcome.citations == (passage.citation(),)
    assert outcome_of(Result("x", citations=iter([{"id": 1}]))).citations == ({"id": 1},)


def test_half_a_surrogate_pair_cannot_break_the_wire():
    outcome_of("\ud800 broken").output.encode("utf-8")


def circular():
    loop = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize("value", [object(), {"a": object()}, circular(), Broken(), lambda: 1, {1: "\ud800"}])
def test_what_has_no_json_form_is_refused_without_quoting_it(value):
    with pytest.raises(BadResultError, match=r"^for_model \(\w+\) has no JSON form: \w+$"):
        outcome_of(value)
    with pytest.raises(BadResultError, match="for_client"):
        outcome_of(Result("x", for_client=value))


@pytest.mark.parametrize("citations", ["text", [1], {"id": 1}, ["x"], [{"id": 1}, None], None])
def test_citations_that_are_no_objects_are_refused(citations):
    with pytest.raises(BadResultError, match="citations is not a list of JSON objects"):
        outcome_of(Result("x", citations=citations))


def test_what_the_client_gets_is_plain_json():
    outcome = outcome_of(Result("x", for_client=(math.nan, Point(1))))
    assert json.loads(json.dumps(outcome.for_client, allow_nan=False)) == [None, {"x": 1}]


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("abcdefgh", "abcde\n[truncated: 5 of 8 characters shown]"),
        ("{bcdefgh", "{bcde\n[truncated: 5 of 8 characters shown]"),
        ("abcde", "abcde"),
    ],
)
def test_a_text_that_is_too_long_is_cut_and_says_so(value, cut):
    assert outcome_of(value, ToolPolicy(max_chars=5)).output == cut


@pytest.mark.parametrize("value", [{"a": list(range(50))}, list(range(50)), json.dumps(list(range(50)))])
def test_json_that_is_cut_is_still_json_and_nobody_takes_the_part_for_the_whole(value):
    cut = json.loads(outcome_of(value, ToolPolicy(max_chars=20)).output)
    assert cut["truncated"].startswith("20 of ")
    assert len(cut["beginning"]) == 20


def test_without_a_limit_nothing_is_cut():
    assert len(outcome_of("x" * 100_000, ToolPolicy(max_chars=None)).output) == 100_000
    assert len(outcome_of("x" * 100_000).output) < 21_000


@pytest.mark.parametrize(
    ("destination", "shows", "output", "for_client"),
    [
        ("model", True, "secret", None),
        ("both", True, "secret", "secret"),
        ("client", True, SHOWN, "secret"),
        ("client", False, NOT_SHOWN, "secret"),
    ],
)
def test_a_plain_result_goes_where_the_policy_says(destination, shows, output, for_client):
    outcome = outcome_of("secret", ToolPolicy(destination=destination), shows=shows)
    assert (outcome.output, outcome.for_client) == (output, for_client)


def test_a_result_says_itself_what_the_client_gets():
    outcome = outcome_of(Result("words", for_client=[1]), ToolPolicy(destination="client"), shows=True)
    assert (outcome.output, outcome.for_client) == (SHOWN, [1])
