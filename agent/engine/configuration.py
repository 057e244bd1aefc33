"""The session's configuration: what may be set, the defaults, and how an update is merged into it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from agent.engine.checks import (
    Check,
    anything,
    array,
    boolean,
    mapping,
    null_or,
    number,
    one_of,
    record,
    text,
    wrong_type,
)
from agent.engine.formats import FORMATS, PCM_RATES
from agent.engine.voices import VOICES
from agent.engine.wire_errors import WireError, invalid, missing

if TYPE_CHECKING:
    from collections.abc import Collection

DEFAULT_INSTRUCTIONS = (
    "You are a helpful voice assistant. Answer briefly, in one or two spoken sentences, from what the tools return."
)
_VAD_COMMON: dict[str, Check] = {"type": anything, "create_response": boolean, "interrupt_response": boolean}
_VAD_FIELDS: dict[str, Check] = {
    "server_vad": record(
        _VAD_COMMON
        | {
            "threshold": number(0, 1),
            "prefix_padding_ms": number(0, 5_000, whole=True),
            "silence_duration_ms": number(0, 30_000, whole=True),
            "idle_timeout_ms": null_or(number(5_000, 30_000, whole=True)),
        }
    ),
    "semantic_vad": record(_VAD_COMMON | {"eagerness": one_of("low", "medium", "high", "auto")}),
}
_VAD_DEFAULTS: dict[str, dict[str, Any]] = {
    "server_vad": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    },
    "semantic_vad": {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    },
}


def _format(*rates: int) -> Check:
    fields = record({"type": one_of(*FORMATS), "rate": anything}, required=("type",))

    def check(value: object, path: str) -> dict[str, Any]:
        given = fields(value, path)
        if given["type"] != "audio/pcm":
            return {"type": given["type"]}
        if given.get("rate", 24_000) not in rates:
            raise _wrong_rate(path, rates)
        return {"type": "audio/pcm", "rate": given.get("rate", 24_000)}

    return check


def _wrong_rate(path: str, rates: Collection[int]) -> WireError:
    supported = " or ".join(str(rate) for rate in sorted(rates))
    return invalid(f"{path}.rate", f"Invalid '{path}.rate': audio/pcm is carried at {supported} Hz only.")


def _turn_detection(value: object, path: str) -> dict[str, Any]:
    given = mapping(value, path)
    kind = given.get("type")
    if "type" in given:
        one_of(*_VAD_FIELDS)(kind, f"{path}.type")
        return _VAD_FIELDS[str(kind)](given, path)
    # Without a type the update is meant for the kind that is in force, which only the merge knows.
    return given


def _tool(value: object, path: str) -> dict[str, Any]:
    kind = mapping(value, path).get("type", "function")
    if kind != "function":
        raise invalid(f"{path}.type", f"Invalid '{path}.type': this engine runs tools of type 'function' only.")
    fields: dict[str, Check] = {
        "type": anything,
        "name": text(pattern=r"[a-zA-Z0-9_-]{1,64}"),
        "description": null_or(text()),
        "parameters": null_or(mapping),
    }
    return {"type": "function", **record(fields, required=("name",))(value, path)}


def _tool_choice(value: object, path: str) -> Any:
    if isinstance(value, dict):
        fields: dict[str, Check] = {"type": one_of("function"), "name": text()}
        return record(fields, required=("type", "name"))(cast("object", value), path)
    return one_of("auto", "none", "required")(value, path)


def _max_output_tokens(value: object, path: str) -> int | str:
    if isinstance(value, str):
        return one_of("inf")(value, path)
    return number(1, 4096, whole=True)(value, path)


def _output_modalities(value: object, path: str) -> list[str]:
    given = array(one_of("text", "audio"), most=2)(value, path)
    if len(given) != 1:
        raise invalid(path, f"Invalid '{path}': expected either ['audio'] or ['text'], not both and not neither.")
    return given


def _voice(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(path, "the name of a voice", value)
    return one_of(*VOICES)(value, path)


def _metadata(value: object, path: str) -> dict[str, str]:
    given = mapping(value, path)
    if len(given) > 16:
        raise invalid(path, f"Invalid '{path}': at most 16 pairs are allowed, got {len(given)}.")
    return {text(longest=64)(key, path): text(longest=512)(each, f"{path}.{key[:64]}") for key, each in given.items()}


_OUTPUT: dict[str, Check] = {"format": _format(24_000), "voice": _voice}
_COMMON: dict[str, Check] = {
    "instructions": text(),
    "tools": array(_tool, most=128),
    "tool_choice": _tool_choice,
    "max_output_tokens": _max_output_tokens,
    "output_modalities": _output_modalities,
    "parallel_tool_calls": boolean,
    "reasoning": null_or(mapping),
    "prompt": null_or(mapping),
}
_SESSION = record(
    _COMMON
    | {
        "type": one_of("realtime"),
        "model": text(),
        "tracing": anything,
        "truncation": anything,
        "include": null_or(array(one_of("item.input_audio_transcription.logprobs"), most=1)),
        "audio": record(
            {
                "input": record(
                    {
                        "format": _format(*PCM_RATES),
                        "transcription": null_or(
                            record(dict.fromkeys(("model", "language", "prompt", "delay"), null_or(text())))
                        ),
                        "noise_reduction": null_or(record({"type": one_of("near_field", "far_field")})),
                        "turn_detection": null_or(_turn_detection),
                    }
                ),
                "output": record(_OUTPUT | {"speed": number(0.25, 1.5)}),
            }
        ),
    },
    required=("type",),
)
_RESPONSE = record(
    _COMMON
    | {
        "audio": record({"output": record(_OUTPUT)}),
        "conversation": one_of("auto", "none"),
        "metadata": null_or(_metadata),
        "input": array(mapping, most=1000),
    }
)


class Configuration:
    """What is in force in one session.

    Args:
        session_id: Its id.
        model: The model's name, as shown.
        expires_at: When the session ends, in seconds since 1970.
        input_rates: The rates (Hz) at which the caller's audio/pcm may come; Voice Live takes slower ones.

    Attributes:
        session: The session object of the wire, complete.
    """

    def __init__(self, session_id: str, model: str, expires_at: int, input_rates: Collection[int] = (24_000,)) -> None:
        self._input_rates = input_rates
        pcm = {"type": "audio/pcm", "rate": 24_000}
        self.session: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": DEFAULT_INSTRUCTIONS,
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": expires_at,
            "audio": {
                "input": {
                    "format": pcm,
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": dict(_VAD_DEFAULTS["server_vad"]),
                },
                "output": {"format": dict(pcm), "voice": "alloy", "speed": 1.0},
            },
            "include": None,
        }

    @property
    def input(self) -> dict[str, Any]:
        """The `audio.input` object."""
        return self.session["audio"]["input"]

    @property
    def output(self) -> dict[str, Any]:
        """The `audio.output` object."""
        return self.session["audio"]["output"]

    def snapshot(self) -> dict[str, Any]:
        """A copy to be sent."""
        return copy.deepcopy(self.session)

    def update(self, given: object, *, voice_fixed: bool) -> None:
        """Merge an update in, all of it or nothing.

        Args:
            given: The `session` object as the client sent it.
            voice_fixed: The session has already spoken, so its voice must stay.

        Raises:
            WireError: A field is unknown or its value cannot be accepted; nothing has changed.
        """
        update = _SESSION(given, "session")
        # A session keeps the model that it was opened with, whatever name later updates repeat.
        update.pop("model", None)
        if update.get("instructions") == "":
            update["instructions"] = DEFAULT_INSTRUCTIONS
        merged = copy.deepcopy(self.session)
        _merge(merged, update, "session")
        voice = merged["audio"]["output"]["voice"]
        if voice_fixed and voice != self.output["voice"]:
            raise WireError(
                "Cannot update a conversation's voice if assistant audio is present.",
                code="cannot_update_voice",
                param="session.audio.output.voice",
            )
        check_tool_choice(merged, "session")
        if merged["audio"]["input"]["format"].get("rate", 24_000) not in self._input_rates:
            raise _wrong_rate("session.audio.input.format", self._input_rates)
        self.session = merged


def check_response(given: object) -> dict[str, Any]:
    """The `response` object of a `response.create`, checked.

    Raises:
        WireError: A field is unknown or its value cannot be accepted.
    """
    return _RESPONSE(given, "response")


def check_tool_choice(settings: dict[str, Any], path: str) -> None:
    """See to it that a forced tool exists.

    Raises:
        WireError: It does not.
    """
    choice = settings["tool_choice"]
    if isinstance(choice, dict):
        name = cast("dict[str, str]", choice)["name"]
        if all(tool["name"] != name for tool in settings["tools"]):
            raise invalid(f"{path}.tool_choice", f"Tool choice '{name[:64]}' not found in 'tools' parameter.")


_WHOLE = frozenset({"tools", "tool_choice", "format", "truncation", "tracing", "prompt", "reasoning"})


def _merge(target: dict[str, Any], update: dict[str, Any], path: str) -> None:
    for name, value in update.items():
        here = f"{path}.{name}"
        if name == "turn_detection" and value is not None:
            target[name] = _merged_turn_detection(target[name], value, here)
        elif name == "transcription" and value is not None:
            target[name] = {"model": None, "language": None, "prompt": None} | (target[name] or {}) | value
        elif isinstance(value, dict) and name not in _WHOLE and isinstance(target.get(name), dict):
            _merge(target[name], cast("dict[str, Any]", value), here)
        else:
            target[name] = value


def _merged_turn_detection(current: dict[str, Any] | None, given: dict[str, Any], path: str) -> dict[str, Any]:
    kind = given.get("type") or (current or {}).get("type")
    if kind is None:
        raise missing(f"{path}.type")
    checked = _VAD_FIELDS[kind](given, path)
    base = current if current is not None and current["type"] == kind else _VAD_DEFAULTS[kind]
    return base | checked
