"""Attacks on who somebody is: through the real server and real sockets."""

from __future__ import annotations

import base64
import json

import pytest

from agent.door.door import Rules
from tests.agent.door.issuer import NOW, claims, jwk, private_key, public_pem, token
from tests.attacks.conftest import KEY

PRINCIPAL = base64.b64encode(json.dumps({"claims": [{"typ": "oid", "val": "admin"}]}).encode()).decode()


def bearer(presented):
    return {"headers": {"Authorization": f"Bearer {presented}"}}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "file://", "http://[", "http://a℀b"]
)
async def test_a_page_of_somewhere_else_gets_in_with_no_credential_whatever(house, origin):
    assert await house.status(headers={"Origin": origin, "api-key": KEY}) == 403
    answer = await house.http.post("/v1/tickets", headers={"Origin": origin, "api-key": KEY})
    assert answer.status == 403


async def test_nobody_gets_in_with_nothing_and_the_model_is_not_even_dialled(house):
    assert await house.status() == 401
    assert await house.status(protocols=("realtime", "vocative.v1")) == 401
    assert house.model.received == []


@pytest.mark.parametrize("path", ["/api/documents", "/documents/handbook.pdf"])
async def test_documents_are_not_for_everybody(house, path):
    assert (await house.http.get(path)).status == 401
    assert (await house.http.get(path, headers={"Origin": "https://evil.example", "api-key": KEY})).status == 403
    assert (await house.http.get(path, headers={"api-key": KEY})).status in {200, 404}
    assert (await house.http.get("/healthz")).status == 200


@pytest.mark.parametrize("guess", ["", "key", KEY[:-1], KEY + "x", KEY.upper(), "sk-proj-x", "null", "undefined"])
async def test_what_is_not_exactly_the_key_opens_nothing(house, guess):
    assert await house.status(headers={"api-key": guess}) == 401


# ── tickets ──


async def test_a_ticket_opens_one_session_and_its_replay_none(house):
    ticket = await house.ticket(id="ada", name="Ada")
    protocols = ("realtime", f"vocative.ticket.{ticket}")
    async with house.caller(headers={}, protocols=protocols) as caller:
        await caller.until("session.created")
        assert caller.socket.protocol == "realtime"
        await caller.send("response.create")
        await house.called()
        assert (house.users[0].id, house.users[0].name) == ("ada", "Ada")
    assert await house.status(protocols=protocols) == 401
    assert await house.status(**bearer(ticket)) == 401


async def test_a_ticket_that_has_expired_opens_nothing(house):
    ticket = await house.ticket()
    house.clock.now += 60
    assert await house.status(protocols=("realtime", f"openai-insecure-api-key.{ticket}")) == 401


async def test_a_forged_ticket_opens_nothing(house, build):
    ticket = await house.ticket(id="ada")
    head, payload, signature = ticket.split(".")
    _, other, _ = (await house.ticket(id="admin")).split(".")
    elsewhere = await (await build()).ticket(id="ada")  # another server, with another secret
    for forged in (
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.{'A' * 43}",
        f"{head}.{payload}.",
        f"{head}..{signature}",
        elsewhere,
    ):
        assert await house.status(**bearer(forged)) == 401


async def test_a_first_message_with_a_ticket_lets_in_and_anything_else_does_not(house):
    protocols = ("realtime", "vocative.authenticate")
    ticket = await house.ticket(id="ada")
    async with house.caller(headers={}, protocols=protocols) as caller:
        await caller.send("extension.authenticate", ticket=ticket)
        await caller.until("session.created")
    dialled = len(house.model.of("session.update"))
    for presented in (ticket, "vt1.x.y", 7):
        async with house.caller(headers={}, protocols=protocols) as caller:
            await caller.send("extension.authenticate", ticket=presented)
            assert (await caller.end())[0] == 1008
    async with house.caller(headers={}, protocols=protocols) as caller:
        await caller.send("response.create")
        assert await caller.end() == (1008, "authentication_required")
    assert len(house.model.of("session.update")) == dialled, "the model is dialled for nobody who is unknown"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/documents"),
        ("GET", "/api/documents/search?q=x"),
        ("GET", "/documents/x.pdf"),
        ("POST", "/v1/tickets"),
    ],
    ids=str,
)
async def test_whoever_promises_to_sign_in_gets_nothing_where_nobody_waits_for_them_to(house, method, path):
    """Such a request asks for a WebSocket where there is none."""
    promise = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Protocol": "vocative.authenticate"}
    async with house.http.request(method, path, headers=promise) as answer:
        assert answer.status == 401
        assert (await answer.json())["error"]["code"] == "authentication_required"


async def test_a_session_does_not_outlive_the_sign_in_that_opened_it(house):
    _, soon = house.door.mint(await house.door.redeem(KEY))
    ticket = house.door._tickets.mint(type(soon)(soon.user, soon.enter_by, house.clock.now + 0.3, "n"))
    async with house.caller(protocols=("realtime",), **bearer(ticket)) as caller:
        await caller.until("session.created")
        assert await caller.end() == (1008, "authentication_expired")


# ── tokens of Entra ID ──


@pytest.fixture
def said(key_server):
    return lambda **fields: claims(key_server.authority, **fields)


async def test_a_token_as_it_should_be_opens_a_session_as_its_user(house, said):
    async with house.caller(**bearer(token(said()))) as caller:
        await caller.until("session.created")
        await caller.send("response.create")
        await house.called()
    user = house.users[0]
    assert (user.id, user.groups, user.claims["scp"]) == ("user-1", ("g1", "g2", "Reader"), "Voice.Use profile")


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://graph.microsoft.com"},
        {"aud": None},
        {"iss": "https://evil.example/v2.0"},
        {"iss": None},
        {"tid": "99999999-2222-3333-4444-555555555555"},
        {"tid": None, "iss": "https://sts.windows.net//"},
        {"exp": int(NOW) - 3600},
        {"exp": None},
        {"nbf": int(NOW) + 3600},
        {"oid": None, "sub": None},
    ],
    ids="-".join,
)
async def test_a_genuine_token_that_is_not_for_us_opens_nothing(house, said, wrong):
    assert await house.status(**bearer(token(said(**wrong)))) == 401


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
async def test_a_token_without_a_signature_opens_nothing(house, said, algorithm):
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": "first"})
    for signature in ("", "AAAA"):
        assert await house.status(**bearer(f"{head}.{encoded(said())}.{signature}")) == 401


async def test_a_token_signed_with_the_public_key_as_a_shared_secret_opens_nothing(house, said):
    """The HS256 confusion."""
    import hashlib
    import hmac

    unsigned = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{encoded(said())}"
    mac = base64.urlsafe_b64encode(hmac.new(public_pem(), unsigned.encode(), hashlib.sha256).digest())
    assert await house.status(**bearer(f"{unsigned}.{mac.decode().rstrip('=')}")) == 401


async def test_a_token_that_brings_its_own_key_opens_nothing(house, said):
    import jwt

    for extra in ({"kid": "first", "jwk": jwk("mine")}, {"kid": "mine"}, {"kid": "../../first"}):
        forged = jwt.encode(said(), private_key("mine"), "RS256", headers=extra)
        assert await house.status(**bearer(forged)) == 401


async def test_tokens_with_made_up_keys_do_not_turn_us_against_the_issuer(house, said, key_server):
    for number in range(10):
        assert await house.status(**bearer(token(said(), kid=f"made up {number}"))) == 401
    assert key_server.asked == 1


# ── what stands between ──


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1", "Host": "localhost"},
        {"Forwarded": "for=127.0.0.1;host=localhost", "Host": "localhost"},
        {"X-Real-IP": "127.0.0.1", "Host": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"X-MS-CLIENT-PRINCIPAL": PRINCIPAL},
        {"X-MS-CLIENT-PRINCIPAL-ID": "admin", "X-MS-CLIENT-PRINCIPAL-NAME": "admin"},
        {"X-Original-Host": "localhost", "X-Client-IP": "127.0.0.1"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_headers_that_anybody_can_send_make_nobody_somebody(house, headers):
    assert await house.status(headers=headers) == 401


async def test_a_header_does_not_move_our_origin(house):
    headers = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "api-key": KEY}
    assert await house.status(headers=headers) == 403


async def test_behind_the_platforms_sign_in_a_foreign_page_cannot_ride_on_it(build):
    house = await build(easy_auth_s=600.0)
    assert await house.status(headers={"X-MS-CLIENT-PRINCIPAL": PRINCIPAL}) == 101
    riding = {"X-MS-CLIENT-PRINCIPAL": PRINCIPAL, "Origin": "https://evil.example"}
    assert await house.status(headers=riding) == 403
    assert (await house.http.post("/v1/tickets", headers=riding)).status == 403
    answer = await house.http.post("/v1/tickets", headers={"X-MS-CLIENT-PRINCIPAL": PRINCIPAL})
    ticket = (await answer.json())["ticket"]
    assert await house.status(protocols=("realtime", f"vocative.ticket.{ticket}")) == 101


@pytest.fixture
async def at_home(build):
    """A server of this machine only, without authentication, as `vocative run` starts it."""
    rules = Rules()
    return await build(bind="127.0.0.1", keys=rules.keys, entra=None)


async def test_at_home_nobody_has_to_sign_in(at_home):
    assert await at_home.status() == 101
    assert await at_home.status(headers={"Origin": f"http://{at_home.http.host}:{at_home.http.port}"}) == 101
    assert await at_home.status(headers={"Authorization": "Bearer sk-anything"}) == 101


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost@evil"])
async def test_a_name_that_was_rebound_to_this_machine_reaches_nothing(at_home, host):
    """DNS rebinding: the browser believes that it talks to the attacker's own site."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert await at_home.status(headers=headers) == 403
    for path in ("/api/documents", "/documents/x"):
        assert (await at_home.http.get(path, headers={"Host": host})).status == 403
    assert (await at_home.http.post("/v1/tickets", headers={"Host": host})).status == 403


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Forwarded-Proto", "X-Real-IP", "Via"])
async def test_a_proxy_that_was_put_in_front_opens_nothing(at_home, name):
    assert await at_home.status(headers={name: "127.0.0.1"}) == 403
