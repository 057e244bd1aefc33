"""Scrapes: where each of several workers tells its metrics. They share the callers' port, but cannot share this one."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  (nothing is bound to it here)


def listen_of(base: str, slot: int) -> str:
    """Where one worker serves `/metrics`.

    Args:
        base: HOST:PORT, as it was asked for; port 0 means any free one, for each worker.
        slot: The worker's; see `Post`.

    Raises:
        UsageError: There is no such port.
    """
    host, _, port = base.rpartition(":")
    if port == "0":
        return base
    if int(port) + slot > 65535:
        raise UsageError(f"cannot serve /metrics on {base} and the {slot} ports behind it: choose a smaller port")
    return f"{host}:{int(port) + slot}"


def announced(base: str, size: int, callers: Sequence[tuple[str, int]] = ()) -> str:
    """Say where so many workers serve `/metrics`, once it is known that they can.

    Args:
        base: As in `listen_of`.
        size: How many workers there are.
        callers: Addresses and ports that callers come to.

    Raises:
        UsageError: One of the ports is taken or the callers', or there is no such port.
    """
    places = [listen_of(base, slot) for slot in range(size)]
    for place in places:
        _keep_from(callers, place)
        _try(place)
    if base.endswith(":0"):
        return "metrics: any free port for each worker; the log says which (--log-format)"
    return f"metrics: http://{places[0]}/metrics and so on to port {places[-1].rpartition(':')[2]}, one for each worker"


def _try(place: str) -> None:
    host, _, port = place.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot serve /metrics on {place} ({reason}): each worker needs a port of its own, from that of --metrics "
            "or VOCATIVE_METRICS on; choose another"
        ) from None


def _keep_from(callers: Sequence[tuple[str, int]], place: str) -> None:
    # It cannot be tried: nobody listens to the callers yet, and until then two may have a port.
    host, _, port = place.rpartition(":")
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host.strip("[]"), None)}
    except OSError:  # which is said when it is tried
        return
    for address, theirs in callers:
        if theirs == int(port) and (address in found or _EVERYWHERE & {address, *found}):
            raise UsageError(
                f"cannot serve /metrics on {place}, where callers come to: each worker needs a port of its own, from "
                "that of --metrics or VOCATIVE_METRICS on; choose another there or with --port"
            )
