"""An image service that keeps to the documented contract, and refuses what the services refuse."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

GPT_FIELDS = {"model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression"}
DALLE_FIELDS = {"model", "prompt", "n", "size", "quality", "style", "response_format"}
SIZES = {"dall-e-3": {"1024x1024", "1792x1024", "1024x1792"}, "gpt": {"1024x1024", "1536x1024", "1024x1536", "auto"}}
QUALITIES = {"dall-e-3": {"standard", "hd"}, "gpt": {"low", "medium", "high", "auto"}}
SIGNED = "Bearer sesame"
REVISED = "A red fox, drawn in ink."


def png(width=8, height=8):
    """A picture that any viewer opens."""
    rows = b"".join(b"\x00" + b"\xcc\x44\x22" * width for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURES = {
    "png": png(),
    "jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 20 + b"\xff\xd9",
    "webp": b"RIFF\x04\x00\x00\x00WEBPVP8 ",
}


class Service:
    """What was asked, and what is answered next.

    Attributes:
        asked: The bodies of the requests that were taken, in order, with the path under `path`.
        models: What is deployed under a name.
        next: Answers to give before any other: (status, body, headers).
    """

    def __init__(self):
        self.asked = []
        self.models = {"gpt-image-1": "gpt", "gpt-image-1-mini": "gpt", "gpt-image-1.5": "gpt", "pictures": "gpt"}
        self.models |= {"dall-e-3": "dall-e-3", "old": "dall-e-3"}
        self.next = []
        self.url = ""

    async def v1(self, request):
        return await self._answer(request, None, ("/v1",) if request.path.startswith("/v1") else ("/openai/v1",))

    async def deployment(self, request):
        if request.query.get("api-version") not in {"2024-10-21", "2025-04-01-preview"}:
            return _error(404, "404", "Resource not found")
        return await self._answer(request, request.match_info["deployment"], ())

    async def _answer(self, request, deployment, _root):
        body = await request.json()
        self.asked.append(body | {"path": request.path})
        if self.next:
            status, content, headers = self.next.pop(0)
            text = content if isinstance(content, str) else None
            return (
                web.Response(status=status, text=text, headers=headers)
                if text is not None
                else web.json_response(content, status=status, headers=headers)
            )
        azure = request.path.startswith("/openai/")
        if request.headers.get("Authorization") != SIGNED and not (
            azure and request.headers.get("api-key") == "sesame"
        ):
            return _error(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")
        if deployment is not None and "model" in body:
            return _error(400, "unknown_parameter", "Unknown parameter: 'model'.")
        model = self.models.get(deployment or body.get("model"))
        if model is None:
            return _error(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
        return self._made(model, body)

    def _made(self, model, body):
        unknown = sorted(body.keys() - (GPT_FIELDS if model == "gpt" else DALLE_FIELDS))
        if unknown:
            return _error(400, "unknown_parameter", f"Unknown parameter: '{unknown[0]}'.")
        if body.get("size", "1024x1024") not in SIZES[model] or body.get("quality") not in {None} | QUALITIES[model]:
            return _error(400, "invalid_value", "Invalid value.")
        if not 1 <= body.get("n", 1) <= (10 if model == "gpt" else 1):
            return _error(400, "integer_above_max_value", "Invalid 'n'.")
        if "blood" in body["prompt"]:
            inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_results": {}}
            error = {"code": "content_policy_violation", "message": "Your request was rejected.", "inner_error": inner}
            return web.json_response({"error": error}, status=400)
        if model == "dall-e-3" and body.get("response_format", "url") == "url":
            entry = {"url": "https://pictures.example/1.png?sig=x", "revised_prompt": REVISED}
        else:
            entry = {"b64_json": base64.b64encode(PICTURES[body.get("output_format", "png")]).decode()}
            entry |= {"revised_prompt": REVISED} if model == "dall-e-3" else {}
        return web.json_response({"created": 1, "data": [entry] * body.get("n", 1)})


def _error(status, code, message):
    return web.json_response(
        {"error": {"code": code, "message": message, "type": "invalid_request_error"}}, status=status
    )


@pytest.fixture
async def service():
    """The service, on a port of this machine."""
    it = Service()
    application = web.Application()
    application.router.add_post("/v1/images/generations", it.v1)
    application.router.add_post("/openai/v1/images/generations", it.v1)
    application.router.add_post("/openai/deployments/{deployment}/images/generations", it.deployment)
    server = TestServer(application)
    await server.start_server()
    it.url = str(server.make_url("/")).rstrip("/")
    yield it
    await server.close()
