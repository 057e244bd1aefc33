"""A frame's type is found without decoding it, and never wrongly."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.frames import Frame, MalformedFrame, decode


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"response.created","x":1}',
        ' \n{ "type" : "response.created" }',
        '{"event_id":"e1","type":"response.created"}',
        '{"event_id" : "e1" , "type" : "response.created", "type2": "other"}',
        '{"x":1,"type":"response.created"}',
        '{"event_id":"a\\"b","type":"response.created"}',
        '{"type":"response\\u002ecreated"}',
        '{"x":"\\"type\\":\\"error\\"","type":"response.created"}',
        '{"nested":{"type":"error"},"type":"response.created"}',
    ],
)
def test_the_type_is_found_whatever_the_order_of_keys_and_the_escapes(text):
    assert Frame(text).type == "response.created"


@given(
    st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=8), max_size=4),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.booleans(),
)
def test_the_peeked_type_is_the_one_that_a_parser_finds(fields, kind, ascii_only):
    event = {**fields, "type": kind}
    frame = Frame(json.dumps(event, ensure_ascii=ascii_only))
    assert frame.type == kind
    assert frame.data == event


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not valid JSON"),
        ("hello", "not valid JSON"),
        ("[]", "a JSON list"),
        ("null", "a JSON NoneType"),
        ("{}", 'no "type"'),
        ('{"type":7}', 'no "type"'),
        ("[" * 200_000, "nested too deeply"),
        ('{"n":' + "9" * 5000 + "}", "not valid JSON"),
    ],
)
def test_what_is_no_event_is_refused_in_words(text, what):
    with pytest.raises(MalformedFrame, match=what):
        _ = Frame(text).type


def test_a_key_that_stands_twice_is_refused_where_that_matters():
    text = '{"a":{"b":1,"b":2},"type":"x"}'
    assert decode(text)["a"] == {"b": 2}
    with pytest.raises(MalformedFrame, match="'b' stands twice"):
        decode(text, unique_keys=True)


@pytest.mark.timeout(20)
def test_finding_a_double_key_among_very_many_is_as_quick_as_reading_them():
    """A hostile object of this size took hours when every key was compared with every other."""
    text = "{" + ",".join(f'"{number}":0' for number in range(300_000)) + ',"299999":1}'
    with pytest.raises(MalformedFrame, match="'299999' stands twice"):
        decode(text, unique_keys=True)


def test_an_event_of_our_own_reads_back_as_it_was_written():
    event = {"type": "x", "text": "Grüße, 你好 😀"}
    frame = Frame.of(event)
    assert frame.type == "x"
    assert frame.data is event
    assert json.loads(frame.text) == event
    assert "\\u" not in frame.text


@pytest.mark.parametrize("text", ["half \ud83d", "\udc80.pdf", "both \ud83d\ude00"])
def test_half_a_surrogate_pair_can_still_be_sent(text):
    """A tool that returns an undecodable file name must not end the session."""
    frame = Frame.of({"type": "x", "output": text})
    assert json.loads(frame.text.encode())["output"].startswith(text[:2] if text[0] < "\ud800" else "\ufffd")


def test_what_is_too_deep_to_be_written_is_refused_in_words():
    deep: object = 0
    for _ in range(sys.getrecursionlimit() * 200):
        deep = [deep]
    with pytest.raises(MalformedFrame, match="nested too deeply"):
        Frame.of({"type": "x", "deep": deep})
    while isinstance(deep, list):  # taken apart step by step: freeing it at once recurses as well
        deep = deep.pop()


def test_a_frame_never_shows_its_text_in_a_log():
    assert repr(Frame('{"type":"secret"}')) == "Frame(17 characters)"
