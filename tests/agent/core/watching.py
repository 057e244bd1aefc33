"""A bench for sessions that are watched: what happens in them, and what was told of it."""

from __future__ import annotations

from functools import partial

from agent.core.facts import TurnEnded
from agent.core.observed import ObservedSession
from tests.agent.core.conftest import Bench


class Watched(Bench):
    """A session that is watched, and all that was told of it."""

    def __init__(self, *, content=False, **options):
        self.facts = []
        super().__init__(make=partial(ObservedSession, tell=self.facts.append, content=content), **options)

    def told(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def turn(self):
        """The only turn that is over."""
        (turn,) = self.told(TurnEnded)
        return turn

    def asks(self, *, until=1.0, at=2.0):
        """The user asks aloud, from one second to another."""
        self.now = until
        self.user()
        self.now = at
        self.user(stops=True)
        self.model("input_audio_buffer.committed", item_id="u2")

    def transcribes(self, item_id="u2", text="leave?", **usage):
        kind = "conversation.item.input_audio_transcription.completed"
        self.model(kind, item_id=item_id, transcript=text, usage=usage)

    def plays(self, ms, item="m1", **fields):
        return self.caller("extension.playback", item_id=item, played_ms=ms, **fields)

    def answers_aloud(self, response="r1", *, at=2.5, ms=1000, item="m1", plays=True):
        """The model answers, and the user hears it out."""
        self.now = at
        self.begins(response)
        self.now = at + 0.5
        self.speaks(response, item, ms)
        self.now = at + 0.6
        self.ends(response)
        if plays:
            self.now = at + 0.5 + ms / 1000
            self.plays(ms, item)


def spans(turn):
    """When each stage of a turn began and ended."""
    return {stage.name: (stage.began, stage.ended) for stage in turn.stages}
