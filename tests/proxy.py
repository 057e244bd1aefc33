"""A real HTTP proxy on loopback: it makes tunnels (CONNECT), passes plain requests on, and notes who asked for what."""

from __future__ import annotations

import base64
import contextlib
import selectors
import socket
import socketserver
import threading


class Proxy:
    """Leads every host to a port of this machine, so that a test can dial names that exist nowhere.

    Args:
        ways: Host and port as a client names them, to a port here; any other is answered with 502.
        answers: The status that everybody gets instead of a way.
        wants: User and password, as `"ann:secret"`; without them the answer is 407.
    """

    def __init__(self, ways=(), *, answers=None, wants=None):
        self.ways, self.answers, self.wants = dict(ways), answers, wants
        self.asked = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer._serve(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self):
        return self._server.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return
            head += piece
        lines, _, rest = head.partition(b"\r\n\r\n")
        first, *headers = lines.decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ", 2)
        self.asked.append(f"{method} {target}")
        tunnel = method == "CONNECT"
        authority = target if tunnel else target.split("/")[2]
        way = self.ways.get(authority)
        status = self.answers or (407 if not self._admits(headers) else 502 if way is None else None)
        if status is not None:
            client.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        with socket.create_connection(("127.0.0.1", way)) as server:
            if tunnel:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                if rest:
                    server.sendall(rest)
                _join(client, server)
            else:
                _join(client, server, head, lambda piece: piece.replace(f" http://{authority}".encode(), b" ", 1))

    def _admits(self, headers):
        if self.wants is None:
            return True
        expected = base64.b64encode(self.wants.encode()).decode()
        return f"proxy-authorization: basic {expected}".lower() in [each.lower() for each in headers]


def _join(client, server, first=b"", forwarded=lambda piece: piece):
    """Pass bytes both ways until one side has ended; of a plain request the address goes on without the host."""
    if first:
        server.sendall(forwarded(first))
    with selectors.DefaultSelector() as selector, contextlib.suppress(OSError):
        selector.register(client, selectors.EVENT_READ, (server, forwarded))
        selector.register(server, selectors.EVENT_READ, (client, lambda piece: piece))
        while True:
            for key, _ in selector.select():
                piece = key.fileobj.recv(65536)
                if not piece:
                    return
                target, passed = key.data
                target.sendall(passed(piece))
