"""Cast: who answers in one session: its first agent, those it hands over to, and the tools of each, while it lasts."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.assistant import Agent
from agent.declared import declared
from agent.errors import ConfigurationError, SessionRefusedError, VocativeError
from agent.roster import Roster, key_of
from agent.speaking import Spoken, in_language
from tools import invoke
from tools.errors import ToolsError
from tools.failure import failed
from tools.opening import OpenTools

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.config import SessionConfig
    from agent.server_tools import ServerMcp
    from tools import Outcome, ToolContext, Toolset, User
    from tools.opening import Shared

_log = logging.getLogger(__name__)

_ANY = Spoken()


class Cast:
    """The agents of one session; see `agent.staff.Staff`.

    Args:
        roster: All of them.
        shared: The tools that the sessions of the process share.
        user: Who is calling, if known.
        extensions: The client opted in to our own events.
        renewable: The model's session can be replaced by another one under the client's.
        spoken: In which language it can be held.
    """

    def __init__(
        self,
        roster: Roster,
        shared: Shared,
        user: User | None,
        *,
        extensions: bool,
        renewable: bool = True,
        spoken: Spoken = _ANY,
    ) -> None:
        self._spoken = spoken
        self._roster = roster
        self._shared, self._user = shared, user
        self._extensions, self._renewable = extensions, renewable
        self._present = roster.first
        self._open: dict[str, OpenTools] = {}
        self._servers: dict[str, tuple[ServerMcp, ...]] = {}
        self._changed: Callable[[SessionConfig], None] | None = None
        self._handing = asyncio.Lock()

    @classmethod
    async def open(  # noqa: PLR0913  (what a session is opened with)
        cls,
        agent: Agent,
        shared: Shared,
        user: User | None,
        *,
        extensions: bool,
        renewable: bool = True,
        spoken: Spoken = _ANY,
        present: str | None = None,
    ) -> Cast:
        """Choose the agent for a user and open its tools.

        Args:
            agent: As it was declared.
            shared: The tools that the sessions of the process share.
            user: Who is calling, if known.
            extensions: The client opted in to our own events.
            renewable: The model's session can be replaced by another one.
            spoken: In which language it can be held.
            present: The agent that had the floor where the session was before; None for the first one.

        Raises:
            SessionRefusedError: That cannot be done; the text is fit for the client.
        """
        try:
            chosen = await _chosen(agent, user)
            cast = cls(Roster(chosen), shared, user, extensions=extensions, renewable=renewable, spoken=spoken)
            cast._present = cast._roster.get(present or "") or cast._present
            await cast._begin()
        except (VocativeError, ToolsError) as error:
            raise SessionRefusedError(str(error)) from None
        except Exception as error:
            _log.exception("the assistant could not be made ready for a session")
            raise SessionRefusedError(
                f"the assistant could not be made ready ({type(error).__name__}); the operator's log says more"
            ) from None
        return cast

    @property
    def present(self) -> str:
        """The name of the agent that has the floor."""
        return self._present.name

    @property
    def toolset(self) -> Toolset:
        """The tools of the present agent, with those that hand over."""
        return self._open[key_of(self._present.name)].toolset

    def config(self) -> SessionConfig:
        """What the present agent enforces.

        Raises:
            ConfigurationError: Its tool choice names a tool that it does not have.
        """
        servers = self._servers[key_of(self._present.name)]
        config = self._present.session_config(
            extensions=self._extensions, toolset=self.toolset, servers=servers, user=self._user
        )
        config = in_language(config, self._present.language, self._spoken)
        # The page was opened before anybody answered, and is one for all of them.
        ready = {**config.ready, "agent": {**config.ready["agent"], **self._roster.first.page.wire()}}
        return replace(config, ready=ready, renewable=self._renewable)

    async def invoke(self, name: str, arguments: str, context: ToolContext) -> Outcome:
        """Run a call of the present agent's."""
        toolset = self.toolset
        if name not in toolset:
            former = [key for key, tools in self._open.items() if name in tools.toolset]
            if former:
                return failed(
                    "unknown_tool",
                    f"The tool {name!r} is another agent's; you are {self._present.name!r} now. Your tools: "
                    f"{', '.join(toolset.names) or 'none'}.",
                )
        return await invoke(toolset, name, arguments, context)

    async def hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        """Let another agent take over; where that fails, the present one goes on and is told why."""
        # One after the other: calls of one response may all hand over, and opening an agent's tools takes its time.
        async with self._handing:
            return await self._hand_over(outcome)

    async def _hand_over(self, outcome: Outcome) -> tuple[Outcome, SessionConfig | None]:
        name = outcome.hand_off or ""
        allowed = [key_of(each if isinstance(each, str) else each.name) for each in self._present.handoffs]
        target = self._roster.get(name) if key_of(name) in allowed else None
        if target is None:
            return failed("no_such_agent", f"{self._present.name!r} cannot hand over to {name!r:.80}; go on."), None
        before = self._present
        try:
            await self._enter(target)
            self._present = target
            return outcome, self.config()
        except (VocativeError, ToolsError) as error:
            _log.error("%s could not hand over to %s: %s", before.name, target.name, error)
            why = str(error)
        except Exception as error:  # whoever wrote the function that chooses the tools may have let it raise anything
            _log.exception("%s could not hand over to %s", before.name, target.name)
            why = f"an error on the server ({type(error).__name__})"
        self._present = before
        return failed("hand_off_failed", f"The caller could not be handed over: {why}. Go on yourself."), None

    def watch(self, changed: Callable[[SessionConfig], None]) -> None:
        """Be told what is enforced when the tools of the present agent change."""
        self._changed = changed

    async def close(self) -> None:
        """Close the tools that were opened for this session."""
        self._shared.left(self)
        opened, self._open = list(self._open.values()), {}
        for each in opened:
            await each.close()

    async def _begin(self) -> None:
        self._shared.joined(self)
        try:
            await self._enter(self._present)
            self.config()
        except BaseException:
            await self.close()
            raise

    async def _enter(self, agent: Agent) -> None:
        key = key_of(agent.name)
        if key in self._open:  # it has had the floor before, and keeps what it had
            return
        known = agent.declared
        if agent.choose_tools is not None:
            chosen = agent.choose_tools(self._user)
            known = declared(await chosen if inspect.isawaitable(chosen) else chosen)
        functions = known.functions + self._roster.tools_of(agent)
        tools = await OpenTools.open(functions, known.sources, self._shared, self._user)
        self._open[key], self._servers[key] = tools, known.servers
        tools.watch(lambda: self._retooled(agent))

    def _retooled(self, agent: Agent) -> None:
        if agent is self._present and self._changed is not None:
            try:
                self._changed(self.config())
            except ConfigurationError as error:
                _log.warning("%s: its tools have changed: %s", agent.name, error)


async def _chosen(agent: Agent, user: User | None) -> Agent:
    if agent.for_user is None:
        return agent
    made: Any = agent.for_user(user)
    made = await made if inspect.isawaitable(made) else made
    if not isinstance(made, Agent):
        raise ConfigurationError(f"Agent(for_user=…) gave a {type(made).__name__}; it must return an Agent")
    if made.model not in {None, agent.model}:
        raise ConfigurationError(
            f"Agent(for_user=…) gave an agent with model={made.model!r}; the model is that of {agent.name!r}, so "
            "leave it out"
        )
    return replace(made, voice=agent.voice if made.voice is None else made.voice, page=agent.page)
