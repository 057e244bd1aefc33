"""Scrapes: where each of several workers tells its metrics. They share the callers' port, but cannot share this one."""

from __future__ import annotations

import socket

from agent.errors import UsageError


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


def announced(base: str, size: int) -> str:
    """Say where so many workers serve `/metrics`, once it is known that they can.

    Args:
        base: As in `listen_of`.
        size: How many workers there are.

    Raises:
        UsageError: One of the ports is taken, or there is no such port.
    """
    places = [listen_of(base, slot) for slot in range(size)]
    for place in places:
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
