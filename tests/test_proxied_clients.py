"""Whoever goes out to a service goes through the proxy that the environment names: one rule for every client."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from agent.door.fetching import Fetcher
from agent.engine.parts import ReasonerError
from agent.engine.thinking.chat import Chat
from agent.errors import DialError
from agent.readiness import reachable
from agent.transports.stream import Stream
from agent.transports.upstream import dial
from agent.webrtc.posting import post
from tests.agent.engine.thinking.test_chat import HELLO
from tests.proxy import Proxy
from tests.tools.search.azure.contract.service import ADMIN, SearchStandIn
from tools import McpServer, ToolContext, ToolError, invoke
from tools.errors import SearchError
from tools.image.generating import generate
from tools.image.service import ImageService
from tools.image.settings import ImageSettings
from tools.search.azure import AzureSearch, SearchService
from tools.search.azure.definition import index_definition

# A name that no name server knows: only the proxy finds the way.
AWAY = "service.example:8080"


@asynccontextmanager
async def served(application):
    """Serves at a free port; gives the port."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def service():
    """A service of everything; gives its port."""

    async def handle(request):
        if request.headers.get("Upgrade") == "websocket":
            answer = web.WebSocketResponse()
            await answer.prepare(request)
            await answer.send_str(await answer.receive_str())
            return answer
        return web.json_response({"path": request.path, "key": request.headers.get("api-key")})

    application = web.Application()
    application.router.add_route("*", "/{any:.*}", handle)
    async with served(application) as port:
        yield port


@pytest.fixture
def behind(monkeypatch):
    """Names a proxy in the environment."""

    def name(proxy, user=""):
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http://", f"http://{user}"))
        return proxy

    return name


async def fetched():
    fetcher = Fetcher()
    try:
        return await fetcher.get(f"http://{AWAY}/keys")
    finally:
        await fetcher.close()


async def thought():
    chat = Chat(f"http://{AWAY}/v1", "m")
    try:
        return [piece async for piece in chat.respond(HELLO)]
    finally:
        await chat.close()


async def posted():
    async with aiohttp.ClientSession() as http:
        return (await post(http, f"http://{AWAY}/calls", {"api-key": "k"})).json()


async def test_the_models_socket_goes_through_a_tunnel_with_the_proxys_own_password(service, behind):
    with behind(Proxy({AWAY: service}, wants="ann:s3cret"), "ann:s3cret@") as proxy:
        transport = Stream(await dial(f"ws://{AWAY}/v1/realtime", {}))
        await transport.send("there and back")
        assert await transport.receive() == "there and back"
        await transport.close()
    assert proxy.asked == [f"CONNECT {AWAY}"]


async def test_keys_of_a_sign_in_service_and_the_set_up_of_a_call_go_through_it(service, behind):
    with behind(Proxy({AWAY: service})) as proxy:
        assert (await fetched())["path"] == "/keys"
        assert await posted() == {"path": "/calls", "key": "k"}
    assert proxy.asked == [f"GET http://{AWAY}/keys", f"POST http://{AWAY}/calls"]


async def test_pictures_are_made_through_it(behind):
    asked = []

    async def draw(request):
        asked.append(await request.json())
        return web.json_response({"error": {"message": "no picture today"}}, status=400)

    application = web.Application()
    application.router.add_post("/images/generations", draw)
    async with served(application) as port:
        with behind(Proxy({AWAY: port})):
            service = pictures()
            with pytest.raises(ToolError, match="no picture today"):
                await generate(service, ImageSettings(), "a ship", time_limit=10)
    assert asked[0]["prompt"] == "a ship"


def pictures():
    return ImageService.openai("gpt-image-1", api_key="k", base_url=f"http://{AWAY}")


async def test_the_index_is_searched_through_it(behind):
    stand_in = SearchStandIn()
    async with served(stand_in.application()) as port:
        with behind(Proxy({AWAY: port})) as proxy:
            service = SearchService(f"http://{AWAY}", ADMIN)
            await service.indexes().create_index(index_definition("handbook", 16))
            search = AzureSearch(service, "handbook")
            assert not await search.search("leave")
            await search.close()
    assert proxy.asked
    assert all(each.split(" ")[1].startswith(f"http://{AWAY}/indexes") for each in proxy.asked)


@pytest.mark.slow
async def test_an_mcp_server_over_http_is_reached_through_it(behind):
    shop = str(Path(__file__).parent / "tools/mcp/workshop.py")
    process = await asyncio.create_subprocess_exec(sys.executable, shop, "http", AWAY, stdout=asyncio.subprocess.PIPE)
    try:
        port = int(await process.stdout.readline())
        with behind(Proxy({AWAY: port})) as proxy:
            server = McpServer.http(f"http://{AWAY}/mcp", name="shop", connect_timeout_s=30)
            async with asyncio.timeout(60), await server.make(None) as tools:
                while not len(tools.toolset):  # noqa: ASYNC110  (another process begins)
                    await asyncio.sleep(0.02)
                outcome = await invoke(tools.toolset, "shop_double", '{"number": 21}', ToolContext())
                assert outcome.output == "42"
        assert proxy.asked[0] == f"POST http://{AWAY}/mcp"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"answers": 403}, "refused the way to service.example with HTTP 403: it does not let us out to there"),
        (None, "(through the proxy at "),
    ],
)
async def test_what_keeps_an_mcp_server_away_is_in_the_log(monkeypatch, caplog, named, said):
    with Proxy(**(named or {})) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url if named else "http://127.0.0.1:9")
        async with await McpServer.http("https://service.example/mcp", name="shop").make(None) as tools:
            assert not len(tools.toolset)
    assert said in caplog.text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (407, "it wants a user and a password: HTTP_PROXY=http://USER:PASSWORD@HOST:PORT"),
        (403, "it does not let us out to there"),
        (502, "it cannot reach that host itself"),
        (418, "see its own log"),
    ],
)
async def test_a_proxy_that_refuses_is_named_with_what_to_do(behind, answers, said):
    with behind(Proxy(answers=answers), "ann:hunter2@") as proxy, pytest.raises(DialError) as caught:
        await dial(f"ws://{AWAY}/v1/realtime", {})
    text = str(caught.value)
    where = f"the proxy at 127.0.0.1:{proxy.port} (HTTP_PROXY)"
    assert text.startswith(f"{where} refused the way to {AWAY} with HTTP {answers}: ")
    assert said in text
    assert "hunter2" not in text


@pytest.fixture
def nobody(monkeypatch):
    """A proxy that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    return f"the proxy at 127.0.0.1:{port} (HTTP_PROXY)"


async def test_a_proxy_that_is_not_there_is_not_taken_for_the_service(nobody, caplog):
    with pytest.raises(DialError, match="nobody listens there") as caught:
        await dial(f"ws://{AWAY}/v1/realtime", {})
    assert str(caught.value).startswith(nobody)
    assert AWAY in str(caught.value)
    cannot = re.escape(f"{nobody} cannot be reached")
    with pytest.raises(OSError, match=cannot):
        await fetched()
    with pytest.raises(DialError, match=cannot):
        await posted()
    with pytest.raises(ReasonerError, match=cannot):
        await thought()
    search = AzureSearch(SearchService(f"http://{AWAY}", ADMIN), "handbook")
    with pytest.raises(SearchError, match=cannot):
        await search.search("leave")
    await search.close()
    with pytest.raises(ToolError, match="cannot be reached"):
        await generate(pictures(), ImageSettings(), "a ship", time_limit=10)
    assert f"the image service cannot be reached: {nobody}" in caplog.text
    assert "proxy to the model" in (await reachable(f"ws://{AWAY}", "the model")() or "")


async def test_a_proxy_that_answers_nonsense_is_told(behind, monkeypatch):
    async def greet(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(DialError, match="is it an HTTP proxy"):
        await dial(f"ws://{AWAY}/v1/realtime", {})
    server.close()
    await server.wait_closed()


async def test_a_setting_that_names_no_proxy_is_told_by_each_of_them(monkeypatch, caplog):
    monkeypatch.setenv("HTTP_PROXY", "socks5://h:1080")
    said = "HTTP_PROXY names no proxy that can be used"
    with pytest.raises(DialError, match=said):
        await dial(f"ws://{AWAY}/v1/realtime", {})
    with pytest.raises(OSError, match=said):
        await fetched()
    with pytest.raises(DialError, match=said):
        await posted()
    with pytest.raises(ReasonerError, match=said):
        await thought()
    with pytest.raises(ToolError, match="cannot be reached"):
        await generate(pictures(), ImageSettings(), "a ship", time_limit=10)
    assert said in caplog.text
    assert said in (await reachable(f"ws://{AWAY}", "the model")() or "")


async def test_ready_is_who_reaches_the_proxy(behind):
    with behind(Proxy()):
        assert await reachable(f"ws://{AWAY}", "the model")() is None


async def test_this_machine_itself_is_reached_straight(service, behind):
    with behind(Proxy(answers=500)) as proxy:
        transport = Stream(await dial(f"ws://127.0.0.1:{service}/v1/realtime", {}))
        await transport.send("straight")
        assert await transport.receive() == "straight"
        await transport.close()
    assert proxy.asked == []


def test_no_client_of_ours_leaves_the_proxy_out():
    """A new one is to ask `tools.proxies` as the others do."""
    root = Path(__file__).parent.parent
    clients = re.compile(r"aiohttp\.ClientSession\(|AsyncClient\(|ws_connect\(")
    asking, making = set(), set()
    for path in [*(root / "agent").rglob("*.py"), *(root / "tools").rglob("*.py")]:
        text = path.read_text("utf-8")
        if clients.search(text):
            making.add(path.name)
        if "proxy_for(" in text:
            asking.add(path.name)
    # The set-up of a call makes the session that `posting` asks by.
    assert making - asking == {"call_setup.py"}
    assert "posting.py" in asking
