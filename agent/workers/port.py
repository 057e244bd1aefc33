"""Port: the sockets that all workers accept callers from.

They are bound once, by the supervisor, and inherited. With sockets of their own (SO_REUSEPORT) the kernel would divide
the callers by a hash: also to a worker that is too busy, and those that wait at a worker's socket would be reset when
it closes. So whoever has time takes the next caller, and none is lost while a worker leaves.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import ExitStack

from agent.errors import UsageError

BACKLOG = 512


def bind(host: str, port: int) -> list[socket.socket]:
    """Bind an address without listening on it yet.

    Args:
        host: Name or address.
        port: 0 for any free one.

    Returns:
        A socket for each address that the host has.

    Raises:
        UsageError: That cannot be done.
    """
    sockets: list[socket.socket] = []
    with ExitStack() as on_error:
        try:
            for family, kind, protocol, _name, address in _addresses(host, port):
                made = on_error.enter_context(socket.socket(family, kind, protocol))
                # The same free port for all of them.
                free = sockets[0].getsockname()[1] if port == 0 and sockets else address[1]
                _bind(made, (address[0], free, *address[2:]))
                sockets.append(made)
        except OSError as error:
            raise cannot_listen(host, port, error) from None
        on_error.pop_all()
    return sockets


def cannot_listen(host: str, port: int, error: OSError) -> UsageError:
    """Why an address cannot be listened on, in words."""
    reason = error.strerror or str(error)
    return UsageError(f"cannot listen on {host} port {port} ({reason}): choose another with --port")


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError:  # two dots side by side, or more than 63 letters without one
        raise OSError(None, "no name of a host") from None
    return list(dict.fromkeys(found))  # type: ignore[arg-type]


def _bind(made: socket.socket, address: tuple[object, ...]) -> None:
    if os.name == "posix" and sys.platform != "cygwin":
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if made.family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(address)
