"""Approval: what has to be approved before it runs, and by whom."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pydantic_core

from tools.failure import failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.context import ToolContext, User
    from tools.result import Outcome
    from tools.spec import ToolSpec


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that waits for a decision.

    Attributes:
        tool: The tool's name.
        arguments: What the model wants to call it with, checked against its schema, as JSON values.
        user: Who is calling, or None.
        session_id: The session.
        call_id: The call.
    """

    tool: str
    arguments: Mapping[str, Any]
    user: User | None
    session_id: str
    call_id: str


async def approve(spec: ToolSpec, values: Mapping[str, Any], context: ToolContext) -> Outcome | None:
    """Have a call approved, if its policy asks for that.

    A client that can ask its user is asked, and this returns only once it has said yes: a refusal cancels the call.

    Args:
        spec: The tool.
        values: The arguments.
        context: The call.

    Returns:
        None when it may run, else what the model reads.
    """
    policy = spec.policy
    if not policy.approval:
        return None
    given = spec.arguments.given(values)
    plain: dict[str, Any] = pydantic_core.from_json(pydantic_core.to_json(dict(given), inf_nan_mode="null"))
    if context.asks:
        await context.ask_approval(json.dumps(plain, ensure_ascii=False))
        return None
    if policy.approver is None:
        text = (
            f"{spec.name!r} needs the user's approval on a screen, and this client cannot show one. It did not run. "
            "Tell the user that it has to be done where it can be confirmed; do not ask for a spoken yes."
        )
        return failed("approval_unavailable", text)
    request = ApprovalRequest(spec.name, plain, context.user, context.session_id, context.call_id)
    verdict = policy.approver(request)
    if inspect.isawaitable(verdict):
        verdict = await verdict
    if verdict is True:
        return None
    return failed(
        "approval_denied", f"{spec.name!r} was not approved, so it did not run. Do not call it again unasked."
    )
