"""The `now` tool: date, weekday and time somewhere, in words that are fit to be spoken."""

from __future__ import annotations

import difflib
import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from tools.decorator import tool
from tools.errors import DefinitionError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable

DESCRIPTION = "Tell the current date, weekday and time, here or in another place."
_NO_ZONES = "this computer has no time zone database; on Windows, and in slim containers, install the package tzdata"
_HOURS = ((5, "at night"), (12, "in the morning"), (18, "in the afternoon"), (22, "in the evening"), (24, "at night"))
# Folders of the database that hold no places.
_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


def now_tool(
    zone: str = "UTC",
    *,
    name: str = "now",
    description: str = DESCRIPTION,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Callable[[str | None], dict[str, Any]]:
    """Make a tool that tells the time.

    Args:
        zone: Where the assistant is, as the time zone database names it, such as `"Europe/Berlin"`.
        name: The tool's name for the model.
        description: What the model is told of it.
        clock: Gives the present moment, with its offset.

    Returns:
        The tool, a plain function.

    Raises:
        DefinitionError: There is no such zone, or no time zone database.
    """
    try:
        here = _zone(zone)
    except ToolError as error:
        raise DefinitionError(f"now_tool({zone!r}): {error}") from None

    @tool(name=name, description=description)
    def now(place: str | None = None) -> dict[str, Any]:
        """Tell the time.

        Args:
            place: A city or a time zone such as "Tokyo" or "Europe/Berlin"; leave it out for the time here.
        """
        where = here if place is None or not place.strip() else _zone(place)
        return _told(clock().astimezone(where), where.key)

    return now


def _told(moment: datetime, zone: str) -> dict[str, Any]:
    offset = moment.strftime("%z")
    date = f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"
    return {
        "message": f"It is {_spoken(moment)} on {date}{_place(zone)}.",
        "date": moment.date().isoformat(),
        "weekday": f"{moment:%A}",
        "time": f"{moment:%H:%M}",
        "zone": zone,
        "utc_offset": f"{offset[:3]}:{offset[3:5]}",
    }


def _spoken(moment: datetime) -> str:
    if moment.minute == 0 and moment.hour in {0, 12}:
        return "noon" if moment.hour else "midnight"
    part = next(name for end, name in _HOURS if moment.hour < end)
    hour = moment.hour % 12 or 12
    return f"{hour} o'clock {part}" if moment.minute == 0 else f"{hour}:{moment.minute:02d} {part}"


def _place(zone: str) -> str:
    if _is_place(zone):
        return f" in {zone.rsplit('/', 1)[1].replace('_', ' ')}"
    return ", UTC" if zone == "UTC" else ""


def _zone(name: str) -> ZoneInfo:
    by_name, by_city = _zones()
    if not by_name:
        raise ToolError(f"The time cannot be told: {_NO_ZONES}.")
    wanted = _folded(name)
    found = by_name.get(wanted) or by_city.get(wanted)
    if found is not None:
        return ZoneInfo(found)
    near = difflib.get_close_matches(wanted, [*by_city, *by_name], n=3, cutoff=0.7)
    maybe = f" Perhaps {' or '.join(by_city.get(each) or by_name[each] for each in near)} is meant." if near else ""
    raise ToolError(
        f"There is no time zone for {name.strip()[:60]!r}.{maybe} Give a large city in the same zone, or a name such "
        "as Europe/Berlin."
    )


@functools.cache
def _zones() -> tuple[dict[str, str], dict[str, str]]:
    """Zones by their names, and by their cities; the database is searched for them once."""
    known = sorted(available_timezones())
    # Where a name is that of several cities, the one with the shortest name is meant.
    places = sorted((zone for zone in known if _is_place(zone)), key=len, reverse=True)
    return {_folded(zone): zone for zone in known}, {_folded(zone.rsplit("/", 1)[-1]): zone for zone in places}


def _folded(name: str) -> str:
    return "_".join(name.replace("-", "_").replace("_", " ").split()).casefold()


def _is_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(_NO_PLACES)
