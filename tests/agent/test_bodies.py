"""Bodies of requests that cannot be read: every door for calls answers in words, and never with a fault of its own."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.engine.runtime import Engine
from agent.engine.serving import engine_app
from agent.server import Server
from agent.webrtc.preview_calling import PreviewUrls
from tests.agent.engine.conftest import LoudnessEars, ScriptedReasoner
from tests.agent.webrtc.test_calls import Model
from tests.agent.webrtc.test_preview_signalling import Calling
from tests.rtc import HummingVoice

FORM = "multipart/form-data; boundary=x"
SDP = b'--x\r\nContent-Disposition: form-data; name="sdp"\r\n%s\r\nv=0\xff\r\n--x--\r\n'
NO_TEXT = [("application/sdp", b"v=0\xff\xfe"), ("application/sdp; charset=nonsense", b"v=0")]
NO_FORM = [
    ("multipart/form-data", b"v=0"),
    (FORM, b"garbage"),
    (FORM, b'--x\r\nContent-Disposition: form-data; name="sdp"\r\n\r\nv=0'),
    (FORM, b"--x\r\nnonsense\r\n\r\nv=0\r\n--x--\r\n"),
    (FORM, SDP % b""),
    (FORM, SDP % b"Content-Type: text/plain; charset=nonsense\r\n"),
    (FORM, SDP % b"Content-Transfer-Encoding: nonsense\r\n"),
    (FORM, b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nv=0\r\n--y--\r\n--x--\r\n"),
]


@pytest.fixture(params=["the middle tier", "the engine"])
async def http(request):
    if request.param == "the engine":
        engine = Engine(LoudnessEars(), HummingVoice(), ScriptedReasoner(lambda _said: []))
        application = engine_app(engine)
    else:
        engine, application = None, Server(Agent(), None, None, calling=Model()).application()
    async with TestClient(TestServer(application)) as client:
        yield client
    if engine is not None:
        await engine.close()


async def refused(http, path, kind, body, headers=()):
    async with http.post(path, data=body, headers={"Content-Type": kind, **dict(headers)}) as response:
        return response.status, (await response.json())["error"]["message"]


@pytest.mark.parametrize(("kind", "body"), [*NO_TEXT, *NO_FORM])
async def test_an_offer_that_cannot_be_read_is_refused_in_words(http, kind, body):
    status, message = await refused(http, "/v1/realtime/calls", kind, body)
    assert status == 400
    assert ("form" if (kind, body) in NO_FORM else "encoding") in message


async def test_a_session_that_cannot_be_read_is_refused_in_words(http):
    status, message = await refused(http, "/v1/realtime/client_secrets", "application/json", b"\xff{}")
    assert (status, "'utf-8'" in message) == (400, True)


async def test_a_file_in_a_form_is_read_to_its_end(http):
    form = aiohttp.FormData()
    form.add_field("sdp", b"v=0" + b"x" * 300_000, filename="offer.sdp")
    async with http.post("/v1/realtime/calls", data=form) as response:
        assert response.status == 400
        assert "SDP offer" in (await response.json())["error"]["message"]


async def test_what_the_previews_page_sends_is_read_with_the_same_care():
    calling = Calling(None, PreviewUrls("", "", "d"), "standard", "verse")
    server = Server(Agent(), None, None, calling=calling)
    server._signalling._now = lambda: 1000.0
    async with TestClient(TestServer(server.application())) as client:
        async with client.post("/v1/realtime/sessions") as response:
            name = (await response.json())["id"]
        for path in (f"/v1/realtime/sessions/{name}/calls", "/v1/realtime/tools"):
            status, message = await refused(client, path, "application/sdp", b"v=0\xff")
            assert (status, "encoding" in message) == (400, True)
