"""Speculation: a tool that may be run before the model asks for it, in the words of the user who still speaks."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.arguments import ArgumentsError
from tools.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tools.spec import ToolSpec

_log = logging.getLogger(__name__)

_CLOSING = " .,;:!?\u2026"


def plain_words(text: str) -> str:
    """A text without what voices do not carry: runs of white space, and the mark that closes it.

    Args:
        text: Any text.

    Returns:
        It on one line, without closing marks; or as it was where nothing else would be left.
    """
    return " ".join(text.split()).rstrip(_CLOSING) or text


def same_words(said: str, asked: str) -> bool:
    """Whether a model asks for what the user said, word for word.

    Args:
        said: The user's words.
        asked: What the model asks for.
    """
    return plain_words(said) == plain_words(asked)


@dataclass(frozen=True, slots=True)
class Speculation:
    """How a tool may be run ahead. It must have no effect but its result: most of what is run ahead is thrown away.

    Attributes:
        parameter: The one argument that the user's words are given as; all others must have defaults.
        agrees: Told the user's words and then the model's for that argument, whether a result for the first answers
            the second. The default wants the same words, so that nothing changes but the time; a tool that takes
            closing marks or white space to mean something needs a stricter one.
    """

    parameter: str
    agrees: Callable[[str, str], bool] = same_words


def checked(speculate: str | Speculation | None, schema: Mapping[str, Any], label: str) -> Speculation | None:
    """What a tool's author said of running it ahead, held against its parameters.

    Args:
        speculate: The parameter, by name or with the rule of agreement; None where it must not be run ahead.
        schema: The JSON Schema of the parameters.
        label: What to call the function in errors.

    Raises:
        DefinitionError: There is no such parameter, it takes no text, or another one must be given as well.
    """
    if speculate is None:
        return None
    wanted = speculate if isinstance(speculate, Speculation) else Speculation(speculate)
    properties: Mapping[str, Any] = schema.get("properties", {})
    if wanted.parameter not in properties:
        raise DefinitionError(f"{label}: speculate names {wanted.parameter!r}, and it has no such parameter")
    if properties[wanted.parameter].get("type") != "string":
        raise DefinitionError(f"{label}: speculate names {wanted.parameter!r}, which takes no text; it must be a `str`")
    others = [name for name in schema.get("required", ()) if name != wanted.parameter]
    if others:
        raise DefinitionError(
            f"{label}: it cannot be run ahead, because {others[0]!r} must be given too; give that a default, or leave "
            "speculate out"
        )
    return wanted


def runs_ahead(spec: ToolSpec) -> bool:
    """Whether a tool may be run ahead at all.

    Args:
        spec: The tool.
    """
    # What is counted is not spent on what the user may never have meant.
    return spec.speculation is not None and spec.policy.rate_limit is None


def arguments_for(spec: ToolSpec, said: str) -> str | None:
    """The arguments that a tool is run ahead with, as JSON text; None where it must not be run ahead.

    Args:
        spec: The tool.
        said: The user's words.
    """
    if spec.speculation is None or not runs_ahead(spec):
        return None
    return json.dumps({spec.speculation.parameter: said}, ensure_ascii=False)


def answers(spec: ToolSpec, said: str, arguments: str) -> bool:
    """Whether what a tool was run ahead for is what a call asks for.

    Args:
        spec: The tool.
        said: The user's words that it was run with.
        arguments: The call's arguments as JSON text, as the model wrote them.
    """
    if spec.speculation is None:
        return False
    try:
        asked = spec.arguments.parse(arguments)
    except ArgumentsError:
        return False
    wanted = asked.pop(spec.speculation.parameter, None)
    if asked or not isinstance(wanted, str):
        return False  # it asks for more than words, such as fewer results
    try:
        return bool(spec.speculation.agrees(said, wanted))
    except Exception as error:  # a rule of the user's own must not cost anybody the call
        _log.warning("tool %s: its rule of agreement failed: %s", spec.name, type(error).__name__)
        return False
