"""Roster: the agents that a session may be handed to and fro between, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.errors import ConfigurationError
from tools import HandOff
from tools.spec import ToolSpec, describe

if TYPE_CHECKING:
    from agent.assistant import Agent

_MOST_AGENTS = 64


def key_of(name: str) -> str:
    """An agent's name as it stands in the name of a tool: small letters, digits and `_`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


class Roster:
    """Every agent that can be reached from a first one.

    Args:
        first: Where a session begins.

    Raises:
        ConfigurationError: Two agents share a name, one is named that is not there, or one speaks through another
            model.
    """

    def __init__(self, first: Agent) -> None:
        self.first = first
        self._agents: dict[str, Agent] = {}
        waiting = [first]
        while waiting:
            agent = waiting.pop(0)
            key = key_of(agent.name)
            known = self._agents.get(key)
            if known is None:
                self._agents[key] = agent
                waiting += [each for each in agent.handoffs if not isinstance(each, str)]
            elif known is not first and known != agent:
                # The first one may have been given the search tool since the others were written.
                raise ConfigurationError(
                    f"two agents are called {agent.name!r}: give each a name of its own, Agent(name=…)"
                )
        self._check()

    @property
    def agents(self) -> tuple[Agent, ...]:
        """All of them, the first one first."""
        return tuple(self._agents.values())

    def get(self, name: str) -> Agent | None:
        """The agent of that name, in any spelling that gives the same tool name; None for nobody."""
        return self._agents.get(key_of(name))

    def tools_of(self, agent: Agent) -> list[ToolSpec]:
        """The tools by which an agent hands over to those in its `handoffs`."""
        targets = [each if isinstance(each, str) else each.name for each in agent.handoffs]
        found = [self._agents[key_of(name)] for name in targets]
        return [transfer_tool(each.name, each.purpose) for each in found]

    def _check(self) -> None:
        if len(self._agents) > _MOST_AGENTS:
            raise ConfigurationError(f"{len(self._agents)} agents can be handed to; there may be {_MOST_AGENTS}")
        for agent in self._agents.values():
            if not key_of(agent.name):
                raise ConfigurationError(f"Agent(name={agent.name!r}): a name to hand over to needs letters or digits")
            for each in agent.handoffs:
                if isinstance(each, str) and key_of(each) not in self._agents:
                    known = ", ".join(repr(other.name) for other in self._agents.values())
                    raise ConfigurationError(
                        f"Agent {agent.name!r} hands over to {each!r}, who is not there; the agents are: {known}"
                    )
            if agent.model not in {None, self.first.model}:
                raise ConfigurationError(
                    f"Agent {agent.name!r} has model={agent.model!r}, but speaks through that of {self.first.name!r}: "
                    "leave it out"
                )


def transfer_tool(name: str, purpose: str) -> ToolSpec:
    """The tool by which the model hands the caller over.

    Args:
        name: Of the agent.
        purpose: What it is for, in a sentence; "" where nobody said.
    """

    def transfer() -> HandOff:
        return HandOff(name)

    return describe(
        transfer,
        name=f"transfer_to_{key_of(name)}"[:64],
        description=f"Hand the caller over to {name}. {purpose}".strip(),
    )
