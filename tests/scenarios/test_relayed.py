"""Every scenario through the real relay, its tools and a transport, on a clock that does not wait."""

from __future__ import annotations

import asyncio

import pytest

from tests.scenarios.dialogues import DIALOGUES
from tests.scenarios.language import matches
from tests.scenarios.relayed import VirtualLoop, play


@pytest.mark.parametrize("talk", DIALOGUES, ids=lambda talk: talk.title)
def test_the_conversation_goes_as_it_should(talk):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        played = runner.run(play(talk))
    for name, expected in talk.expected_of_client.items():
        assert matches(getattr(played.seen, name), expected), (name, getattr(played.seen, name), expected)
    for name, expected in talk.expected_of_model.items():
        assert matches(getattr(played.model, name), expected), (name, getattr(played.model, name), expected)
    assert not played.model.unread, "an output that no response has seen"
    assert not played.model.needless, "an answer given twice"
    assert played.seen.closed is None
