"""Refusals: what an image service says when it makes no picture, in words that a model can act on.

The model reads what the user may do about it; what only the operator can change is logged, and named in brief.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)

_POLICY = frozenset({"content_policy_violation", "contentfilter", "content_filter", "moderation_blocked"})
_LONGEST = 300


def refused(status: int, body: object, retry_after: float | None, name: str) -> ToolError:
    """The error for an answer that is none.

    Args:
        status: The HTTP status.
        body: The body as JSON; anything where it is none.
        retry_after: Seconds after which the service wants to be asked again, if it says.
        name: The model or deployment.
    """
    code, message = _told(body)
    _log.warning(
        "the image service refuses %s: status %d, code %s, %s", name, status, code or "none", message or "no text"
    )
    if code.lower() in _POLICY or "content filter" in message.lower() or "safety system" in message.lower():
        return ToolError(
            "The picture was refused: the description is against the image service's content policy. Tell the user so, "
            "and do not try the same again."
        )
    if status == 429:
        wait = "a minute" if retry_after is None else f"{max(1, round(retry_after))} seconds"
        return ToolError(f"The image service is busy. Tell the user that a picture can be made again in about {wait}.")
    if status in {401, 403}:
        return ToolError(
            "The image service does not let this assistant in; its operator has to look at it. Do not try again."
        )
    if status == 404:
        return ToolError(
            f"There is no image model {name!r} at this address; the assistant's operator has to look at it. Do not try "
            "again."
        )
    if status >= 500:
        return ToolError("The image service failed. It may work when tried again later.")
    return ToolError(f"The image service did not take the request: {message or 'it does not say why'}")


def _told(body: object) -> tuple[str, str]:
    error = cast("Mapping[str, Any]", body).get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    fields = cast("dict[str, Any]", error)
    inner: object = fields.get("inner_error", fields.get("innererror"))
    nested = cast("dict[str, Any]", inner).get("code") if isinstance(inner, dict) else None
    code = "contentFilter" if nested == "ResponsibleAIPolicyViolation" else str(fields.get("code") or "")
    message = " ".join(str(fields.get("message") or "").split())
    return code, message[:_LONGEST]
