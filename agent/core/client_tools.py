"""Client tools: tools that a client offers the model beside ours, and runs itself.

Ours come first and keep their names; a client can add to them, and never replace one. Whose a call is tells its
function's name when the model makes it, and its call id from then on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.firewall import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.core.frames import Frame

Json: TypeAlias = dict[str, Any]

# What a function may hold. Azure rejects a whole update over one key that it does not know.
_FIELDS = ("type", "name", "description", "parameters")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_NUMBERED = re.compile(r"tools\[(\d{1,4})\]")

# Services take 128 tools in all.
MAX_TOOLS = 64


class ClientTools:
    """The tools of one client.

    Args:
        ours: The server's tools, as function definitions.
        enabled: Whether a client may have any.
    """

    def __init__(self, ours: Sequence[Mapping[str, Any]], *, enabled: bool) -> None:
        self.enabled = enabled
        self._ours = [dict(tool) for tool in ours]
        self._our_names = {tool.get("name") for tool in ours}
        self._offered: dict[str, Json] | None = None
        self._call_ids: set[str] = set()

    def ours_are(self, ours: Sequence[Mapping[str, Any]]) -> None:
        """The server has other tools from now on. A name that was ever ours stays ours: calls by it are remembered."""
        self._ours = [dict(tool) for tool in ours]
        self._our_names |= {tool.get("name") for tool in ours}
        if self._offered is not None:
            self._offered = {name: tool for name, tool in self._offered.items() if name not in self._our_names}

    def offer(self, tools: object) -> bool:
        """The client's tools from now on; those with the name of one of ours, or of another kind, are left out.

        Returns:
            Whether the model is to see other tools than before.

        Raises:
            Refused: They cannot be offered to a model; the text says which and why.
        """
        if not isinstance(tools, list):
            raise Refused("session.tools must be a list", "invalid_type", "session.tools")
        offered: dict[str, Json] = {}
        for number, tool in enumerate(cast("list[object]", tools)):
            fields: Json = cast("Json", tool) if isinstance(tool, dict) else {}
            name = fields.get("name")
            if fields.get("type", "function") != "function":
                continue
            if not isinstance(name, str) or not _NAME.match(name):
                text = "a tool's name consists of 1 to 64 letters, digits, _ and -"
                raise Refused(text, "invalid_value", f"session.tools[{number}].name")
            if name in self._our_names:
                continue
            offered[name] = {"type": "function"} | {key: fields[key] for key in _FIELDS if key in fields}
        if len(offered) > MAX_TOOLS:
            raise Refused(f"a client may have {MAX_TOOLS} tools, not {len(offered)}", "invalid_value", "session.tools")
        before, self._offered = self._offered or {}, offered
        return offered != before

    def withdraw(self, field: str) -> bool:
        """A service does not take what it was told of tools: the client's tool that it names is offered no more.

        Args:
            field: What it names, such as `tools[2].parameters`; where that is none of the client's tools, all of them
                are withdrawn, since any may be at fault.

        Returns:
            Whether the model is to see other tools than before.
        """
        names, found = [*(self._offered or {})], _NUMBERED.match(field)
        number = int(found[1]) - len(self._ours) if found else -1
        gone = names[number : number + 1] if 0 <= number < len(names) else names
        self._offered = self._offered and {name: tool for name, tool in self._offered.items() if name not in gone}
        return bool(gone)

    def merged(self) -> list[Json]:
        """What the model is to see: our tools, then the client's."""
        return [*self._ours, *(self._offered or {}).values()]

    def kept(self) -> Json:
        """The client's tools and the calls of them, as JSON."""
        return {"offered": self._offered, "call_ids": sorted(self._call_ids)}

    def restore(self, kept: Json) -> None:
        """Go on with what `kept` gave; what is ours by now stays ours."""
        offered: Mapping[str, Json] | None = kept["offered"]
        if offered is not None:
            self._offered = {name: tool for name, tool in offered.items() if name not in self._our_names}
        self._call_ids = set(kept["call_ids"])

    def shown(self, session: Json) -> Json:
        """A view of the session with the client's own tools, once it has offered any."""
        return session if self._offered is None else {**session, "tools": [*self._offered.values()]}

    def told(self, frame: Frame) -> Frame:
        """An error about the tools that the model sees, with the numbers that the client gave its own."""
        error: Json = frame.data["error"]
        hidden = len(self._ours)

        def own(found: re.Match[str]) -> str:
            number = int(found[1]) - hidden
            return f"tools[{number}]" if number >= 0 else "tools"

        texts = {name: _NUMBERED.sub(own, str(error[name])) for name in ("message", "param") if error.get(name)}
        return frame if all(error[name] == text for name, text in texts.items()) else frame.changed(error=error | texts)

    def owns(self, name: object) -> bool:
        """Whether a function is the client's."""
        return self._offered is not None and isinstance(name, str) and name in self._offered

    def theirs(self, fields: Mapping[str, Any]) -> bool:
        """Whether a call, its output or its arguments belong to a tool of the client's; `fields` names the call."""
        call_id = fields.get("call_id")
        name = fields.get("name")
        if fields.get("type") == "function_call" and isinstance(name, str) and name in self._our_names:
            return False  # even if a service gives it an id that a call of the client's had
        if fields.get("type") == "function_call" and isinstance(call_id, str) and self.owns(fields.get("name")):
            self._call_ids.add(call_id)
        return isinstance(call_id, str) and call_id in self._call_ids
