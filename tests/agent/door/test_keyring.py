"""Published keys: which are of use, and when they are asked for."""

from __future__ import annotations

import pytest

from agent.door.keyring import MAX_AGE, MIN_INTERVAL, Keyring
from tests.agent.door.issuer import NOW, jwk, private_key


def keyring(*keys):
    ring = Keyring()
    ring.take({"keys": list(keys)}, NOW)
    return ring


def test_a_key_is_found_by_its_id_with_whom_it_is_published_for():
    key = keyring(jwk(issuer="https://x/{tenantid}/v2.0")).find("first")
    assert key is not None
    assert key.public.public_numbers() == private_key().public_key().public_numbers()
    assert key.issuer == "https://x/{tenantid}/v2.0"
    assert keyring(jwk(issuer=7)).find("first").issuer is None


@pytest.mark.parametrize(
    "useless",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k"},
        {**jwk(), "use": "enc", "kid": "k"},
        {**jwk(), "alg": "HS256", "kid": "k"},
        {**jwk(), "kid": None},
        {"kty": "RSA", "kid": "k"},
        {"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"},
        jwk("short", 1024),
        "no object",
        None,
    ],
)
def test_what_is_no_key_to_verify_with_is_left_out(useless):
    ring = keyring(useless, jwk())
    assert ring.find("first") is not None
    assert list(ring._keys) == ["first"]


def test_a_private_key_that_was_published_by_mistake_is_not_used():
    import json

    import jwt

    leaked = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key()))
    leaked.pop("key_ops", None)
    assert "d" in leaked
    assert list(keyring({**leaked, "kid": "leaked"}, jwk())._keys) == ["first"]


@pytest.mark.parametrize("document", [{}, [], None, {"keys": []}, {"keys": 7}, {"keys": [{"kty": "oct"}]}, "x"])
def test_a_document_without_keys_leaves_those_that_are_known(document):
    ring = keyring(jwk())
    with pytest.raises(ValueError, match="no RSA key"):
        ring.take(document, NOW)
    assert ring.find("first") is not None


def test_an_unknown_key_is_asked_for_but_not_by_everybody_who_makes_one_up():
    ring = Keyring()
    assert ring.empty
    assert ring.wants("first", NOW)
    ring.asking(NOW)
    assert not ring.wants("first", NOW + MIN_INTERVAL - 1)
    assert ring.wants("first", NOW + MIN_INTERVAL)


def test_a_known_key_is_believed_for_a_day():
    ring = keyring(jwk())
    ring.asking(NOW)
    assert not ring.wants("first", NOW + MAX_AGE - 1)
    assert ring.wants("first", NOW + MAX_AGE)


def test_a_key_that_is_no_longer_published_is_no_longer_known():
    ring = keyring(jwk(), jwk("second"))
    ring.take({"keys": [jwk("second")]}, NOW)
    assert ring.find("first") is None
    assert ring.find("second") is not None
