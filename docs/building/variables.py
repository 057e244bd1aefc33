"""The reference of the settings, from the class that reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from agent.config import Settings, variables_of
from docs.building.prose import attributes, cell

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_HEAD = """# Settings

Every variable that is read, drawn from the classes that read it. They come from the environment and from `.env` in the
working directory; the environment counts more, and a variable that is empty counts as not set. Where two names stand,
the first counts more. A value that cannot be used ends the program with its variable's name.

"""


class UndescribedSettingError(Exception):
    """A field of the settings has no line in its class's docstring."""


def settings() -> str:
    """The page, as Markdown."""
    parts = [_HEAD]
    for owner in _owners():
        names = [name for name in Settings.model_fields if name in vars(owner).get("__annotations__", {})]
        told = attributes(owner)
        missing = [name for name in names if name not in told]
        if missing:
            raise UndescribedSettingError(f"{owner.__name__} does not say what {', '.join(missing)} mean")
        if names:
            title = re.split(r"; |, beside|\.?\n", (owner.__doc__ or "").strip())[0]
            rows = [_row(name, Settings.model_fields[name], told[name]) for name in names]
            parts += [f"## {title}\n", "| variable | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(parts)


def _owners() -> list[type[Any]]:
    """The classes that declare settings: the one that reads them first, then those it is put together from."""
    return [each for each in Settings.__mro__ if each.__module__.startswith("agent.")]


def _row(name: str, field: FieldInfo, told: str) -> str:
    named = variables_of(name, field)
    # The docstring names the variable as well; here it stands in the first column.
    meaning = re.sub(r"^`[A-Z_]+`(?: \(or `[A-Z_]+`\))?(?:[:;] |\.$)", "", told)
    shown = ", ".join(f"`{each}`" for each in named)
    return f"| {shown} | {_default(field.get_default())} | {cell(meaning[:1].upper() + meaning[1:])} |"


def _default(value: Any) -> str:
    if value is None or value == () or isinstance(value, SecretStr):
        return ""
    return (
        f"`{str(value).lower() if isinstance(value, bool) else f'{value:.10g}' if isinstance(value, float) else value}`"
    )
