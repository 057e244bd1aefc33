"""Invoke: runs one call of a tool, as its policy wants it, and turns whatever happens into an outcome for the model."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import logging
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.approval import approve
from tools.arguments import ArgumentsError
from tools.availability import available
from tools.errors import ToolError
from tools.failure import failed, report
from tools.handoff import HandOff
from tools.later import Later
from tools.limits import Gates, Rates
from tools.redaction import redacted
from tools.result import BadResultError, Outcome, capped, outcome_of
from tools.spec import label_of
from tools.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tools.context import ToolContext
    from tools.spec import ToolSpec
    from tools.toolset import Toolset

_log = logging.getLogger(__name__)
# One of each for the process: what they limit is shared by all sessions.
_threads = Threads()
_gates = Gates()
_rates = Rates()


async def invoke(toolset: Toolset, name: str, arguments: str, context: ToolContext) -> Outcome:
    """Run a call as the model asked for it and as the tool's policy allows it.

    It sets no time limit: whoever owns the call reads `ToolSpec.timeout_s` and cancels this task when that is over.
    A coroutine then ends at its next await; a thread cannot be ended, so it is told by `context.cancelled`, and what
    it still returns is dropped.

    Args:
        toolset: The tools there are.
        name: The tool that the model named.
        arguments: Its arguments as JSON text, as they came; "" counts as none.
        context: The call, for a tool that asks for it.

    Returns:
        The outcome. Whatever the tool or the model did wrong is an outcome too. One whose `later` is set is to be
        given to the model at once, and `later` to be awaited for what follows.

    Raises:
        asyncio.CancelledError: The task was cancelled; `context.cancelled` is then set.
    """
    context.bind_loop()
    spec = toolset.get(name)
    if spec is None:
        names = available(toolset, context.user).names
        known = f"The tools are: {', '.join(names)}." if names else "There are no tools at all."
        return failed("unknown_tool", f"There is no tool named {name!r}. {known}")
    return await _guarded(spec, arguments, context, lambda: _permitted(spec, arguments, context))


async def _permitted(spec: ToolSpec, arguments: str, context: ToolContext) -> Outcome:
    policy = spec.policy
    if not policy.allows(context.user):
        return failed("not_available", f"The tool {spec.name!r} is not available to this user.")
    values = spec.arguments.parse(arguments)
    tool = (label_of(spec.function), spec.name)
    caller = ("session", context.session_id) if context.user is None else ("user", context.user.id)
    wait = _rates.take((tool, caller), policy.rate_limit)
    if wait:
        text = f"{spec.name!r} was used too often. It may be called again in {wait} s; until then, tell the user so."
        return failed("rate_limited", text)
    refused = await approve(spec, values, context)
    if refused is not None:
        return refused
    async with contextlib.AsyncExitStack() as places:
        for key, limit in (((tool, context.session_id), policy.session_concurrency), (tool, policy.concurrency)):
            if limit is not None:
                await places.enter_async_context(_gates.enter(key, limit))
        value = await _run(spec, values, context)
        if not isinstance(value, Later):
            return outcome_of(value, policy, shows=context.shows)
        # The job keeps its places until it is done.
        work = functools.partial(_job, spec, value, context, places.pop_all())
        later = functools.partial(_guarded, spec, arguments, context, work)
        try:
            return replace(outcome_of(value.started), later=later)
        except BadResultError:
            return replace(outcome_of(None), later=later)


async def _job(spec: ToolSpec, job: Later, context: ToolContext, places: contextlib.AsyncExitStack) -> Outcome:
    async with places:
        value = await job.work if inspect.isawaitable(job.work) else await _threads.run(job.work)
        value = await value if inspect.isawaitable(value) else value
        if isinstance(value, HandOff):
            raise BadResultError("a job hands over to nobody: return the HandOff from the tool itself, and no Later")
        return outcome_of(value, spec.policy, shows=context.shows)


async def _run(spec: ToolSpec, values: dict[str, Any], context: ToolContext) -> Any:
    if spec.context_parameter is not None:
        values[spec.context_parameter] = context
    call = functools.partial(spec.function, **values)
    value = await call() if spec.is_async else await _threads.run(call)
    # A plain wrapper around a coroutine function gives the coroutine, made in the thread, to be awaited here.
    return await value if inspect.isawaitable(value) else value


async def _guarded(
    spec: ToolSpec, arguments: str, context: ToolContext, work: Callable[[], Awaitable[Outcome]]
) -> Outcome:
    """Do the work of a call; what goes wrong in it is its outcome."""
    began = time.monotonic()
    try:
        outcome = await work()
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            context.cancelled.set()
            raise
        # Nobody cancelled the call: the tool waited for something of its own that was cancelled.
        outcome = _failure(spec, error, arguments, context)
    except (Exception, SystemExit) as error:  # a tool's mistake must not end the session
        outcome = _failure(spec, error, arguments, context)
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug(
            "tool %s %s → %s %s in %d ms (session %s, call %s)",
            spec.name,
            redacted(spec.policy, arguments),
            outcome.error or "ok",
            redacted(spec.policy, outcome.output),
            round((time.monotonic() - began) * 1000),
            context.session_id,
            context.call_id,
        )
    return outcome


def _failure(spec: ToolSpec, error: BaseException, arguments: str, context: ToolContext) -> Outcome:
    if isinstance(error, ArgumentsError):
        return failed(error.code, str(error), error.fields)
    if isinstance(error, ToolError):
        said = str(error) or f"The tool {spec.name!r} could not do it and did not say why."
        return failed("tool_error", capped(said, spec.policy.max_chars))
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
