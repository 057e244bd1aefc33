"""Loading: a user's own agent is found in its module, and what is wrong with that is told with its place."""

from __future__ import annotations

import pytest

from agent.errors import ConfigurationError
from agent.loading import load_agent
from tools.errors import DefinitionError


def test_a_users_agent_is_found_in_the_working_directory(module):
    name = module("from agent import Agent\nmine = Agent(name='Hotel')\n")
    assert load_agent(f"{name}:mine").name == "Hotel"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1 / 0\n", r"users_module_\w+\.py, line 1: ZeroDivisionError: division by zero"),
        ("\nfrom agent import nothing_there\n", r"users_module_\w+\.py, line 2: ImportError: .*nothing_there"),
        ("import no_such_library\n", "no module 'no_such_library'"),
        ("agent = (\n", r"users_module_\w+\.py, line 1: .*never closed"),
        ("agent = 7\n", "has a int"),
        ("\nraise SystemExit('set HOTEL_KEY')\n", r"users_module_\w+\.py, line 2: SystemExit: set HOTEL_KEY"),
        ("", "nothing of that name"),
        ("from agent import Agent\nagent = Agent(model='gpt')\n", "ws://"),
    ],
)
def test_a_module_that_cannot_be_used_is_told_in_words_with_its_place(module, source, said):
    with pytest.raises(ConfigurationError, match=said):
        load_agent(f"{module(source)}:agent")


def test_a_function_that_is_no_tool_says_so_itself(module):
    source = "from agent import Agent\ndef f(x): ...\nagent = Agent(tools=[f])\n"
    with pytest.raises((DefinitionError, ConfigurationError)):
        load_agent(f"{module(source)}:agent")


@pytest.mark.parametrize("app", ["hotel", ":agent", "hotel:", ".hotel:agent", ""])
def test_an_app_that_names_no_module_and_object_is_refused(app):
    with pytest.raises(ConfigurationError, match="module:name"):
        load_agent(app)
