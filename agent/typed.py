"""What may be typed for an option: a path, a finite number, an address."""

from __future__ import annotations

import math
from typing import Any

import click

from agent.telemetry.settings import listen_address


class Place(click.Path):
    """A path. An empty one is a variable of the shell that is not set, and would mean the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.ParamType.convert`."""
        if value == "":
            self.fail("the path is empty; for the folder that you are in, write a dot.", param, ctx)
        return super().convert(value, param, ctx)


class Finite(click.FloatRange):
    """A number within limits; `nan`, which is beyond none of them, and `inf` are no numbers of anything."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """See `click.ParamType.convert`."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


class Listen(click.ParamType[str]):
    """A port, or an address and a port."""

    name = "[HOST:]PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """See `click.ParamType.convert`."""
        try:
            return listen_address(value)
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


def bare(_context: click.Context, _parameter: click.Parameter, host: str) -> str:
    """A host without the brackets that an address of IPv6 has in URLs, and is typed in from there."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host
