"""Refusal: what a service said when it refused the handshake, read from whatever shape it said it in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 300  # characters of a service's own words that are passed on

# Services repeat keys and tokens in their errors, in part or whole.
_SECRETS = re.compile(
    r"sk-[\w*-]+|Bearer\s+\S+|eyJ[\w-]{8,}\.[\w.-]+|\b[0-9a-fA-F]{32,}\b|api[-_]key=[^&\s]+", re.IGNORECASE
)

# What can be had of an object that was cut off in the middle.
_FIELDS = re.compile(r'"(code|message)"\s*:\s*"((?:[^"\\]|\\.)*)')


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to the handshake that is no `101 Switching Protocols`.

    Attributes:
        status: The HTTP status.
        code: The service's own code, such as `DeploymentNotFound`; empty where it gave none.
        message: Its words, on one line, shortened, without credentials; empty where it gave none.
        retry_after: Seconds that it asks to wait; None where it does not say.
        location: Where it redirects to; empty where it does not.
    """

    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None
    location: str = ""

    def says(self, *words: str) -> bool:
        """Whether its code or message holds one of some words, in any case."""
        text = f"{self.code} {self.message}".lower()
        return any(word.lower() in text for word in words)

    @property
    def quoted(self) -> str:
        """Its own words, to be put after ours."""
        if not self.message:
            return f" (the service's code: {self.code})" if self.code else ""
        return f" (the service says: “{self.message}”)"


def read_refusal(
    status: int, headers: Mapping[str, str], body: str | bytes | None, now: datetime | None = None
) -> Refusal:
    """Read the parts of an HTTP answer.

    Args:
        status: Its status.
        headers: Its headers; names in any case.
        body: Its body, as much as is there.
        now: What a `Retry-After` in the form of a date counts from; the system's time if not given.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    code, message = _words(text)
    return Refusal(status, code, message, _wait(fields, now), without_secrets(fields.get("location", "")))


def without_secrets(text: str) -> str:
    """A text with everything that looks like a credential blotted out."""
    return _SECRETS.sub("…", text)


def _words(text: str) -> tuple[str, str]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        cut_off = dict(_FIELDS.findall(text)) if text.lstrip().startswith("{") else {}
        # A page of some proxy says nothing that helps; a plain sentence may.
        plain = "" if cut_off or "<" in text else text
        return _short(cut_off.get("code", "")), _short(cut_off.get("message", plain))
    if not isinstance(found, dict):
        return "", ""
    outer = cast("dict[str, Any]", found)
    inner: Any = outer.get("error")
    if isinstance(inner, str):
        return "", _short(inner)
    error = cast("dict[str, Any]", inner) if isinstance(inner, dict) else outer
    code = error.get("code") or error.get("type") or ""
    message = error.get("message") or error.get("detail") or ""
    return _short(str(code)), _short(str(message))


def _short(text: str) -> str:
    line = without_secrets(" ".join(text.split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _wait(fields: Mapping[str, str], now: datetime | None) -> float | None:
    for name, unit in (("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = fields.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(?:\.\d+)?", value):
            return float(value) * unit
    try:
        then = parsedate_to_datetime(fields.get("retry-after", ""))
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())
