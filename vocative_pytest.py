"""Fixtures for pytest: test a voice agent without a key; see docs/testing.md.

pytest loads this wherever Vocative is installed, so it imports nothing of ours until a fixture is used: it costs other
tests nothing, and a project whose own `tools` folder is in the way learns of that only when it asks for a caller.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent import Agent
    from agent.testing import Caller, Faults, Script, Stage

_OPTIONS = ("agent", "script", "faults", "documents")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "vocative(agent=…, script=…, faults=…, documents=…): what the fixtures caller and vocative_engine are made of",
    )


def _marked(request: pytest.FixtureRequest, name: str) -> Any:
    for marker in request.node.iter_markers("vocative"):
        if marker.args or not set(marker.kwargs) <= set(_OPTIONS):
            wrong = [*map(repr, marker.args), *(set(marker.kwargs) - set(_OPTIONS))]
            raise pytest.UsageError(
                f"@pytest.mark.vocative takes {', '.join(f'{each}=…' for each in _OPTIONS)}, but not {wrong[0]}"
            )
        if name in marker.kwargs:
            return marker.kwargs[name]
    return None


@pytest.fixture
def vocative_agent(request: pytest.FixtureRequest) -> Agent:
    """The agent that is tested: from the marker, or from a fixture of this name of your own."""
    agent = _marked(request, "agent")
    if agent is None:
        raise pytest.UsageError(
            "which agent is to be tested? Write @pytest.mark.vocative(agent=my_agent), "
            "or a fixture vocative_agent in your conftest.py that returns it"
        )
    return agent


@pytest.fixture
def vocative_script(request: pytest.FixtureRequest) -> Script:
    """What the model does. While nothing is written into it, the embedded reasoner decides."""
    from agent.testing import Script  # noqa: PLC0415

    return _marked(request, "script") or Script()


@pytest.fixture
def vocative_faults(request: pytest.FixtureRequest) -> Faults | None:
    """What the model's service does wrong; nothing by default. A path is read as a file of faults."""
    from agent.testing import Faults  # noqa: PLC0415

    faults = _marked(request, "faults")
    return Faults.read(Path(faults)) if isinstance(faults, str | Path) else faults


@pytest.fixture
def vocative_documents(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """Files and folders that the agent's search tool is to know; none by default."""
    found = _marked(request, "documents") or ()
    return tuple(Path(each) for each in ([found] if isinstance(found, str | Path) else found))


@pytest.fixture
def vocative_engine(vocative_script: Script, vocative_faults: Faults | None) -> Iterator[Stage]:
    """The embedded engine of this test; `vocative_engine.url` serves it to any Realtime client."""
    from agent.testing import Stage  # noqa: PLC0415

    with Stage(script=vocative_script, faults=vocative_faults) as stage:
        yield stage


@pytest.fixture
def caller(vocative_engine: Stage, vocative_agent: Agent, vocative_documents: tuple[Path, ...]) -> Caller:
    """A caller of the agent: `caller("how much leave?").expect_call("search").expect_answer(contains="thirty")`."""
    return vocative_engine.caller(vocative_agent, vocative_documents)
