"""Tickets: what they carry, how long they last, and that nobody else can make one."""

from __future__ import annotations

import base64
import json
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.door.refusal import TurnedAway
from agent.door.tickets import MAX_LENGTH, Ticket, Tickets
from tools.context import User

NOW = 1000.0
USER = User("u1", "Zoë", ("g1", "g2"), {"tid": "t", "n": [1, 2]})
TICKET = Ticket(USER, NOW + 60, NOW + 3600, "nonce-1")
SECRET = b"s" * 32


@pytest.fixture
def tickets():
    return Tickets(SECRET)


def refusal(tickets, token, now=NOW, *, entering=True):
    with pytest.raises(TurnedAway) as no:
        tickets.read(token, now, entering=entering)
    assert no.value.status == 401
    return no.value.refusal.code


def test_a_ticket_says_what_was_put_into_it(tickets):
    assert tickets.read(tickets.mint(TICKET), NOW, entering=True) == TICKET


def test_a_ticket_can_be_the_name_of_a_subprotocol(tickets):
    assert re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", "vocative.ticket." + tickets.mint(TICKET))


def test_a_ticket_opens_something_for_a_minute_and_vouches_for_its_user_longer(tickets):
    token = tickets.mint(TICKET)
    assert refusal(tickets, token, NOW + 60) == "expired_ticket"
    assert tickets.read(token, NOW + 60, entering=False) == TICKET
    assert refusal(tickets, token, NOW + 3600, entering=False) == "expired_ticket"


def test_a_ticket_never_opens_anything_after_its_users_sign_in_has_ended(tickets):
    token = tickets.mint(Ticket(USER, NOW + 60, NOW + 10, "n"))
    assert refusal(tickets, token, NOW + 10) == "expired_ticket"


def test_a_ticket_is_spent_once(tickets):
    ticket = tickets.read(tickets.mint(TICKET), NOW, entering=True)
    tickets.spend(ticket, NOW)
    with pytest.raises(TurnedAway, match="used before"):
        tickets.spend(ticket, NOW + 59)


def test_what_was_spent_is_forgotten_once_it_has_expired_anyway(tickets):
    for number in range(1000):
        tickets.spend(Ticket(USER, NOW + number + 60, NOW + 3600, f"n{number}"), NOW + number)
    assert len(tickets._spent) <= 61


def test_servers_that_share_a_secret_take_each_others_tickets_and_no_others():
    token = Tickets(SECRET).mint(TICKET)
    assert Tickets(SECRET).read(token, NOW, entering=True) == TICKET
    assert refusal(Tickets(b"t" * 32), token) == "invalid_ticket"


def test_a_ticket_with_another_user_written_into_it_is_no_ticket(tickets):
    _, _, signature = tickets.mint(TICKET).split(".")
    forged = json.dumps({"id": "admin", "name": None, "groups": [], "claims": {}, "enter_by": 9e9, "until": 9e9})
    payload = base64.urlsafe_b64encode(zlib.compress(forged.encode())).decode().rstrip("=")
    assert refusal(tickets, f"vt1.{payload}.{signature}") == "invalid_ticket"


@given(place=st.integers(0, 10_000), character=st.sampled_from("ABab01_-.="))
def test_a_ticket_of_which_one_character_was_changed_is_no_ticket(place, character):
    tickets = Tickets(SECRET)
    token = tickets.mint(TICKET)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        assert refusal(tickets, changed) == "invalid_ticket"


@given(st.text(max_size=200))
def test_nothing_that_was_not_signed_is_ever_a_ticket_or_breaks_anything(text):
    assert refusal(Tickets(SECRET), text) == "invalid_ticket"
    assert refusal(Tickets(SECRET), f"vt1.{text}.{'A' * 43}") == "invalid_ticket"


def test_two_hundred_groups_fit_into_a_ticket(tickets):
    import random

    draw = random.Random(7)
    groups = tuple(f"{draw.getrandbits(128):032x}" for _ in range(200))
    token = tickets.mint(Ticket(User("u", groups=groups), NOW + 60, NOW + 60, "n"))
    assert len(token) <= MAX_LENGTH
    assert tickets.read(token, NOW, entering=True).user.groups == groups


def test_a_ticket_too_long_for_a_header_is_refused_when_it_is_made(tickets):
    claims = {str(number): f"{number * 7919:x}" for number in range(5000)}
    with pytest.raises(TurnedAway, match="too long") as no:
        tickets.mint(Ticket(User("u", claims=claims), NOW + 60, NOW + 60, "n"))
    assert no.value.status == 400


def test_nothing_of_a_ticket_is_printed():
    assert "u1" not in repr(TICKET)
    assert "nonce-1" not in repr(TICKET)
