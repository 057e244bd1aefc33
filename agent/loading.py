"""Loading: a user's own agent, from the module that it is written in."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

from agent.assistant import Agent
from agent.errors import ConfigurationError, VocativeError
from tools.errors import ToolsError


def load_agent(app: str) -> Agent:
    """Import an agent.

    Args:
        app: `module:name`; the module is looked for in the working directory first.

    Raises:
        ConfigurationError: It is not there, or its module cannot be imported; the text says where it went wrong.
    """
    module, _, name = app.partition(":")
    if not module or not name or module.startswith("."):
        raise ConfigurationError(f"APP is module:name, such as hotel:agent; {app!r} is not")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{app}: there is no module {error.name!r} in {Path.cwd()} or on the path") from None
    except SyntaxError as error:
        raise ConfigurationError(f"{app}: {error.filename}, line {error.lineno}: {error.msg}") from None
    except (VocativeError, ToolsError):
        raise
    except Exception as error:  # it is the user's own code, and may raise anything
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{app}: {last.filename}, line {last.lineno}: {what}") from None
    if not isinstance(found, Agent):
        what = "nothing of that name" if found is None else f"a {type(found).__name__}"
        raise ConfigurationError(f"{app}: the module has {what}; write {name} = Agent(instructions=…, tools=[…])")
    return found
