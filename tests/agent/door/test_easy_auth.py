"""What the platform's headers say; whether they are believed is the door's affair."""

from __future__ import annotations

import base64
import json

import pytest

from agent.door.easy_auth import user_of
from agent.door.refusal import TurnedAway

OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


def headers(*claims, **fields):
    principal = {
        "auth_typ": "aad",
        "name_typ": EMAIL,
        "role_typ": ROLE,
        "claims": [{"typ": kind, "val": value} for kind, value in claims],
        **fields,
    }
    return {"x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode()}


def test_the_principals_claims_become_the_user():
    user = user_of(headers((OBJECT_ID, "o1"), (EMAIL, "ada@x"), ("groups", "g1"), ("groups", "g2"), (ROLE, "Reader")))
    assert user is not None
    assert (user.id, user.name, user.groups) == ("o1", "ada@x", ("g1", "g2", "Reader"))
    assert user.claims["groups"] == ["g1", "g2"]
    assert user.claims[OBJECT_ID] == "o1"


def test_a_claim_that_is_no_text_is_left_out():
    user = user_of(headers((OBJECT_ID, "o1"), ("n", 7), ("name", "Ada")) | {"x-ms-client-principal-name": "other"})
    assert user is not None
    assert (user.name, "n" in user.claims) == ("Ada", False)


def test_the_short_headers_are_enough():
    user = user_of({"x-ms-client-principal-id": "o1", "x-ms-client-principal-name": "Ada"})
    assert user is not None
    assert (user.id, user.name) == ("o1", "Ada")


def test_an_id_in_its_own_header_completes_a_principal_without_one():
    user = user_of(headers(("name", "Ada")) | {"x-ms-client-principal-id": "o1"})
    assert user is not None
    assert user.id == "o1"


def test_somebody_whom_the_platform_let_pass_is_nobody():
    assert user_of({"host": "x"}) is None
    assert user_of({"x-ms-client-principal-id": ""}) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "not base64!",
        base64.b64encode(b"not json").decode(),
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b'{"claims":7}').decode(),
        headers(("name", "Ada"))["x-ms-client-principal"],
    ],
)
def test_a_principal_that_cannot_be_read_or_names_nobody_is_refused(value):
    with pytest.raises(TurnedAway) as no:
        user_of({"x-ms-client-principal": value})
    assert no.value.status == 401
