"""Arguments that are strings: by format, by pattern, or by what the parameter's name and description say it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.engine.thinking import moments, spans, toolbox
from agent.engine.thinking.request import bare

if TYPE_CHECKING:
    from agent.engine.thinking.request import Request
    from agent.engine.thinking.toolbox import Parameter

_EMAIL = re.compile(r"\be-?mail\b")
_URL = re.compile(r"\burl\b|\bweb ?site\b|\blink\b")
_PHONE = re.compile(r"\b(?:phone|telephone|mobile)\b")
_CODE = re.compile(
    r"\b(?:id|identifier|number|code|reference|ref|no|sku|ticket|order|invoice|account|tracking|serial|booking)\b"
)
_LABEL = re.compile(r"\b(?:label|title|subject|heading|caption|nickname)\b")
_MESSAGE = re.compile(
    r"\b(?:message|body|note|content|text|comment|reason|description|details|memo|reminder|summary|task|todo)\b"
)
_QUERY = re.compile(r"\b(?:query|question|search|keywords?|topic|prompt|q)\b")


def value(parameter: Parameter, request: Request) -> str | None:
    """The words for a string parameter; None when nothing was said of it."""
    shaped = _shaped(parameter, request)
    if shaped is not None:
        return shaped or None
    name = toolbox.spoken(parameter.name)
    if _QUERY.search(name):
        return bare(request.whole) or None
    if _LABEL.search(name):
        return request.used(spans.quoted(request.text) or spans.label(request.text))
    if _MESSAGE.search(name):
        found = spans.quoted(request.text) or spans.message(request.text)
        return request.used(found or (bare(request.whole) or None if parameter.required else None))
    if _CODE.search(name) or (_CODE.search(parameter.hints) and "name" not in parameter.hints):
        return request.used(spans.code(request.text))
    found = spans.quoted(request.text) or spans.name(request.text, parameter.hints, request.names, request.nouns)
    if found:
        request.names.append(found)
    return found


def choosiness(parameter: Parameter) -> int:
    """How little else a parameter could take, lower first: an address is nothing else, a message may be anything."""
    name = toolbox.spoken(parameter.name)
    if parameter.schema.get("format") or moments.is_one(parameter.hints):
        return 1
    if _QUERY.search(name) or _MESSAGE.search(name):
        return 8
    return 4 if _CODE.search(parameter.hints) else 5


def _shaped(parameter: Parameter, request: Request) -> str | None:
    """The words for a parameter of a certain shape, "" where they are lacking; None for one of no shape."""
    shape, hints, pattern = str(parameter.schema.get("format") or ""), parameter.hints, parameter.schema.get("pattern")
    if isinstance(pattern, str):
        return spans.matching(request.text, pattern) or ""
    if shape in {"email", "idn-email"} or _EMAIL.search(hints):
        return spans.email(request.text) or ""
    if shape in {"uri", "url"} or _URL.search(hints):
        return spans.url(request.text) or ""
    if _PHONE.search(hints):
        return spans.phone(request.text) or ""
    return moments.value(shape, hints, request)
