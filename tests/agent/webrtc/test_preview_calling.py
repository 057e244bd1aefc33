"""Azure's preview of WebRTC: where it is, what it takes, and what it is told."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from agent.errors import ConfigurationError, DialError
from agent.webrtc.preview_calling import REGIONS, PreviewCalling, PreviewUrls

ADDRESS = "wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=my-deployment"


@pytest.mark.parametrize("region", REGIONS)
def test_addresses_are_derived_from_the_preview_address_and_the_region(region):
    urls = PreviewUrls.of(ADDRESS, region)
    assert urls.sessions == "https://r.openai.azure.com/openai/realtimeapi/sessions?api-version=2025-04-01-preview"
    assert urls.calls == f"https://{region}.realtimeapi-preview.ai.azure.com/v1/realtimertc"
    assert urls.model == "my-deployment"


def test_a_region_without_preview_webrtc_is_refused_with_those_that_have_it():
    with pytest.raises(ConfigurationError, match="eastus2 and swedencentral"):
        PreviewUrls.of(ADDRESS, "westeurope")


@pytest.mark.parametrize(
    "url", ["wss://r/openai/v1/realtime?model=m", "wss://r/openai/realtime?api-version=x", "engine"]
)
def test_an_address_that_is_no_preview_endpoints_is_refused_in_words(url):
    with pytest.raises(ConfigurationError, match="preview address"):
        PreviewUrls.of(url, "eastus2")


@pytest.fixture
async def service():
    seen = []

    async def sessions(request):
        seen.append((request.path_qs, dict(request.headers), await request.json()))
        return web.json_response({"id": "sess_1", "client_secret": {"value": "ek_1", "expires_at": 60}})

    async def calls(request):
        seen.append((request.path_qs, dict(request.headers), await request.text()))
        return web.Response(status=201, text="v=0 answer")

    async def broken(request):
        return web.json_response({"id": "sess_1", "client_secret": None})

    application = web.Application()
    application.router.add_post("/sessions", sessions)
    application.router.add_post("/broken", broken)
    application.router.add_post("/calls", calls)
    async with TestServer(application) as server, ClientSession() as http:
        base = f"http://{server.host}:{server.port}"

        def make(path="/sessions"):
            return PreviewCalling(http, PreviewUrls(base + path, base + "/calls", "my model"), "standard", "verse")

        yield make, seen


async def test_the_resources_key_mints_and_the_ephemeral_one_calls(service):
    make, seen = service
    calling = make()
    key = await calling.mint()
    assert (key.value, key.expires_at) == ("ek_1", 60)
    assert "standard" not in repr(calling)
    assert await calling.call(key.value, "v=0 offer") == "v=0 answer"
    (_, headers, body), (path, later, offer) = seen
    assert (headers["api-key"], body) == ("standard", {"model": "my model", "voice": "verse"})
    assert "Authorization" not in headers
    assert path == "/calls?model=my%20model"
    assert (later["Authorization"], offer) == ("Bearer ek_1", "v=0 offer")
    assert "api-key" not in later


async def test_an_answer_without_a_key_is_refused(service):
    make, _ = service
    with pytest.raises(DialError, match="without an ephemeral key"):
        await make("/broken").mint()
