"""Frame: one unparsed wire message, its type found without decoding it.

Nine tenths of the traffic is audio that nobody here needs to read. A frame keeps the text it arrived as, so what is
passed on is the identical object, and finds its own type by an anchored match on the first bytes.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

# Services write `type` first, or `event_id` and then `type`. Anything else (other order, escapes in the value) takes
# the slow path, which parses the whole frame and so cannot be fooled.
_LEADING_TYPE = re.compile(r'\s*\{\s*(?:"event_id"\s*:\s*"[^"\\]*"\s*,\s*)?"type"\s*:\s*"([^"\\]*)"')


class MalformedFrame(ValueError):  # noqa: N818  (named for what it is, like `json.JSONDecodeError`'s siblings here)
    """A frame that is not a JSON object with a string `type`."""


class Frame:
    """One message of the Realtime wire, as text.

    Attributes:
        text: The message exactly as it came, or as it is to be sent.
        dialect: Whose names it uses: a key of `dialect.DIALECTS`. What we write ourselves uses GA's.
    """

    __slots__ = ("_data", "_type", "dialect", "text")

    def __init__(self, text: str, dialect: str = "ga") -> None:
        self.text = text
        self.dialect = dialect
        self._type: str | None = None
        self._data: dict[str, Any] | None = None

    @classmethod
    def of(cls, event: dict[str, Any], dialect: str = "ga") -> Frame:
        """Encode an event that we made, or of which we changed something.

        Args:
            event: The event.
            dialect: Whose names it uses.

        Raises:
            MalformedFrame: It is nested more deeply than can be written.
        """
        try:
            text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        except RecursionError:
            raise MalformedFrame("the message is nested too deeply to be passed on") from None
        frame = cls(text if text.isascii() else _sendable(text), dialect)
        frame._type, frame._data = event["type"], event
        return frame

    @property
    def type(self) -> str:
        """The event's type, peeked where that is safe.

        Raises:
            MalformedFrame: The text is no JSON object, or has no string `type`.
        """
        kind = self._type
        if kind is None:
            match = _LEADING_TYPE.match(self.text)
            kind = self._type = match[1] if match else self._parsed_type()
        return kind

    @property
    def data(self) -> dict[str, Any]:
        """The whole event, decoded once on first use.

        Raises:
            MalformedFrame: The text is no JSON object.
        """
        if self._data is None:
            self._data = decode(self.text)
        return self._data

    def changed(self, **fields: Any) -> Frame:
        """The same event, in the same names, with some of its fields replaced."""
        return Frame.of({**self.data, **fields}, self.dialect)

    def retyped(self, kind: str, dialect: str) -> Frame:
        """The same event under another type, without parsing it where the type stands first."""
        match = _LEADING_TYPE.match(self.text)
        if match is None:
            return Frame.of({**self.data, "type": kind}, dialect)
        frame = Frame(f"{self.text[: match.start(1)]}{kind}{self.text[match.end(1) :]}", dialect)
        frame._type = kind
        return frame

    def _parsed_type(self) -> str:
        kind = self.data.get("type")
        if not isinstance(kind, str):
            raise MalformedFrame('the message has no "type": every Realtime event is an object with a string "type"')
        return kind

    def __repr__(self) -> str:
        # Never the text: it is somebody's speech.
        return f"Frame({len(self.text)} characters)"


def decode(text: str, *, unique_keys: bool = False) -> dict[str, Any]:
    """Decode one wire message.

    Args:
        text: The message.
        unique_keys: Refuse an object that names a key twice. Decoders differ in which one they believe, so a
            duplicate lets a client show one event to us and another to the service.

    Raises:
        MalformedFrame: Not JSON, not an object, or a key twice where that is refused.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_unique if unique_keys else None)
    except MalformedFrame:
        raise
    except RecursionError:
        raise MalformedFrame("the message is nested too deeply to be read") from None
    except ValueError as error:
        raise MalformedFrame(f"the message is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise MalformedFrame(f"the message is a JSON {type(value).__name__}, not an object")
    return cast("dict[str, Any]", value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        # One pass: a hostile object of a million keys must not cost more than reading it did.
        if name in result:
            raise MalformedFrame(f"the key {name!r:.80} stands twice in one object")
        result[name] = value
    return result


def _sendable(text: str) -> str:
    # JSON can escape half a surrogate pair, and a file name can hold one; UTF-8 cannot, and no socket would take it.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
