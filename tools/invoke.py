"""Invoke: runs one call of a tool and turns whatever happens into an outcome that the model can read."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import secrets
from typing import TYPE_CHECKING, Any

from tools.arguments import ArgumentsError
from tools.errors import ToolError
from tools.failure import failed, report
from tools.result import BadResultError, Outcome, outcome_of
from tools.threads import Threads

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.spec import ToolSpec
    from tools.toolset import Toolset

_log = logging.getLogger(__name__)
_threads = Threads()


async def invoke(toolset: Toolset, name: str, arguments: str, context: ToolContext) -> Outcome:
    """Run a call as the model asked for it.

    It sets no time limit: whoever owns the call reads `ToolSpec.timeout_s` and cancels this task when that is over.
    A coroutine then ends at its next await; a thread cannot be ended, so it is told by `context.cancelled`, and what
    it still returns is dropped.

    Args:
        toolset: The tools there are.
        name: The tool that the model named.
        arguments: Its arguments as JSON text, as they came; "" counts as none.
        context: The call, for a tool that asks for it.

    Returns:
        The outcome. Whatever the tool or the model did wrong is an outcome too.

    Raises:
        asyncio.CancelledError: The task was cancelled; `context.cancelled` is then set.
    """
    context.bind_loop()
    spec = toolset.get(name)
    if spec is None:
        known = f"The tools are: {', '.join(toolset.names)}." if toolset.names else "There are no tools at all."
        return failed("unknown_tool", f"There is no tool named {name!r}. {known}")
    try:
        return outcome_of(await _run(spec, spec.arguments.parse(arguments), context))
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            context.cancelled.set()
            raise
        # Nobody cancelled the call: the tool waited for something of its own that was cancelled.
        return _failure(spec, error, arguments, context)
    except (Exception, SystemExit) as error:  # a tool's mistake must not end the session
        return _failure(spec, error, arguments, context)


async def _run(spec: ToolSpec, values: dict[str, Any], context: ToolContext) -> Any:
    if spec.context_parameter is not None:
        values[spec.context_parameter] = context
    call = functools.partial(spec.function, **values)
    value = await call() if spec.is_async else await _threads.run(call)
    # A plain wrapper around a coroutine function gives the coroutine, made in the thread, to be awaited here.
    return await value if inspect.isawaitable(value) else value


def _failure(spec: ToolSpec, error: BaseException, arguments: str, context: ToolContext) -> Outcome:
    if isinstance(error, ArgumentsError):
        return failed(error.code, str(error), error.fields)
    if isinstance(error, ToolError):
        return failed("tool_error", str(error) or f"The tool {spec.name!r} could not do it and did not say why.")
    if isinstance(error, BadResultError):
        code, what = "bad_result", "returned something that cannot be sent"
    else:
        code, what = "exception", "failed"
    error_id = secrets.token_hex(4)
    _log.error(
        "tool %s %s (error id %s, session %s, call %s)\n%s",
        spec.name,
        what,
        error_id,
        context.session_id,
        context.call_id,
        report(error, arguments),
    )
    return failed(code, f"The tool {spec.name!r} {what} (error id {error_id}). Trying again will hardly help.")
