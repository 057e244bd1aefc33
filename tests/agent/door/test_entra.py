"""Tokens of Entra ID: signatures, algorithms, keys; published by a real HTTP server."""

from __future__ import annotations

import asyncio
import base64
import json
import logging

import jwt
import pytest

from agent.door.claims import Policy
from agent.door.entra import Entra, looks_like_token
from agent.door.fetching import Fetcher
from agent.door.keyring import MAX_AGE, MIN_INTERVAL
from agent.door.refusal import TurnedAway
from tests.agent.door.issuer import AUDIENCE, NOW, TENANT, claims, jwk, public_pem, token


@pytest.fixture
async def entra(key_server):
    fetcher = Fetcher()
    yield Entra(Policy((TENANT,), (AUDIENCE,), key_server.authority), fetcher.get)
    await fetcher.close()


@pytest.fixture
def said(key_server):
    return lambda **fields: claims(key_server.authority, **fields)


async def code(entra, presented, now=NOW):
    with pytest.raises(TurnedAway) as no:
        await entra.verify(presented, now)
    return no.value.refusal.code


def by_hand(header, payload, signature=b""):
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


async def test_a_token_signed_with_a_published_key_names_its_user(entra, said):
    user, expires = await entra.verify(token(said()), NOW)
    assert (user.id, expires) == ("user-1", NOW + 3600)


async def test_the_time_is_the_one_handed_in(entra, said):
    assert await code(entra, token(said()), NOW + 4000) == "expired_token"


async def test_a_signature_of_somebody_else_under_a_published_keys_name_does_not_hold(entra, said):
    assert await code(entra, token(said(), kid="first", signer="somebody else")) == "invalid_token"


async def test_a_token_whose_claims_were_changed_does_not_hold(entra, said):
    header, _, signature = token(said()).split(".")
    _, changed, _ = token(said(oid="admin")).split(".")
    assert await code(entra, f"{header}.{changed}.{signature}") == "invalid_token"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, 7])
async def test_a_token_that_says_it_needs_no_signature_needs_one(entra, said, algorithm):
    assert await code(entra, by_hand({"alg": algorithm, "typ": "JWT", "kid": "first"}, said())) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_the_public_key_is_no_shared_secret(entra, said, algorithm):
    """The HS256 confusion: sign with the public key, which everybody has, and hope that it is taken as the secret."""
    import hashlib
    import hmac

    unsigned = by_hand({"alg": algorithm, "typ": "JWT", "kid": "first"}, said()).rpartition(".")[0]
    digest = getattr(hashlib, f"sha{algorithm[2:]}")
    for secret in (public_pem(), public_pem().strip(), json.dumps(jwk()).encode()):
        mac = hmac.new(secret, unsigned.encode(), digest).digest()
        forged = f"{unsigned}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        assert await code(entra, forged) == "invalid_token"


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
async def test_only_the_one_algorithm_is_taken(entra, said, algorithm):
    assert await code(entra, token(said(), algorithm=algorithm)) == "invalid_token"


async def test_a_key_that_the_token_brings_along_is_not_used(entra, said):
    from tests.agent.door.issuer import private_key

    for extra in ({"jwk": jwk("mine")}, {"jku": "http://127.0.0.1:9/keys"}, {"x5c": ["AAAA"]}):
        forged = jwt.encode(said(), private_key("mine"), "RS256", headers={"kid": "first", **extra})
        assert await code(entra, forged) == "invalid_token"


async def test_a_header_that_must_be_understood_and_is_not_makes_a_token_invalid(entra, said):
    from tests.agent.door.issuer import private_key

    forged = jwt.encode(said(), private_key(), "RS256", headers={"kid": "first", "crit": ["b64"], "b64": False})
    assert await code(entra, forged) == "invalid_token"


@pytest.mark.parametrize("kid", [None, "", "unknown"])
async def test_a_token_names_a_published_key(entra, said, kid):
    assert await code(entra, token(said(), kid=kid)) == "invalid_token"


@pytest.mark.parametrize(
    "garbage",
    ["eyJ..", "eyJhbGciOiJSUzI1NiJ9.e30.", "eyJ.eyJ.eyJ", "eyJ" + "A" * 20_000 + "..", "eyJ\udcff.x.y", "..", ""],
)
async def test_garbage_is_refused_in_words(entra, garbage):
    assert await code(entra, garbage) == "invalid_token"


async def test_a_payload_that_is_no_object_is_refused(entra):
    from jwt.api_jws import PyJWS

    from tests.agent.door.issuer import private_key

    for payload in (b"[1]", b"7", b"no json"):
        signed = PyJWS().encode(payload, private_key(), "RS256", headers={"kid": "first"})
        assert await code(entra, signed) == "invalid_token"


async def test_keys_are_asked_for_once_however_many_tokens_come(entra, said, key_server):
    await asyncio.gather(*(entra.verify(token(said()), NOW) for _ in range(20)))
    assert key_server.asked == 1


async def test_made_up_key_ids_do_not_keep_the_issuer_busy(entra, said, key_server):
    for number in range(20):
        assert await code(entra, token(said(), kid=f"made up {number}")) == "invalid_token"
    assert key_server.asked == 1


async def test_a_new_key_is_found_when_it_first_signs(entra, said, key_server):
    await entra.verify(token(said()), NOW)
    key_server.keys = [jwk(), jwk("second")]
    later = NOW + MIN_INTERVAL
    assert (await entra.verify(token(said(), kid="second", signer="second"), later))[0].id == "user-1"
    assert key_server.asked == 2


async def test_a_withdrawn_key_stops_signing_within_a_day(entra, said, key_server):
    await entra.verify(token(said()), NOW)
    key_server.keys = [jwk("second")]
    late = NOW + MAX_AGE
    assert await code(entra, token(said(exp=int(late) + 60)), late) == "invalid_token"


async def test_an_issuer_that_does_not_answer_makes_nobody_wait_who_is_known(entra, said, key_server, caplog):
    await entra.verify(token(said()), NOW)
    key_server.status = 500
    late = NOW + MAX_AGE
    assert (await entra.verify(token(said(exp=int(late) + 60)), late))[0].id == "user-1"
    assert "HTTP 500" in caplog.text


async def test_without_any_keys_it_is_not_the_callers_fault(entra, said, key_server, caplog):
    key_server.status = 503
    with pytest.raises(TurnedAway) as no, caplog.at_level(logging.ERROR):
        await entra.verify(token(said()), NOW)
    assert (no.value.status, no.value.refusal.code, no.value.retry_after) == (503, "keys_unavailable", 60)
    assert key_server.authority in caplog.text


def test_a_token_is_told_by_its_shape():
    assert looks_like_token(token())
    assert not looks_like_token("sk-something")
    assert not looks_like_token("eyJ.x")
