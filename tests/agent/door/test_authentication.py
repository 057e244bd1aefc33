"""Which way a credential belongs to."""

from __future__ import annotations

import pytest

from agent.door.admission import Grounds
from agent.door.api_keys import ApiKeys
from agent.door.authentication import Authentication
from agent.door.credentials import Credential
from agent.door.refusal import TurnedAway
from agent.door.tickets import Ticket, Tickets
from tests.agent.door.issuer import NOW, token
from tools.context import User

KEY = "k" * 20
TICKETS = Tickets(b"s" * 32)
TICKET = TICKETS.mint(Ticket(User("ada"), NOW + 60, NOW + 3600, "n1"))


class FakeEntra:
    async def verify(self, token, now):
        return User("entra"), now + 10


def authentication(entra=None):
    return Authentication(Tickets(b"s" * 32), ApiKeys([KEY]), entra)


async def verified(ways, token, now=NOW, *, entering=True, spend=True):
    return await ways.verify(Credential(token, "test"), now, entering=entering, spend=spend)


async def refusal(ways, token, **how):
    with pytest.raises(TurnedAway) as no:
        await verified(ways, token, **how)
    return no.value.refusal.code


async def test_a_ticket_is_spent_where_it_is_to_be_and_only_there():
    ways = authentication()
    admission = await verified(ways, TICKET, spend=False)
    assert (admission.grounds, admission.user, admission.expires_at) == (Grounds.TICKET, User("ada"), NOW + 3600)
    assert (await verified(ways, TICKET)).user == User("ada")
    assert await refusal(ways, TICKET) == "used_ticket"


async def test_a_ticket_that_was_used_still_vouches_for_the_session_that_it_opened():
    ways = authentication()
    await verified(ways, TICKET)
    assert (await verified(ways, TICKET, NOW + 3599, entering=False, spend=False)).user == User("ada")


async def test_a_key_lets_in_without_end():
    admission = await verified(authentication(), KEY)
    assert (admission.grounds, admission.expires_at) == (Grounds.KEY, None)


async def test_a_token_goes_to_its_issuers_rules_where_there_are_any():
    admission = await verified(authentication(FakeEntra()), token())
    assert (admission.grounds, admission.user, admission.expires_at) == (Grounds.ENTRA, User("entra"), NOW + 10)
    assert await refusal(authentication(), token()) == "invalid_credential"


async def test_another_way_can_be_added_and_leaves_what_it_does_not_know_to_the_others():
    async def verifier(token, now):
        return (User("phone"), now + 5) if token == "ek_1" else None

    ways = authentication(FakeEntra())
    ways.add(verifier)
    admission = await verified(ways, "ek_1")
    assert (admission.grounds, admission.user, admission.expires_at) == (Grounds.OTHER, User("phone"), NOW + 5)
    assert (await verified(ways, token())).grounds is Grounds.ENTRA
    assert await refusal(ways, "ek_2") == "invalid_credential"


@pytest.mark.parametrize("nothing", ["", "sk-test", "vt1.x.y", "k" * 19, "\udcff"])
async def test_what_is_worth_nothing_is_refused_with_401(nothing):
    with pytest.raises(TurnedAway) as no:
        await verified(authentication(FakeEntra()), nothing)
    assert no.value.status == 401
