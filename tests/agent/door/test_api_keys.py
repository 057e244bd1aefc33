"""API keys."""

from __future__ import annotations

import pytest

from agent.door.api_keys import ApiKeys
from agent.errors import ConfigurationError

KEY, OTHER = "k" * 16, "o" * 40


def test_a_key_is_known_by_the_first_digits_of_its_hash_and_never_by_itself():
    keys = ApiKeys([KEY, OTHER])
    first, second = keys.owner(KEY), keys.owner(OTHER)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert first.id.startswith("key:")
    assert KEY not in first.id
    assert keys.owner(KEY) == first


@pytest.mark.parametrize("token", ["", "k" * 15, "k" * 17, "K" * 16, "é" * 16, "\udcff", "nothing"])
def test_what_is_not_exactly_a_key_belongs_to_nobody(token):
    assert ApiKeys([KEY, OTHER]).owner(token) is None


def test_without_keys_nobody_has_one():
    assert not ApiKeys()
    assert ApiKeys([KEY])
    assert ApiKeys().owner("") is None


def test_a_key_that_can_be_guessed_is_refused_without_being_told():
    with pytest.raises(ConfigurationError, match="key 2 of 2 has 5 characters") as error:
        ApiKeys([KEY, "hello"])
    assert "hello" not in str(error.value)


def test_every_key_is_compared_whichever_is_right(monkeypatch):
    """Comparing must take as long for the first key as for the last, and for a nearly right one as for a wrong one."""
    from agent.door import api_keys

    compared = []
    real = api_keys.hmac.compare_digest
    monkeypatch.setattr(api_keys.hmac, "compare_digest", lambda a, b: compared.append(1) or real(a, b))
    keys = ApiKeys([KEY, OTHER, "p" * 16])
    for token in (KEY, OTHER, "nothing"):
        compared.clear()
        keys.owner(token)
        assert len(compared) == 3
