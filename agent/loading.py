"""Loading: a user's own agent, from the module that it is written in."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

from agent.assistant import Agent
from agent.errors import ConfigurationError, VocativeError
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


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
    try:
        here = str(Path.cwd())
    except FileNotFoundError:
        raise ConfigurationError("the folder that you are in was removed: go to another one") from None
    if here not in sys.path:
        sys.path.insert(0, here)
    return _agent_in(app, name, lambda: importlib.import_module(module))


def reload_agent(app: str) -> Agent:
    """Run an agent's module anew, as a module of its own: what runs by now keeps the functions and objects it has.

    Args:
        app: `module:name`, which was loaded before. What its module imports stays as it is.

    Raises:
        ConfigurationError: It cannot be used as it is now; everything stays as it was.
    """
    module, _, name = app.partition(":")
    former = sys.modules[module]
    importlib.invalidate_caches()

    def execute() -> ModuleType:
        spec = importlib.util.find_spec(module)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(name=module)
        made = sys.modules[module] = importlib.util.module_from_spec(spec)
        if isinstance(spec.loader, SourceFileLoader):
            # Never what was compiled before: of two versions of the same length within a second it knows the first.
            path = spec.loader.get_filename()
            exec(spec.loader.source_to_code(spec.loader.get_data(path), path), vars(made))  # noqa: S102
        else:
            spec.loader.exec_module(made)
        return made

    try:
        return _agent_in(app, name, execute)
    except BaseException:
        sys.modules[module] = former
        raise


def file_of(app: str) -> Path | None:
    """The file that an agent which was loaded is written in; None where it has none."""
    found = getattr(sys.modules.get(app.partition(":")[0]), "__file__", None)
    return None if found is None else Path(found)


def read_instructions(path: Path) -> str:
    """The instructions that stand in a file.

    Raises:
        ConfigurationError: It cannot be read, or says nothing.
    """
    try:
        text = path.read_text("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"--instructions {path}: it cannot be read: save it as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"--instructions {path}: it cannot be read ({error.strerror})") from None
    if not text:
        raise ConfigurationError(f"--instructions {path}: it is empty: say in a sentence what the assistant is for")
    return text


def _agent_in(app: str, name: str, make: Callable[[], ModuleType]) -> Agent:
    try:
        found = getattr(make(), name, None)
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{app}: there is no module {error.name!r} in {Path.cwd()} or on the path") from None
    except SyntaxError as error:
        raise ConfigurationError(f"{app}: {error.filename}, line {error.lineno}: {error.msg}") from None
    except (VocativeError, ToolsError):
        raise
    except (Exception, SystemExit) as error:  # it is the user's own code, and may raise anything, or want to end
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{app}: {last.filename}, line {last.lineno}: {what}") from None
    if not isinstance(found, Agent):
        what = "nothing of that name" if found is None else f"a {type(found).__name__}"
        raise ConfigurationError(f"{app}: the module has {what}; write {name} = Agent(instructions=…, tools=[…])")
    return found
