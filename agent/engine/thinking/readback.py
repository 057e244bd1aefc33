"""Reading back: what a tool gave, as plain sentences for the ear."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from agent.engine.thinking.toolbox import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENUMERATED = 7  # items of a list that are said; the rest is counted
LONGEST = 700  # characters of a plain string that are said
_ERROR_KEYS = ("error", "errors", "exception")
_DETAIL_KEYS = ("message", "detail", "error", "reason", "description")
_HIDDEN = re.compile(r"(?:^|_)(?:id|uuid|url|uri|token|hash|raw)$", re.IGNORECASE)
_ACKNOWLEDGED = ("ok", "success", "done", "true")


def say(output: str) -> str:
    """Say a result in words.

    Args:
        output: The output's text as it came: any string, JSON or not.
    """
    text = output.strip()
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return _string(text)
    return _value(value)


def _string(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    if not text or text.lower().strip(".!") in _ACKNOWLEDGED:
        return "That is done."
    if len(text) > LONGEST:
        cut = text.rfind(". ", 0, LONGEST)
        text = text[: cut + 1] if cut > 0 else text[: text.rfind(" ", 0, LONGEST)] + " …"
    return text if text[-1] in ".!?…" else text + "."


def _value(value: object) -> str:
    if value is None or value is True:
        return "That is done."
    if value is False:
        return "That did not work."
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return _list(cast("list[object]", value))
    if isinstance(value, dict):
        return _object(cast("dict[str, object]", value))
    return f"It is {_short(value)}."


def _object(mapping: Mapping[str, object]) -> str:
    failure = _failure(mapping)
    if failure is not None:
        return f"I'm sorry, that did not work: {failure}" if failure else "I'm sorry, that did not work."
    for key in ("message", "result", "answer", "output", "data"):
        inner = mapping.get(key)
        if inner is not None and (len(mapping) == 1 or (key in {"message", "answer"} and isinstance(inner, str))):
            return _value(inner)
    told = {name: value for name, value in mapping.items() if value is not None and not _acknowledges(name, value)}
    facts = {name: value for name, value in told.items() if not _hidden(name, value)} or told
    if not facts:
        return "That is done."
    clauses = [_fact(name, value) for name, value in facts.items()]
    sentence = (
        ", ".join(clauses[:-1]) + (", and " if len(clauses) > 2 else " and " if len(clauses) == 2 else "") + clauses[-1]
    )
    return sentence[0].upper() + sentence[1:] + "."


def _failure(mapping: Mapping[str, object]) -> str | None:
    """The message of an error object; None when it is none."""
    for key in _ERROR_KEYS:
        error = mapping.get(key)
        if error:
            detail = _detail(error) or next(
                (_detail(mapping.get(name)) for name in _DETAIL_KEYS if name != key and mapping.get(name)), ""
            )
            return _string(detail) if detail else ""
    if mapping.get("ok") is False or mapping.get("success") is False or mapping.get("status") in {"error", "failed"}:
        detail = next((_detail(mapping.get(name)) for name in _DETAIL_KEYS if mapping.get(name)), "")
        return _string(detail) if detail else ""
    return None


def _detail(error: object) -> str:
    if isinstance(error, str):
        return error
    if isinstance(error, dict):
        mapping = cast("dict[str, object]", error)
        return next((str(mapping[key]) for key in _DETAIL_KEYS if mapping.get(key)), "")
    if isinstance(error, list):
        return "; ".join(filter(None, map(_detail, cast("list[object]", error))))
    return ""


def _acknowledges(name: str, value: object) -> bool:
    return value is True and name in {"ok", "success", "done"}


def _hidden(name: str, value: object) -> bool:
    """Long identifiers are for programs; short ones a caller may want to note down."""
    return bool(_HIDDEN.search(name) and len(str(value)) > 12)


def _fact(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f"{spoken(name)} is {'yes' if value else 'no'}"
    if isinstance(value, list):
        values = cast("list[object]", value)
        verb = "are" if spoken(name).endswith("s") else "is"
        return f"the {spoken(name)} {verb} {_enumerate(values)}" if values else f"there are no {spoken(name)}"
    if isinstance(value, dict):
        inner = cast("dict[str, object]", value)
        return f"the {spoken(name)} is " + ", ".join(
            f"{spoken(key)} {_short(item)}" for key, item in inner.items() if item is not None
        )
    plural = spoken(name).endswith("s") and not spoken(name).endswith(("ss", "us", "is"))
    return f"the {spoken(name)} {'are' if plural else 'is'} {_short(value)}"


def _list(values: Sequence[object]) -> str:
    if not values:
        return "There is nothing to report."
    if len(values) == 1:
        return _value(values[0])
    said = _enumerate(values)
    return f"There are {len(values)}: {said}."


def _enumerate(values: Sequence[object]) -> str:
    said = [_short(value) for value in values[:ENUMERATED]]
    if len(values) > ENUMERATED:
        said.append(f"{len(values) - ENUMERATED} more")
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]


def _short(value: object) -> str:
    """A value inside a sentence."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return _enumerate(cast("list[object]", value)) if value else "none"
    if isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        parts = [(key, item) for key, item in mapping.items() if item is not None and not _hidden(key, item)]
        # The first string is what the thing is called; the rest are its particulars.
        head = next((str(item) for _, item in parts if isinstance(item, str)), "")
        rest = [f"{spoken(key)} {_short(item)}" for key, item in parts if str(item) != head]
        return f"{head} with {' and '.join(rest)}" if head and rest else head or " and ".join(rest)
    text = re.sub(r"\s+", " ", str(value)).strip()
    return text.rstrip(".") or "empty"
