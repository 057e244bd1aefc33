"""Revival: what a server needs to go on with a session that was another worker's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.core.dialect import DIALECTS, GA
from agent.core.fields import at, string_at
from agent.core.keeping import broken_off
from agent.handing_on import Return
from agent.transports.memory import joined
from tools.context import owner_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.cast import Cast
    from agent.core.dialect import Dialect
    from agent.core.session import Session
    from agent.relay import Relay
    from agent.sessions.custody import Arrival
    from agent.transports.base import Transport
    from tools import User


class Revival:
    """One session that goes on here.

    Args:
        arrival: As it was claimed.
    """

    def __init__(self, arrival: Arrival) -> None:
        self._kept, self._runs_on, self._left = arrival.kept, arrival.runs_on, arrival.left
        self.handle, self.fence = arrival.handle, arrival.fence

    @property
    def agent(self) -> str:
        """The name of the agent that has the floor."""
        return string_at(self._kept, "agent")

    @property
    def language(self) -> str | None:
        """Of the page, as `asked_for` gives it, or None."""
        return string_at(self._kept, "language") or None

    @property
    def names(self) -> Dialect:
        """The dialect of the client."""
        return DIALECTS.get(string_at(self._kept, "dialect"), GA)

    def restore(self, session: Session, now: float) -> None:
        """Make a session that has just been made go on with this one."""
        session.keeping.restore(at(self._kept, "session"), now)

    def back(self, ready: Mapping[str, Any]) -> Return:
        """What the relay is told.

        Args:
            ready: Fields of `extension.ready` that are new.
        """
        # What came of a call goes before that nobody knows: a call that has ended takes no second result.
        ended = (*self._left, *broken_off(at(self._kept, "session"), runs_on=self._runs_on))
        return Return(ready, self._kept["missed"], self._kept["complete"], ended)


def described(relay: Relay, session: Session, cast: Cast, user: User | None, language: str | None) -> dict[str, Any]:
    """A session as JSON, with what another worker has to know beside it."""
    return {
        "owner": owner_of(user),
        "agent": cast.present,
        "language": language,
        "dialect": session.client_dialect.name,
        **relay.kept(),
    }


def nobody() -> Transport:
    """A connection to no model, until there is one."""
    return joined()[0]
