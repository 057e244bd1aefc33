"""A caller of a session with a face in between, and a check of what the face says."""

from __future__ import annotations

import json
from pathlib import Path

from agent.engine.wire_errors import EventRefused

SHAPES = json.loads((Path(__file__).parents[2] / "data" / "wire" / "preview_events.json").read_text("utf-8"))["events"]
# Azure's preview sends these though the SDK's types do not name them.
EXTRAS = {"object", "expires_at", "prompt", "cached_tokens_details", "message", "tracing"}
SCALARS = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def check_preview(event):
    """Assert that an event is one of preview's, with no field that a preview client does not know."""
    check(event, SHAPES[event["type"]], event["type"])


def check(value, shape, path):
    if shape == "any":
        return
    if isinstance(shape, str):
        assert isinstance(value, SCALARS[shape]), f"{path} is {value!r}, not {shape}"
    elif isinstance(shape, list):
        for index, each in enumerate(value):
            check(each, shape[0], f"{path}[{index}]")
    elif "=" in shape:
        assert value in shape["="], f"{path} is {value!r}"
    elif "|" in shape:
        assert any(fits(value, each) for each in shape["|"]), f"{path} is {value!r}"
    else:
        names = {name.removeprefix("?"): name for name in shape}
        assert set(value) - set(names) <= EXTRAS, f"{path} has {set(value) - set(names)}"
        for name, key in names.items():
            assert name in value or key[0] == "?", f"{path} has no {name}"
            if value.get(name) is not None or key[0] != "?":
                check(value[name], shape[key], f"{path}.{name}")


def fits(value, shape):
    try:
        check(value, shape, "")
    except AssertionError:
        return False
    return True


class Faced:
    """A client that speaks through a face; every event that it gets is kept."""

    def __init__(self, caller, face, checked=None):
        self.caller, self.face, self.checked = caller, face, checked
        self.events = []
        self._seen = 0
        self.looks()

    def looks(self):
        """Take what the session has sent since, and give it back."""
        fresh = self.caller.events[self._seen :]
        self._seen = len(self.caller.events)
        shown = [each for event in fresh for each in self.face.outward(event)]
        for event in shown:
            if self.checked:
                self.checked(event)
        self.events += shown
        return shown

    def sends(self, kind, **fields):
        try:
            message = self.face.inward(json.dumps({"type": kind, **fields}))
        except EventRefused as refused:
            self.caller.take(self.caller.session.refuse(refused, self.caller.now))
        else:
            self.caller.sends_text(message)
        return self.looks()

    def configures(self, **session):
        return self.sends("session.update", session=session)[-1]

    def asks(self, text):
        content = [{"type": "input_text", "text": text}]
        self.sends("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        return self.sends("response.create")
