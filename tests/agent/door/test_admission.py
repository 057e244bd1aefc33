"""Admission: what it allows, and what it does not print."""

from __future__ import annotations

from agent.door.admission import Admission, Grounds
from agent.door.credentials import Credential
from tools.context import User

ADA = User("ada", claims={"mail": "ada@x"})


def test_whoever_signed_in_may_have_a_ticket_made_but_not_with_a_ticket():
    assert Admission(Grounds.ENTRA, ADA).may_mint
    assert not Admission(Grounds.TICKET, ADA).may_mint
    assert not Admission(Grounds.LOCAL).may_mint


def test_only_a_server_speaks_for_others():
    assert [each for each in Grounds if Admission(each, ADA).may_name_users] == [Grounds.KEY]


def test_neither_the_user_nor_the_credential_is_printed():
    text = repr(Admission(Grounds.KEY, ADA, None, Credential("sk-secret", "api-key")))
    assert "ada" not in text
    assert "sk-secret" not in text
