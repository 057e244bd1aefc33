"""Every scenario against the session core alone."""

from __future__ import annotations

import pytest

from tests.scenarios.dialogues import DIALOGUES
from tests.scenarios.in_memory import Stage
from tests.scenarios.language import matches


@pytest.mark.parametrize("talk", DIALOGUES, ids=lambda talk: talk.title)
def test_the_conversation_goes_as_it_should(talk):
    played = Stage(talk).run()
    for name, expected in talk.expected_of_client.items():
        assert matches(getattr(played.seen, name), expected), (name, getattr(played.seen, name), expected)
    for name, expected in talk.expected_of_model.items():
        assert matches(getattr(played.model, name), expected), (name, getattr(played.model, name), expected)
    assert not played.model.unread, "an output that no response has seen"
    assert not played.model.needless, "an answer given twice"
    assert played.seen.closed is None
