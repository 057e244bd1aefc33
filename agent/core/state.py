"""State: the parts of one session, which its two sides share.

What belongs to the connection with the model that is in use, and not to the session, is `Upstream`: a successor gets
a fresh one. `configuration` says to a successor what was said to its predecessor; `responses` has to be told that
what was in flight is lost. All the rest outlives the connection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from agent.core import messages
from agent.core.actions import DropAudio, ToUpstream
from agent.core.citations import Citations
from agent.core.client_tools import ClientTools
from agent.core.config import Effective
from agent.core.configuration import Configuration
from agent.core.interruption import Interruption
from agent.core.playback import Playback
from agent.core.responses import Responses
from agent.core.speculating import Speculating
from agent.core.spending import Spending
from agent.core.toolwork import ToolWork
from agent.core.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.actions import Action
    from agent.core.citations import Cite
    from agent.core.config import SessionConfig
    from agent.core.frames import Frame
    from agent.core.profiles import Profile


class Phase(Enum):
    """Where a session stands; it only moves forward."""

    OPENING = "waiting for the model's greeting"
    CONFIGURING = "waiting for our configuration to be accepted"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(slots=True)
class Upstream:
    """What is known of the connection with the model that is in use.

    Attributes:
        profile: What its service can do.
        effective: What is in force there, of what matters here.
        session: Its session object as the client may see it, in the service's names.
        out_of_band: Responses there that do not write to the default conversation.
        spoken: The model has said something there, which fixes its voice.
    """

    profile: Profile
    effective: Effective = field(default_factory=Effective)
    session: dict[str, Any] = field(default_factory=dict[str, Any])
    out_of_band: set[str] = field(default_factory=set[str])
    spoken: bool = False


class State:
    """The parts of one session.

    Args:
        config: What the server decides.
        profile: The service that the model is reached through.
        new_id: Gives a fresh unique string on each call.
        cite: Picks the passages that bear out an answer.

    Attributes:
        session_id: By which the client knows its session: that of the first upstream.
    """

    def __init__(self, config: SessionConfig, profile: Profile, new_id: Callable[[], str], cite: Cite) -> None:
        self.config = config
        self.new_id = new_id
        self.phase = Phase.OPENING
        self.session_id = ""
        self.upstream = Upstream(profile)
        self.client_tools = ClientTools(config.session.get("tools") or (), enabled=config.client_tools)
        self.configuration = Configuration(config.session, self.client_tools, profile)
        self.view = View(self.client_tools.theirs)
        self.playback = Playback()
        self.responses = Responses()
        self.speculating = Speculating(config.speculative)
        self.tools = ToolWork(
            self.responses,
            self.client_tools,
            config.timeouts,
            extensions=config.extensions,
            our_id=self.our_id,
            rules=config.rules,
            unheard=lambda now: bool(self.playback.unheard(now)),
        )
        self.spending = Spending(
            config.terms,
            self.responses,
            settled=lambda: self.responses.free and not self.responses.wanted and not self.tools.running,
            unheard=lambda now: bool(self.playback.unheard(now)) or now < self.responses.aside.heard_until,
            running=lambda: bool(self.tools.running),
            extensions=config.extensions,
            our_id=self.our_id,
        )
        self.citations = Citations(self.tools, self.playback, cite, enabled=config.extensions, new_id=new_id)
        self.interruption = Interruption(
            self.playback, enabled=config.extensions, our_id=self.our_id, cut=self.citations.cut
        )

    def our_id(self) -> str:
        """A fresh id for an event of ours to the model, so that an error can be told to be ours."""
        return messages.OURS + self.new_id()

    def break_in(self, now: float) -> list[Action]:
        """The caller takes the floor: a sentence beside the conversation stops, and tools do that want to."""
        aside = self.responses.aside.stop()
        return [*self.silence_aside(aside, now), *self.tools.conduct.barge_in(now)]

    def silence_aside(self, response_id: str | None, now: float) -> list[Action]:
        """Stop a response beside the conversation, if there is one."""
        if response_id is None:
            return []
        self.interruption.begin(response_id, now)
        return [DropAudio(response_id), ToUpstream(messages.cancel(self.our_id(), response_id))]

    def configured(self) -> Frame:
        """A `session.update` that says everything that we enforce and the client has chosen."""
        whole, names = self.configuration.whole(), self.configuration.profile.dialect.name
        return messages.session_update(self.our_id(), whole, names)
