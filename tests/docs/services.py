"""What the commands of the pages are pointed at: free ports, and a language model of the reader's own."""

from __future__ import annotations

import json
import re
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from tests.tools.search.azure.contract.threaded import threaded

if TYPE_CHECKING:
    from collections.abc import Iterator


def at_a_free_port(command: str, port: int) -> tuple[str, int]:
    """A command as it stands, or with another port where somebody on this machine has taken the page's.

    Args:
        command: The command.
        port: The port that it names.

    Returns:
        The command, and the port.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert re.search(rf"\b{port}\b", command)
    return re.sub(rf"\b{port}\b", str(free), command), free


class LanguageModel:
    """A chat endpoint as OpenAI documents it, whose model has one thing to say.

    Attributes:
        models: Which model each request asked for.
    """

    ANSWER = "I am your own language model."

    def __init__(self) -> None:
        self.models: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Stream the answer."""
        self.models.append((await request.json())["model"])
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        said = {"choices": [{"index": 0, "delta": {"content": self.ANSWER}, "finish_reason": None}]}
        ended = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        for chunk in (json.dumps(said), json.dumps(ended), "[DONE]"):
            await response.write(f"data: {chunk}\n\n".encode())
        return response


@contextmanager
def language_model() -> Iterator[tuple[LanguageModel, str]]:
    """Serve one while the block runs; gives it, and its base address."""
    model, application = LanguageModel(), web.Application()
    application.router.add_post("/v1/chat/completions", model.answer)
    with threaded(application) as address:
        yield model, f"{address}/v1"
