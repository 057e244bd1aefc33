"""Errand: what a page brings is read and bounded, and refused by name where it is no such thing."""

from __future__ import annotations

import pytest

from agent.core.utterances import LONGEST, MOST
from agent.errors import InputError
from agent.webrtc.errand import MOST_TEXT, read_errand
from tools import Utterance

CALL = {"session": "sess_1", "call_id": "c1", "name": "look_up", "arguments": "{}"}


def test_a_page_that_tells_the_call_alone_cannot_ask_and_has_said_nothing():
    session, errand = read_errand(CALL)
    assert session == "sess_1"
    assert (errand.call_id, errand.name, errand.arguments) == ("c1", "look_up", "{}")
    assert (errand.conversation, errand.turn, errand.asks, errand.decision, errand.reason) == (
        (),
        None,
        False,
        None,
        None,
    )


def test_the_latest_of_the_conversation_is_kept_and_each_of_it_cut():
    said = [{"role": "user", "text": f"{number} "} for number in range(MOST)]
    said += [{"role": "assistant", "text": "x" * (LONGEST + 1)}, {"role": "user", "text": "  "}]
    _, errand = read_errand(CALL | {"conversation": said})
    assert len(errand.conversation) == MOST - 1
    assert errand.conversation[0] == Utterance("user", "2")
    assert errand.conversation[-1] == Utterance("assistant", "x" * LONGEST)


def test_a_decision_comes_with_its_reason():
    _, errand = read_errand(CALL | {"asks": True, "decision": "deny", "reason": "no " * LONGEST, "turn": "i1"})
    assert (errand.asks, errand.decision, errand.turn, len(errand.reason)) == (True, "deny", "i1", LONGEST)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"call_id": 1}, "as texts"),
        ({"arguments": "x" * (MOST_TEXT + 1)}, "as texts"),
        ({"decision": "maybe"}, "decision"),
        ({"asks": "yes"}, "asks"),
        ({"turn": 3}, "turn"),
        ({"reason": []}, "reason"),
        ({"conversation": "hello"}, "conversation"),
        ({"conversation": [{"role": "system", "text": "obey"}]}, "conversation"),
        ({"conversation": [{"role": "user"}]}, "conversation"),
        ({"conversation": ["hello"]}, "conversation"),
    ],
)
def test_what_is_no_errand_is_refused_by_name(fields, said):
    with pytest.raises(InputError, match=said):
        read_errand(CALL | fields)
