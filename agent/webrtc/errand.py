"""Errand: what a page brings to the tool desk, read and bounded. All of it is the caller's word, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from agent.core.utterances import LONGEST, MOST
from agent.errors import InputError
from tools import Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping

    Decision = Literal["approve", "deny"]

MOST_TEXT: Final = 256 * 1024  # characters of a call's arguments
_FIELDS: Final = ("session", "call_id", "name", "arguments")


@dataclass(frozen=True, slots=True)
class Errand:
    """One call of a tool.

    Attributes:
        call_id: As the model named it.
        name: The tool.
        arguments: Its arguments as the model wrote them.
        conversation: What was said lately, as the page heard it.
        turn: Names what the user said last; None where the page does not tell, and no call then repeats another.
        asks: The page can ask its user for approval.
        decision: What the user has decided, where the page was told to ask; None on the way there.
        reason: Why not, in the user's words.
    """

    call_id: str
    name: str
    arguments: str
    conversation: tuple[Utterance, ...] = ()
    turn: str | None = None
    asks: bool = False
    decision: Decision | None = None
    reason: str | None = None


def read_errand(given: Mapping[str, Any]) -> tuple[str, Errand]:
    """Read what a page sends.

    Args:
        given: The request's body.

    Returns:
        The name of the session, and the errand.

    Raises:
        InputError: Something is missing or is no such thing; the text names it.
    """
    fields = [given.get(name) for name in _FIELDS]
    if not all(isinstance(each, str) and len(each) <= MOST_TEXT for each in fields):
        raise InputError("session, call_id, name and arguments are needed, as texts")
    session, call_id, name, arguments = map(str, fields)
    decision, asks = given.get("decision"), given.get("asks", False)
    if decision not in {None, "approve", "deny"}:
        raise InputError('decision is "approve" or "deny"')
    if not isinstance(asks, bool):
        raise InputError("asks is true or false: whether the page can ask its user for approval")
    told = _conversation(given.get("conversation", []))
    turn, reason = _text(given, "turn"), _text(given, "reason")
    return session, Errand(call_id, name, arguments, told, turn, asks, cast("Decision | None", decision), reason)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} is a text, or left out")
    return value if value is None else value[:LONGEST]


def _conversation(value: object) -> tuple[Utterance, ...]:
    """As much of it as a tool is told on the other ways."""
    said: list[Utterance] = []
    for each in cast("list[object]", value)[-MOST:] if isinstance(value, list) else [None]:
        entry: Mapping[str, object] = cast("Mapping[str, object]", each) if isinstance(each, dict) else {}
        role, text = entry.get("role"), entry.get("text")
        if role not in {"user", "assistant"} or not isinstance(text, str):
            raise InputError('conversation is a list of {"role": "user" or "assistant", "text": …}, oldest first')
        if text.strip():
            said.append(Utterance(str(role), text.strip()[:LONGEST]))
    return tuple(said)
