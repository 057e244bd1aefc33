"""Failure: what the model reads when a call fails, and what the log keeps.

The log is for whoever runs the server. A caller's words do not belong in it, and exceptions like to quote them: each
word of an exception's message that was also in the arguments is blanked out.
"""

from __future__ import annotations

import json
import re
import traceback
from typing import TYPE_CHECKING, Any, cast

import pydantic_core

from tools.result import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_WORD = re.compile(r"\w+")
_FRAME = re.compile(r'[\s|+]*File "')  # an entry of a traceback that shows our code, not a message


def failed(code: str, message: str, fields: Iterable[Mapping[str, str]] = ()) -> Outcome:
    """Tell the model what went wrong.

    Args:
        code: One of the codes of `Outcome.error`.
        message: What, and what to do about it.
        fields: The wrong arguments.
    """
    error: dict[str, Any] = {"code": code, "message": message}
    listed = [dict(field) for field in fields]
    if listed:
        error["fields"] = listed
    text = json.dumps({"error": error}, ensure_ascii=False).encode("utf-8", "replace").decode()
    return Outcome(output=text, ok=False, error=code)


def report(error: BaseException, arguments: str) -> str:
    """Write down an exception for the log, without the words of the call's arguments.

    Args:
        error: The exception, with its traceback.
        arguments: The call's arguments as they came.
    """
    secret = words_of(_decoded(arguments))
    entries = traceback.TracebackException.from_exception(error).format()
    return "".join(entry if _FRAME.match(entry) else blanked(entry, secret) for entry in entries).rstrip()


def words_of(value: object) -> set[str]:
    """The words of a call's arguments, which do not belong in a log.

    Args:
        value: The arguments, decoded.
    """
    return {word.casefold() for text in _texts(value) for word in _WORD.findall(text)}


def blanked(text: str, secret: Collection[str]) -> str:
    """A text for the log in which such words are blanked out.

    Args:
        text: The text.
        secret: Words, as `words_of` gives them.
    """
    return _WORD.sub(lambda found: "…" if found.group().casefold() in secret else found.group(), text)


def _decoded(arguments: str) -> object:
    try:
        return pydantic_core.from_json(arguments)
    except ValueError:
        return arguments


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in cast("dict[str, object]", value).values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)
    else:
        yield str(value)
