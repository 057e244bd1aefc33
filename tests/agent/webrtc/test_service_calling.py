"""A GA service's calls: which addresses, which credential goes where, and what a refusal says."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from agent.errors import ConfigurationError, DialError
from agent.webrtc.service_calling import CallUrls, ServiceCalling


def test_addresses_are_derived_from_the_realtime_address():
    azure = CallUrls.of("wss://r.openai.azure.com/openai/v1/realtime?model=my-deployment")
    assert azure.client_secrets == "https://r.openai.azure.com/openai/v1/realtime/client_secrets"
    assert azure.calls == "https://r.openai.azure.com/openai/v1/realtime/calls"
    assert azure.sideband == "wss://r.openai.azure.com/openai/v1/realtime"
    assert (azure.model, azure.filtered) == ("my-deployment", True)
    openai = CallUrls.of("wss://api.openai.com/v1/realtime?model=gpt-realtime")
    assert openai.calls == "https://api.openai.com/v1/realtime/calls"
    assert openai.filtered is False


@pytest.mark.parametrize(
    "url",
    ["wss://r.openai.azure.com/openai/realtime?api-version=x&deployment=d", "https://h/v1/realtime", "wss://h/other"],
)
def test_an_address_that_is_no_ga_services_is_refused_in_words(url):
    with pytest.raises(ConfigurationError, match="GA service"):
        CallUrls.of(url)


class Service:
    """Plays a service, and notes what it was sent."""

    def __init__(self):
        self.requests = []
        self.answers = {}
        self.joins = 0

    async def handle(self, request):
        self.requests.append((request.path_qs, dict(request.headers), await request.text()))
        made = self.answers.get(request.path.rpartition("/")[2])
        return made if made is not None else web.Response(status=404)

    async def join(self, request):
        self.requests.append((request.path_qs, dict(request.headers), ""))
        self.joins -= 1
        if self.joins >= 0:
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type":"session.created"}')
        await socket.receive()
        return socket


@pytest.fixture
async def service():
    service = Service()
    application = web.Application()
    application.router.add_get("/openai/v1/realtime", service.join)
    application.router.add_route("*", "/{path:.*}", service.handle)
    async with TestServer(application) as server:
        service.url = f"ws://{server.host}:{server.port}/openai/v1/realtime?model=mine"
        yield service


@pytest.fixture
async def calling(service):
    async def headers():
        return {"api-key": "standard"}

    async with ClientSession() as http:
        yield ServiceCalling(http, CallUrls.of(service.url), headers, waits=(0.0, 0.0))


async def test_the_standard_key_mints_and_the_ephemeral_one_calls(service, calling):
    service.answers["client_secrets"] = web.json_response({"value": "ek_1", "expires_at": 5, "session": {}})
    key = await calling.mint({"type": "realtime", "instructions": "Be brief."})
    assert (key.value, key.expires_at) == ("ek_1", 5)
    assert "ek_1" not in repr(key)
    path, headers, body = service.requests[0]
    assert path == "/openai/v1/realtime/client_secrets"
    assert headers["api-key"] == "standard"
    assert '"instructions": "Be brief."' in body
    assert '"model": "mine"' in body
    service.answers["calls"] = web.Response(status=201, text="v=0", headers={"Location": "/x/calls/rtc_abc-1"})
    answered = await calling.call("ek_1", "v=0 offer")
    assert (answered.call_id, answered.sdp) == ("rtc_abc-1", "v=0")
    path, headers, body = service.requests[1]
    assert path == "/openai/v1/realtime/calls?webrtcfilter=on"
    assert headers["Authorization"] == "Bearer ek_1"
    assert "api-key" not in headers
    assert (headers["Content-Type"].partition(";")[0], body) == ("application/sdp", "v=0 offer")


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end(service, calling):
    offer = "v=0" + "\r\na=candidate" * 60_000  # more than a socket holds, so it cannot come at once
    service.answers["calls"] = web.Response(status=201, text=offer, headers={"Location": "/x/calls/rtc_1"})
    assert (await calling.call("ek_1", "v=0")).sdp == offer


async def test_a_location_may_name_the_call_in_its_query(service, calling):
    location = "https://r.example/openai/v1/realtime?call_id=rtc_q"
    service.answers["calls"] = web.Response(status=201, text="v=0", headers={"Location": location})
    assert (await calling.call("ek_1", "v=0")).call_id == "rtc_q"


async def test_an_answer_that_names_no_call_is_refused_because_no_tool_could_run(service, calling):
    service.answers["calls"] = web.Response(status=201, text="v=0")
    with pytest.raises(DialError, match="named no call"):
        await calling.call("ek_1", "v=0")


async def test_a_call_that_is_not_known_yet_is_joined_on_a_later_attempt(service, calling):
    service.joins = 2
    joined = await calling.sideband("rtc_1")
    assert await joined.receive() == '{"type":"session.created"}'
    await joined.close()
    assert [path for path, _, _ in service.requests] == ["/openai/v1/realtime?call_id=rtc_1"] * 3
    assert service.requests[0][1]["api-key"] == "standard"


async def test_a_call_that_is_never_known_is_given_up(service, calling):
    service.joins = 9
    with pytest.raises(DialError) as error:
        await calling.sideband("rtc_1")
    assert error.value.status == 404
    assert len(service.requests) == 3


async def test_hanging_up_needs_the_standard_key_and_minds_no_refusal(service, calling):
    await calling.hang_up("rtc_1")
    path, headers, _ = service.requests[0]
    assert path == "/openai/v1/realtime/calls/rtc_1/hangup"
    assert headers["api-key"] == "standard"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.json_response({"error": {"message": "No such deployment."}}, status=404), "HTTP 404: No such deployment."),
        (web.Response(status=401), "HTTP 401: the key is missing, wrong or expired"),
        (web.json_response({"error": {"message": "Incorrect key: standard"}}, status=401), "HTTP 401: the key is"),
        (web.Response(status=429, text="[]"), "HTTP 429: the quota"),
        (web.Response(status=302, headers={"Location": "https://evil.example"}), "HTTP 302"),
        (web.Response(text="hello"), "no JSON object"),
        (web.json_response({"value": "ek_1"}), "without an ephemeral key"),
        (web.json_response({"value": 3, "expires_at": 5}), "without an ephemeral key"),
    ],
)
async def test_a_refusal_says_what_and_where_and_never_the_key(service, calling, answer, said):
    service.answers["client_secrets"] = answer
    with pytest.raises(DialError) as error:
        await calling.mint({})
    assert said in str(error.value)
    assert "127.0.0.1" in str(error.value)
    assert "standard" not in str(error.value)


async def test_a_service_that_is_not_there_is_named():
    async def headers():
        return {}

    async with ClientSession() as http:
        calling = ServiceCalling(http, CallUrls.of("ws://127.0.0.1:9/v1/realtime"), headers)
        with pytest.raises(DialError, match=r"127\.0\.0\.1:9 cannot be reached"):
            await calling.mint({})
