"""PreviewFace: the preview dialect, as Azure's preview endpoint and OpenAI's beta speak it.

Names come from `preview_names`; what stands here is the shape around them. Sources: the migration guide of the Realtime
API, Azure's reference of `2025-04-01-preview`, and the recorded sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from agent.core.frames import Frame, MalformedFrame
from agent.engine.checks import LONGEST_EVENT_ID, Check, anything, array, null_or, number, one_of, record
from agent.engine.preview_items import item_inward, item_outward
from agent.engine.preview_names import EVENTS, PATHS, settings_from_ga, settings_to_ga
from agent.engine.wire_errors import EventRefused, WireError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_MADE_UP = "face_update_"
_FORMAT = one_of("pcm16", "g711_ulaw", "g711_alaw")
_TURN_DETECTION = (
    "type",
    "threshold",
    "prefix_padding_ms",
    "silence_duration_ms",
    "create_response",
    "interrupt_response",
    "eagerness",
)
_SHARED: dict[str, Check] = dict.fromkeys(
    ("instructions", "voice", "tools", "tool_choice", "max_response_output_tokens"), anything
) | {"output_audio_format": _FORMAT, "temperature": null_or(number(0, 2))}
# GA path → preview path, for what an error names.
_PATHS = sorted(((".".join(path), name) for name, path in PATHS.items()), key=lambda pair: -len(pair[0]))


def _modalities(value: object, path: str) -> list[str]:
    given = array(one_of("text", "audio"), most=2)(value, path)
    if "text" not in given:
        raise invalid(path, f"Invalid modalities: {given}. Supported combinations are: ['text'] and ['audio', 'text'].")
    return given


class PreviewFace:
    """One client that speaks preview."""

    input_rates: Collection[int] = (24_000,)
    session_fields: ClassVar[Mapping[str, Check]] = _SHARED | {
        "modalities": _modalities,
        "model": anything,
        "input_audio_format": _FORMAT,
        "input_audio_transcription": null_or(record(dict.fromkeys(("model", "language", "prompt"), anything))),
        "input_audio_noise_reduction": anything,
        "turn_detection": null_or(record(dict.fromkeys(_TURN_DETECTION, anything))),
        "speed": anything,
        "tracing": anything,
        "client_secret": anything,
    }
    response_fields: ClassVar[Mapping[str, Check]] = (
        _SHARED
        | dict.fromkeys(("conversation", "metadata", "input", "max_output_tokens"), anything)
        | {"modalities": _modalities}
    )

    def __init__(self) -> None:
        # What the client set and GA has no place for: in force, and asked for by updates not answered yet, each with
        # the id of its event, which is made up where the client gave none.
        self.kept: dict[str, Any] = {"temperature": 0.8}
        self._asked: list[tuple[object, dict[str, Any]]] = []
        self._beside: dict[str, Any] = {}
        self._made_up = 0
        # What this face itself refused, by the name that the client gave to it.
        self._own_names: set[str | None] = set()
        self._inward: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "session.update": self._update_inward,
            "response.create": self._create_inward,
            "conversation.item.create": self._item_create_inward,
        }
        self._outward: dict[str, Callable[[Any], Any]] = {
            "session": self.session_outward,
            "response": self.response_outward,
            "item": item_outward,
            "error": self._error_outward,
        }

    def inward(self, message: str | bytes) -> str | bytes:
        """A client's message in GA's words; what cannot be read is left for the session to refuse.

        Raises:
            EventRefused: A field or value is none of the dialect's.
        """
        if isinstance(message, bytes):
            return message
        frame = Frame(message)
        try:
            translate = self._inward.get(frame.type)
            if translate is None:
                return message
            return Frame.of(translate(dict(frame.data))).text
        except MalformedFrame:
            return message
        except WireError as error:
            self._own_names.add(error.param)
            raise EventRefused(error, frame.data.get("event_id")) from None

    def outward(self, event: dict[str, Any]) -> Sequence[dict[str, Any]]:
        """The session's event in the client's words."""
        kind = event["type"]
        if kind == "conversation.item.done":
            # Preview announces an item once, when it is there.
            return ()
        self._settle(event)
        changed = {"type": EVENTS.get(kind, kind)}
        if kind == "response.function_call_arguments.done" and not self.names_calls:
            event = {name: value for name, value in event.items() if name != "name"}
        changed |= {name: self._outward[name](event[name]) for name in self._outward if name in event}
        return (event | changed,)

    # ── what a dialect of the same family does otherwise ──

    names_calls: ClassVar[bool] = False
    counts_images: ClassVar[bool] = False

    def session_inward(self, session: dict[str, Any]) -> dict[str, Any]:
        """A client's session object, checked, in GA's shape."""
        checked = record(self.session_fields)(session, "session")
        self.keep({name: checked[name] for name in ("temperature",) if name in checked})
        return {"type": "realtime"} | settings_to_ga(checked)

    def keep(self, fields: dict[str, Any]) -> None:
        """Remember what the update under way sets beside GA; in force when the session accepts it."""
        self._beside = fields

    def session_outward(self, session: dict[str, Any]) -> dict[str, Any]:
        """The session as the client sees it."""
        shown = settings_from_ga(session) | {
            "object": "realtime.session",
            "temperature": self.kept["temperature"],
        }
        detection = cast("dict[str, Any] | None", shown.get("turn_detection"))
        if detection is not None:
            shown["turn_detection"] = {name: detection[name] for name in _TURN_DETECTION if name in detection}
        return shown

    def response_inward(self, response: dict[str, Any]) -> dict[str, Any]:
        """What a `response.create` overrides, checked, in GA's shape."""
        checked = record(self.response_fields)(response, "response")
        settings = settings_to_ga(checked)
        if isinstance(settings.get("input"), list):
            items = enumerate(settings["input"])
            settings["input"] = [item_inward(each, f"response.input[{index}]") for index, each in items]
        return settings

    def response_outward(self, response: dict[str, Any]) -> dict[str, Any]:
        """A response as the client sees it."""
        shown = settings_from_ga(response)
        # A response calls its limit as GA does; only the session has preview's longer name for it.
        shown["max_output_tokens"] = shown.pop("max_response_output_tokens")
        shown |= {"object": response["object"], "temperature": self.kept["temperature"]}
        if shown["usage"] is not None and not self.counts_images:
            shown["usage"] = _without_images(shown["usage"])
        return shown | {"output": [item_outward(item) for item in response["output"]]}

    def _settle(self, event: dict[str, Any]) -> None:
        if event["type"] == "session.updated" and self._asked:
            self.kept |= self._asked.pop(0)[1]
        elif event["type"] == "error":
            about = event["error"]["event_id"]
            self._asked = [each for each in self._asked if each[0] != about]

    def _update_inward(self, event: dict[str, Any]) -> dict[str, Any]:
        self._beside = {}
        translated = event | _inside(event, "session", self.session_inward)
        if translated.get("event_id") is None:
            self._made_up += 1
            translated["event_id"] = f"{_MADE_UP}{self._made_up}"
        event_id = translated["event_id"]
        if isinstance(event_id, str) and len(event_id) <= LONGEST_EVENT_ID:
            # Any other id the session refuses, and with it the update.
            self._asked.append((event_id, self._beside))
        return translated

    def _create_inward(self, event: dict[str, Any]) -> dict[str, Any]:
        return event | _inside(event, "response", self.response_inward)

    def _item_create_inward(self, event: dict[str, Any]) -> dict[str, Any]:
        return event | _inside(event, "item", item_inward)

    def _error_outward(self, error: dict[str, Any]) -> dict[str, Any]:
        if str(error["event_id"]).startswith(_MADE_UP):
            error = error | {"event_id": None}
        param = error["param"]
        if not param or param in self._own_names:
            self._own_names.discard(param)
            return error
        named = _preview_path(param)
        return error | {"param": named, "message": error["message"].replace(f"'{param}'", f"'{named}'")}


def _inside(event: dict[str, Any], name: str, translate: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    value = event.get(name)
    return {name: translate(cast("dict[str, Any]", value))} if isinstance(value, dict) else {}


def _without_images(usage: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_images(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for name, value in usage.items()
        if name != "image_tokens"
    }


def _preview_path(param: str) -> str:
    for root in ("session.", "response."):
        for ga, own in _PATHS:
            if param == root + ga or param.startswith(f"{root}{ga}."):
                return root + own + param.removeprefix(root + ga)
    return param
