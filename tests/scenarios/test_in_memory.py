"""Every scenario against the session core alone, with every kind of service and every kind of client."""

from __future__ import annotations

import pytest

from tests.scenarios.dialogues import DIALOGUES
from tests.scenarios.in_memory import Stage
from tests.scenarios.language import matches


def judge(talk, played):
    for name, expected in talk.expected_of_client.items():
        assert matches(getattr(played.seen, name), expected), (name, getattr(played.seen, name), expected)
    for name, expected in talk.expected_of_model.items():
        assert matches(getattr(played.model, name), expected), (name, getattr(played.model, name), expected)
    assert not played.model.unread, "an output that no response has seen"
    assert not played.model.needless, "an answer given twice"
    assert played.seen.closed is None


@pytest.mark.parametrize("talk", DIALOGUES, ids=lambda talk: talk.title)
def test_the_conversation_goes_as_it_should(talk):
    judge(talk, Stage(talk).run())


OTHERS = [
    ("engine", "preview"),
    ("azure-preview", "preview"),
    ("azure-preview", "ga"),
    ("voice-live", "voice-live"),
    ("voice-live", "ga"),
]


@pytest.mark.parametrize(("profile", "client"), OTHERS)
@pytest.mark.parametrize("talk", DIALOGUES, ids=lambda talk: talk.title)
def test_the_conversation_goes_the_same_way_whatever_things_are_called(talk, profile, client):
    judge(talk, Stage(talk, profile=profile, client=client).run())
