"""Configuration of the model's session: what the server enforces, and what it leaves to the client.

It is kept in GA's names and laid out for the service that takes it, which may reject a field that others take. Where
the session can do without that field, it does, and remembers it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from agent.core.paths import look, place, without
from agent.core.profiles import optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.core.client_tools import ClientTools
    from agent.core.events import ErrorReported
    from agent.core.paths import Json
    from agent.core.profiles import Profile

# What says the same as leaving a field out, where an agent that takes over leaves out what the one before it had set.
_UNSET: dict[str, Any] = {
    "max_output_tokens": "inf",
    "parallel_tool_calls": True,
    "truncation": "auto",
    "audio.input.noise_reduction": None,
    "audio.output.speed": 1.0,
}
_VOICE = "audio.output.voice"

# How deep a session object is merged: down to the fields of `audio.input.turn_detection`, however deep a client nests.
_DEPTH = 4

# The tools, or something in them.
_OF_TOOLS = re.compile(r"tools(?:\Z|[.\[])")

# A service that leaves `param` out names the field in its text.
_NAMED = re.compile(r"""['"`](session\.[\w.\[\]]+)['"`]""")


class Configuration:
    """What one session asks of its model.

    Args:
        enforced: The GA session object that the server decides.
        tools: The tools of both sides.
        profile: The service that the model is reached through.

    Attributes:
        profile: As handed in.
        rejected: Dotted GA paths of fields that the service did not take, and that the session goes on without.
    """

    def __init__(self, enforced: Mapping[str, Any], tools: ClientTools, profile: Profile) -> None:
        self.profile = profile
        self.rejected: list[str] = []
        self._enforced = enforced
        self._tools = tools
        self._chosen: Json = {}

    def whole(self) -> Json:
        """Everything, as a new session of the model's is sent it."""
        return self.laid_out(self.fields())

    def fields(self, *, voice: bool = True) -> Json:
        """Everything, in GA's names.

        Args:
            voice: Include the voice, which a session that has spoken does not change.
        """
        fields = _merged({"type": "realtime", **self._enforced}, self._chosen)
        tools = self._tools.merged()
        if tools:
            fields["tools"] = tools
        return fields if voice else without(fields, _VOICE)

    def voice_differs(self, session: Mapping[str, Any]) -> bool:
        """Whether a session object asks for another voice than the one in force."""
        return look(session, _VOICE) != look(self._enforced, _VOICE)

    def enforce(self, session: Mapping[str, Any], before: Json, *, voice: bool) -> Json:
        """Enforce something else from now on.

        Args:
            session: The GA session object that the server decides; the tools are taken from the client tools.
            before: The `fields` that were in force.
            voice: Change the voice too.

        Returns:
            What has changed, in GA's names, with the type that every update must have.
        """
        self._enforced = session
        after = self.fields()
        after.setdefault("tools", [])
        changed = _changed(before, after)
        for path, value in _UNSET.items():
            if look(before, path)[0] and not look(after, path)[0]:
                place(changed, path, value)
        return {"type": "realtime", **(changed if voice else without(changed, _VOICE))}

    def change(self, fields: Mapping[str, Any], *, tools: bool = False) -> Json | None:
        """What the client chooses.

        Args:
            fields: Of the session, those that are the client's to choose.
            tools: The model is to see other tools than before.

        Returns:
            The update to send, or None when the service knows nothing of it.
        """
        chosen = {name: value for name, value in fields.items() if name not in {"type", "tools"}}
        self._chosen = _merged(self._chosen, chosen)
        offered = {"tools": self._tools.merged()} if tools else {}
        update = self.laid_out({"type": "realtime", **chosen, **offered})
        return update if update.keys() - {"type"} else None

    def kept(self) -> Json:
        """What the client has chosen and the service did not take, as JSON."""
        return {"chosen": self._chosen, "rejected": self.rejected}

    def restore(self, kept: Json) -> None:
        """Go on with what `kept` gave."""
        self._chosen, self.rejected = kept["chosen"], kept["rejected"]

    def reject(self, error: ErrorReported) -> bool:
        """The service does not take the configuration.

        Returns:
            Whether it is worth another attempt, without the field that the error names.
        """
        name = named_field(error)
        field = None if name is None else optional(self.profile.field_to_ga(name))
        if field is None or field in self.rejected:
            return False
        self.rejected.append(field)
        return True

    def give_way(self, error: ErrorReported) -> bool:
        """Another session of the service does not take what is in force in the present one.

        A client may have chosen something that was refused at the time: it must not cost the caller the next session.

        Returns:
            Whether it is worth another attempt, without the field that the error names.
        """
        name = named_field(error)
        field = None if name is None else self.profile.field_to_ga(name)
        if field is not None and self._chosen:
            before, self._chosen = self._chosen, without(self._chosen, field)
            if self._chosen != before:
                return True
        if field is not None and _OF_TOOLS.match(field) and self._tools.withdraw(field):
            return True
        return self.reject(error)

    def laid_out(self, fields: Json) -> Json:
        """Fields in GA's names as they are sent to the service, without what it has rejected."""
        for path in self.rejected:
            fields = without(fields, path)
        return self.profile.lay_out(fields)


def named_field(error: ErrorReported) -> str | None:
    """The field that an error is about, in the service's own names, or None where it does not tell."""
    found = _NAMED.search(error.message)
    return error.param or (found[1] if found else None)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], depth: int = _DEPTH - 1) -> Json:
    """The fields that are not as they were; what lies deeper is given whole, as services take it."""
    result: Json = {}
    for name, value in after.items():
        was = before.get(name)
        if depth > 1 and isinstance(value, dict) and isinstance(was, dict):
            inner = _changed(cast("Json", was), cast("Json", value), depth - 1)
            if inner:
                result[name] = inner
        elif name not in before or was != value:
            result[name] = value
    return result


def _merged(base: Mapping[str, Any], over: Mapping[str, Any], depth: int = _DEPTH) -> Json:
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        nested = depth > 1 and isinstance(below, dict) and isinstance(value, dict)
        alike = nested and _of_one_kind(cast("Json", below), cast("Json", value))
        result[name] = _merged(cast("Json", below), cast("Json", value), depth - 1) if alike else value
    return result


def _of_one_kind(below: Json, over: Json) -> bool:
    """Whether an object adds to another. One of another `type` stands in its place: it has other fields."""
    return over.get("type", below.get("type")) == below.get("type")
