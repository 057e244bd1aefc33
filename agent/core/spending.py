"""Spending: counts what a session costs, and ends it politely when its budget is spent.

    within ──warn_at──▶ a warning, once, when nobody speaks
           ──100 %────▶ last words when nobody speaks and no tool runs; once they were heard, the end
           ──stop_at──▶ the end, at once

Until the last words are said the session goes on as ever: what a tool has found is still told, and nobody is cut off.
Nothing waits for ever: a room that never falls silent, or a service that does not say the words, is left all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core import notices
from agent.core.account import Account
from agent.core.actions import Action, Spent, ToClient, ToUpstream
from agent.core.budget import Purse, Scope, Stage, Terms
from agent.core.fields import at, string_at
from agent.core.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.events import Json
    from agent.core.frames import Frame
    from agent.core.responses import Responses

# Seconds. How often to look for a quiet moment, and how long to look for it while no tool runs.
LOOK, LONGEST_WAIT = 0.25, 60.0
# Seconds that a listener is behind what was sent: its network and its buffers.
BEHIND = 1.0
# About how long a letter takes to be said (s), for sound that does not pass here.
A_LETTER = 0.07

ENDED = "budget_reached"
_REASONS = {
    Scope.SESSION: "the budget of this conversation is spent",
    Scope.USER: "your budget for today is spent",
    Scope.DAY: "the assistant's budget for today is spent",
}


class Spending:
    """What one caller's session spends.

    Args:
        terms: Prices and limits; None where nobody wants to know.
        responses: The arbiter of `response.create`.
        settled: Whether nobody speaks, nothing is wanted of the model and no tool runs.
        unheard: Whether the caller still hears what was said, at a moment.
        running: Whether a tool runs.
        extensions: Tell the client what it costs.
        our_id: Gives a fresh event id.

    Attributes:
        account: The sums so far.
        ended: Why the session is to end, in words; None while it is not.
    """

    def __init__(  # noqa: PLR0913  (what it stands between)
        self,
        terms: Terms | None,
        responses: Responses,
        *,
        settled: Callable[[], bool],
        unheard: Callable[[float], bool],
        running: Callable[[], bool],
        extensions: bool,
        our_id: Callable[[], str],
    ) -> None:
        self.account = Account()
        self.ended: str | None = None
        self._terms = Terms() if terms is None else terms
        self._counts = terms is not None
        self._purse = Purse(self._terms.limits, user=self._terms.user, day=self._terms.day)
        self._responses, self._running = responses, running
        self._settled, self._unheard = settled, unheard
        self._extensions, self._our_id = extensions, our_id
        self._model = self._transcriber = self._said = ""
        self._look: float | None = None
        self._scope = Scope.SESSION
        self._told = self._warned = False
        self._give_up: float | None = None
        self._farewell: str | None = None
        self._heard_by: float | None = None

    # ── what is used ──

    def told(self, session: Json) -> None:
        """The model tells of its session, in GA's names: which models there are."""
        self._model = string_at(session, "model") or self._model
        self._transcriber = string_at(at(session, "audio", "input", "transcription"), "model")

    def responded(self, frame: Frame, now: float) -> list[Action]:
        """A response has ended.

        Args:
            frame: `response.done`. One that does not say what it used costs nothing that anybody knows of.
            now: Seconds.
        """
        usage = Usage.reported(at(frame.data, "response", "usage"))
        if not self._counts or usage == Usage():
            return []
        rate = self._terms.tariff.rate((self._model, self._terms.model))
        model = self._model or self._terms.model
        spent = self._spend(*self.account.respond(usage, model, rate), usage, model, now)
        if not self._extensions:
            return [spent]
        account = self.account
        told = notices.usage(self._our_id(), account.responses, account.transcriptions, account.cost)
        return [spent, ToClient(told)]

    def transcribed(self, frame: Frame, now: float) -> list[Action]:
        """The caller's words were written down."""
        self._said = string_at(frame.data, "transcript") or self._said
        usage = Usage.reported(at(frame.data, "usage"))
        if not self._counts or usage == Usage():
            return []
        rate = self._terms.tariff.rate((self._transcriber,))
        model = self._transcriber
        return [self._spend(*self.account.transcribe(usage, model, rate), usage, model, now)]

    def learn(self, *, user: float, day: float, now: float) -> None:
        """The ledger tells what was spent today, by this session's user and by everybody."""
        self._purse.learn(user=user, day=day)
        self._consider(now)

    def _spend(self, cost: float, whole: bool, usage: Usage, model: str, now: float) -> Action:
        self._purse.spend(cost)
        self._consider(now)
        return Spent(cost, whole, usage, model)

    def _consider(self, now: float) -> None:
        stage, _ = self._purse.standing()
        settled = stage is Stage.WITHIN or (stage is Stage.WARN and self._warned)
        if self._look is None and not settled:
            self._look = now

    # ── elsewhere ──

    def kept(self) -> Json:
        """What another process must know to go on: the sums, and what the caller was told. Last words are said anew."""
        return {"account": self.account.kept(), "said": self._said, "told": self._told, "warned": self._warned}

    def restore(self, kept: Json, now: float) -> None:
        """Go on with what `kept` gave, by the terms of this process.

        Args:
            kept: The same.
            now: Seconds.
        """
        self.account.restore(kept["account"])
        self._purse.restore(self.account.priced)
        self._said, self._told, self._warned = kept["said"], kept["told"], kept["warned"]
        self._consider(now)

    # ── what follows from it ──

    def next_deadline(self) -> float | None:
        """When `handle_timer` wants to be called."""
        return self._look

    def handle_timer(self, now: float, *, severed: bool) -> list[Action]:
        """Warn, say the last words or end, when that has become due.

        Args:
            now: Seconds.
            severed: There is no model at present, so that nobody would say a word.
        """
        if self._look is None or now < self._look:
            return []
        self._look = None
        stage, scope = self._purse.standing()
        if self._farewell is not None:
            return self._listen(stage, now)
        if stage is Stage.WITHIN:  # a new day has begun meanwhile
            self._give_up = None
            return []
        if severed and stage is not Stage.EXCEEDED:
            self._look = now + LOOK
            return []
        return self._warn(scope, now) if stage is Stage.WARN else self._leave(stage, scope, now)

    def _warn(self, scope: Scope, now: float) -> list[Action]:
        if self._warned:
            return []
        shown = [] if self._told else self._notice(scope, "warning")
        said = self._say(self._terms.warning, now)
        self._told, self._warned = True, bool(said)
        self._look = None if said else now + LOOK
        return [*shown, *said]

    def _leave(self, stage: Stage, scope: Scope, now: float) -> list[Action]:
        self._scope = scope
        if stage is Stage.EXCEEDED:
            return self._leave_at_once(now)
        said = self._say(self._terms.farewell, now)
        if said:
            self._farewell = self._responses.aside.event_id
        elif self._out_of_patience(now):
            return self._end()
        self._look = now + LOOK
        return said

    def _leave_at_once(self, now: float) -> list[Action]:
        # What is being heard was paid for; to break it off would save nothing.
        if self._settled() and self._unheard(now) and not self._out_of_patience(now):
            self._look = now + LOOK
            return []
        return self._end()

    def _listen(self, stage: Stage, now: float) -> list[Action]:
        """The last words are being said, or were: wait until they were heard, and whatever the caller says to them."""
        aside = self._responses.aside
        self._look = now + LOOK
        if aside.event_id == self._farewell:
            return []
        if self._heard_by is None:
            heard = aside.heard_until or now + len(self._terms.farewell) * A_LETTER
            self._heard_by, self._give_up = heard + BEHIND, None
        if now < self._heard_by:
            self._look = self._heard_by
            return []
        over = self._quiet(now) or stage is Stage.EXCEEDED or self._out_of_patience(now)
        return self._end() if over else []

    def _quiet(self, now: float) -> bool:
        return self._settled() and not self._unheard(now)

    def _out_of_patience(self, now: float) -> bool:
        """Whether a quiet moment was waited for in vain; while a tool runs, that is no wonder."""
        if self._give_up is None or self._running():
            self._give_up = now + LONGEST_WAIT
        return now >= self._give_up

    def _say(self, text: str, now: float) -> list[Action]:
        if not self._quiet(now):
            return []
        like = self._said if self._terms.translate else ""
        return [ToUpstream(frame) for frame in self._responses.say(self._our_id(), text, now, like=like)]

    def _end(self) -> list[Action]:
        self._look, self.ended, self.account.reached = None, _REASONS[self._scope], self._scope.value
        return self._notice(self._scope, "reached")

    def _notice(self, scope: Scope, state: str) -> list[Action]:
        return [ToClient(notices.budget(self._our_id(), scope.value, state))] if self._extensions else []
