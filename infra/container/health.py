"""Whether the server in this container is alive: exit code 0 where `/healthz` answers 200, else 1.

The image has no curl. The argument is another port than the usual one.
"""

from __future__ import annotations

import http.client
import sys


def main(arguments: list[str]) -> int:
    """Ask the server.

    Args:
        arguments: The port, or nothing.

    Returns:
        The exit code: 0 it is alive, 1 it is not.
    """
    # http.client and not urllib, which would go through a proxy that the environment names.
    connection = http.client.HTTPConnection("127.0.0.1", int(arguments[0]) if arguments else 8765, timeout=4)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except OSError as error:
        print(f"/healthz does not answer: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
