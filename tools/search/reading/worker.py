"""The process that reads documents for `IsolatedReader`: one request after the other, until its input ends."""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tools.search.reading import parse
from tools.search.reading.document_text import Block, DocumentText, PageText
from tools.search.reading.errors import UnreadableError

if TYPE_CHECKING:
    from typing import BinaryIO

_LENGTH = struct.Struct(">Q")


def send(pipe: BinaryIO, *parts: bytes) -> None:
    """Write parts, each behind its length."""
    for part in parts:
        pipe.write(_LENGTH.pack(len(part)))
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes:
    """Read one part.

    Raises:
        EOFError: The other side is gone.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def answer(data: bytes, name: str) -> bytes:
    """Parse a document; the answer is JSON, either the text or the reason why there is none."""
    try:
        document = parse(data, name)
    except UnreadableError as error:
        return json.dumps({"unreadable": str(error)}).encode()
    pages = [
        [page.number, page.text, [[block.kind, block.start, block.end, block.headings] for block in page.blocks]]
        for page in document.pages
    ]
    return json.dumps({"title": document.title, "format": document.format, "pages": pages}).encode()


def understand(reply: bytes) -> DocumentText:
    """The document in an answer.

    Raises:
        UnreadableError: The answer says why there is none.
    """
    message = cast("dict[str, Any]", json.loads(reply))
    if "unreadable" in message:
        raise UnreadableError(message["unreadable"])
    pages = tuple(
        PageText(number, text, tuple(Block(kind, start, end, tuple(path)) for kind, start, end, path in blocks))
        for number, text, blocks in message["pages"]
    )
    return DocumentText(message["title"], message["format"], pages)


def limit_memory(limit: int) -> None:
    """Let this process take no more memory than it has and a limit more, where the system can see to that.

    Args:
        limit: Bytes.
    """
    try:
        import resource  # noqa: PLC0415 - Windows has none

        taken = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + limit, taken + limit))
    except (ImportError, OSError, ValueError):
        return


def main() -> None:
    """Serve requests from standard input: a name and a file's bytes each."""
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # what a library prints must not get between the replies
        while True:
            try:
                name, data = receive(requests).decode(), receive(requests)
            except EOFError:
                return
            send(replies, answer(data, name))
