"""Wording: a client's frames in GA's names, and what goes to the model in the model's.

Only three kinds of what a client sends are worded differently in different dialects; everything else is the same.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from agent.core import items
from agent.core.dialect import GA
from agent.core.events import objects
from agent.core.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.dialect import Dialect
    from agent.core.paths import Json

# Names by which a session or a response gives itself away as GA's, even where it forgot its type.
_GA_NAMES = frozenset({"audio", "output_modalities", "max_output_tokens"})


def dialect_of(session: Json, assumed: Dialect, preview: Dialect) -> Dialect:
    """Whose names a client uses, told by its first `session.update`: a GA session object carries its type.

    Args:
        session: The session object.
        assumed: The dialect that its address or its headers told.
        preview: The one to take for a client that was thought to speak GA and does not.
    """
    if "type" in session:
        return GA
    if assumed is GA and not _GA_NAMES & session.keys():
        return preview if session else assumed
    return assumed


def understood(event: Json, dialect: Dialect) -> Json:
    """A client's event in GA's names; the identical object where nothing of it changes. Odd shapes stay as they are."""
    if dialect is GA:
        return event
    names = items.content_names(dialect, GA)
    kind = event.get("type")
    if kind == "session.update":
        return _with(event, "session", dialect.session_to_ga)
    if kind == "response.create":
        return _with(event, "response", partial(_overrides_to_ga, dialect=dialect, names=names))
    if kind == "conversation.item.create":
        return _with(event, "item", partial(items.item, names=names))
    return event


def spoken(frame: Frame, dialect: Dialect) -> Frame:
    """A frame in GA's names in the model's; the identical object where nothing of it changes."""
    if frame.dialect == dialect.name or frame.type not in {"response.create", "conversation.item.create"}:
        return frame
    names = items.content_names(GA, dialect)
    event = frame.data
    if frame.type == "response.create":
        event = _with(event, "response", partial(_overrides_from_ga, dialect=dialect, names=names))
    else:
        event = _with(event, "item", partial(items.item, names=names))
    return frame if event is frame.data else Frame.of(event, dialect.name)


def _overrides_to_ga(fields: Json, dialect: Dialect, names: dict[str, str]) -> Json:
    result = dialect.response.to_ga(fields)
    # Preview's reference and its library disagree on the name; both are understood.
    if "max_response_output_tokens" in result:
        result.setdefault("max_output_tokens", result.pop("max_response_output_tokens"))
    return _input(result, names)


def _overrides_from_ga(fields: Json, dialect: Dialect, names: dict[str, str]) -> Json:
    return _input(dialect.response.from_ga(fields), names)


def _input(fields: Json, names: dict[str, str]) -> Json:
    if not isinstance(fields.get("input"), list):
        return fields
    return {**fields, "input": [items.item(each, names) for each in objects(fields["input"])]}


def _with(event: Json, name: str, change: Callable[[Json], Json]) -> Json:
    fields = event.get(name)
    if not isinstance(fields, dict):
        return event
    changed = change(cast("Json", fields))
    return event if changed == fields else {**event, name: changed}
