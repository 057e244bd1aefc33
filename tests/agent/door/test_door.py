"""Who is let in, in which order the rules stand, and what is said to those who are not."""

from __future__ import annotations

import base64
import json

import pytest

from agent.door.admission import Admission, Grounds
from agent.door.api_keys import ApiKeys
from agent.door.claims import Policy
from agent.door.door import TICKET_LIFE, Door, Rules
from agent.door.knock import Knock
from agent.door.origin import Origins
from agent.door.refusal import TurnedAway
from tests.agent.door.issuer import AUDIENCE, NOW, TENANT, claims, token
from tools.context import User

KEY = "k" * 20
LOCAL = {"host": "127.0.0.1:8765"}
PUBLIC = {"host": "assistant.example"}
PRINCIPAL = base64.b64encode(json.dumps({"claims": [{"typ": "oid", "val": "ada"}]}).encode()).decode()


def knock(*, method="GET", bound=False, remote="10.0.0.7", upgrade=True, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    base = LOCAL if bound else PUBLIC
    return Knock(method, "/v1/realtime", {**base, **({"upgrade": "websocket"} if upgrade else {}), **named}, {}, remote,
                 bound)  # fmt: skip


def local(**headers):
    return knock(bound=True, remote="127.0.0.1", **headers)


@pytest.fixture
def door(clock):
    return Door(Rules(keys=ApiKeys([KEY]), origins=Origins(["https://app.example"])), clock=clock)


async def refusal(door, knock):
    with pytest.raises(TurnedAway) as no:
        await door.admit(knock)
    return no.value.refusal


async def test_a_caller_of_this_machine_needs_nothing(clock):
    admission = await Door(clock=clock).admit(local())
    assert (admission.grounds, admission.user, admission.expires_at) == (Grounds.LOCAL, None, None)


@pytest.mark.parametrize(
    "headers", [{"x_forwarded_for": "10.0.0.7"}, {"forwarded": "for=1.2.3.4"}, {"x_real_ip": "127.0.0.1"}]
)
async def test_who_was_forwarded_to_this_machine_is_no_caller_of_it(clock, headers):
    no = await refusal(Door(clock=clock), local(**headers))
    assert (no.status, no.code) == (403, "local_only")
    assert "forwarded" in no.reason
    assert "docs/security.md" in no.reason


async def test_a_page_whose_name_merely_resolves_to_this_machine_is_no_caller_of_it(clock):
    """DNS rebinding."""
    rebound = local(host="evil.example:8765", origin="http://evil.example:8765")
    no = await refusal(Door(clock=clock), rebound)
    assert (no.status, no.code) == (403, "local_only")
    assert "Host" in no.reason


async def test_where_others_reach_it_even_this_machine_signs_in(door):
    unbound = Knock("GET", "/", {**LOCAL, "upgrade": "websocket"}, {}, "127.0.0.1", False)
    assert (await refusal(door, unbound)).status == 401


async def test_who_brings_nothing_is_asked_to_sign_in(door):
    no = await refusal(door, knock())
    assert (no.status, no.close_code, no.code) == (401, 1008, "authentication_required")


async def test_a_key_is_taken_wherever_a_client_puts_it(door):
    for headers in (
        {"authorization": f"Bearer {KEY}"},
        {"api_key": KEY},
        {"sec_websocket_protocol": f"realtime, openai-insecure-api-key.{KEY}"},
    ):
        admission = await door.admit(knock(**headers))
        assert admission.grounds is Grounds.KEY
        assert admission.user is not None


async def test_a_foreign_page_is_turned_away_before_its_credential_is_looked_at(door):
    assert (await refusal(door, knock(origin="https://evil.example", api_key=KEY))).code == "foreign_origin"
    assert await door.admit(knock(origin="https://app.example", api_key=KEY))


async def test_a_stock_client_on_this_machine_may_send_any_key(door):
    assert (await door.admit(local(authorization="Bearer sk-none"))).grounds is Grounds.LOCAL
    assert (await door.admit(local(authorization=f"Bearer {KEY}"))).grounds is Grounds.KEY


async def test_a_bad_ticket_is_bad_on_this_machine_too(door):
    assert (await refusal(door, local(authorization="Bearer vt1.x.y"))).code == "invalid_ticket"


async def minted(door, user=None):
    return door.mint(await door.admit(knock(api_key=KEY)), user)[0]


async def test_a_ticket_opens_one_websocket(door):
    ticket = await minted(door, User("ada", "Ada", ("g",)))
    admission = await door.admit(knock(sec_websocket_protocol=f"realtime, vocative.ticket.{ticket}"))
    assert (admission.grounds, admission.user) == (Grounds.TICKET, User("ada", "Ada", ("g",)))
    assert (await refusal(door, knock(api_key=ticket))).code == "used_ticket"


async def test_a_ticket_reads_as_often_as_it_likes_while_it_lasts_and_changes_one_thing(door, clock):
    ticket = await minted(door)
    for _ in range(3):
        assert await door.admit(knock(api_key=ticket, upgrade=False))
    assert await door.admit(knock(api_key=ticket, upgrade=False, method="POST"))
    assert (await refusal(door, knock(api_key=ticket, upgrade=False, method="POST"))).code == "used_ticket"
    clock.now += TICKET_LIFE
    assert (await refusal(door, knock(api_key=ticket, upgrade=False))).code == "expired_ticket"


async def test_a_ticket_lets_in_for_an_hour_and_never_longer_than_the_sign_in_that_it_was_made_for(door, clock):
    _, ticket = door.mint(Admission(Grounds.ENTRA, User("ada"), NOW + 100))
    assert (ticket.enter_by, ticket.until) == (NOW + 60, NOW + 100)
    _, ticket = door.mint(Admission(Grounds.KEY, User("ada")))
    assert ticket.until == NOW + 3600


async def test_a_ticket_makes_no_tickets_and_nobody_makes_them_for_others_but_a_server(door):
    for admission in (Admission(Grounds.TICKET, User("ada")), Admission(Grounds.LOCAL)):
        with pytest.raises(TurnedAway) as no:
            door.mint(admission)
        assert (no.value.status, no.value.refusal.code) == (403, "no_ticket")
    with pytest.raises(TurnedAway) as no:
        door.mint(Admission(Grounds.ENTRA, User("ada")), User("bob"))
    assert (no.value.status, no.value.refusal.code) == (403, "not_for_others")


async def test_who_promises_to_sign_in_by_the_first_message_gets_a_socket_and_nothing_else(door):
    protocols = {"sec_websocket_protocol": "realtime, vocative.authenticate"}
    admission = await door.admit(knock(**protocols), asks=True)
    assert (admission.grounds, admission.user) == (Grounds.PROMISED, None)
    with pytest.raises(TurnedAway, match="sign in"):
        await door.admit(knock(upgrade=False, **protocols), asks=True)
    assert (await refusal(door, knock(**protocols))).status == 401  # where nobody will ask
    ticket = await minted(door)
    assert (await door.redeem(ticket)).grounds is Grounds.TICKET
    with pytest.raises(TurnedAway, match="used before"):
        await door.redeem(ticket)


async def test_the_platforms_headers_mean_nothing_unless_a_setting_says_so(door, clock):
    assert (await refusal(door, knock(x_ms_client_principal=PRINCIPAL))).code == "authentication_required"
    believing = Door(Rules(easy_auth_s=300.0), clock=clock)
    admission = await believing.admit(knock(x_ms_client_principal=PRINCIPAL))
    assert (admission.grounds, admission.user.id, admission.expires_at) == (Grounds.EASY_AUTH, "ada", NOW + 300)
    assert (await refusal(believing, knock())).code == "authentication_required"
    assert await believing.recheck(admission) is admission


async def test_everybody_is_let_in_where_the_operator_said_so(clock):
    door = Door(Rules(open_to_all=True, keys=ApiKeys([KEY])), clock=clock)
    assert (await door.admit(knock())).grounds is Grounds.OPEN
    assert (await door.admit(knock(api_key=KEY))).grounds is Grounds.KEY
    assert (await refusal(door, knock(origin="https://evil.example"))).code == "foreign_origin"


async def test_a_token_is_verified_again_while_the_session_runs(clock, key_server):
    door = Door(Rules(entra=Policy((TENANT,), (AUDIENCE,), key_server.authority)), clock=clock)
    admission = await door.admit(knock(authorization=f"Bearer {token(claims(key_server.authority))}"))
    assert (admission.grounds, admission.user.id) == (Grounds.ENTRA, "user-1")
    assert door.valid_for(admission) == 3600
    clock.now += 1800
    assert (await door.recheck(admission)).expires_at == NOW + 3600
    clock.now += 1900
    with pytest.raises(TurnedAway, match="expired"):
        await door.recheck(admission)
    await door.close()


async def test_a_used_ticket_stands_the_second_look(door, clock):
    admission = await door.redeem(await minted(door))
    clock.now += 1800
    assert (await door.recheck(admission)).user == admission.user
    clock.now += 1800
    with pytest.raises(TurnedAway, match="expired"):
        await door.recheck(admission)


async def test_another_kind_of_credential_can_be_added(door):
    async def verifier(presented, now):
        return (User("phone"), None) if presented == "ek_1" else None

    door.also(verifier)
    admission = await door.admit(knock(authorization="Bearer ek_1"))
    assert (admission.user, door.valid_for(admission)) == (User("phone"), None)


def test_the_secret_is_never_printed():
    assert "hidden" not in repr(Rules(secret=b"hidden" * 6))
