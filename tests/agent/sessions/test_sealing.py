"""What lies in a store can be read with its key and under its own name, and otherwise not."""

from __future__ import annotations

import pytest

from agent.sessions.sealing import Seal, Unreadable

CONTENT = {"said": "a secret word", "n": [1, None, "ü"]}
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.mark.parametrize("keys", [(), (OLD,), (NEW, OLD)])
def test_what_is_sealed_is_opened_and_is_not_there_in_the_open(keys):
    seal = Seal(keys)
    sealed = seal.seal(CONTENT, "s1")
    assert b"secret word" not in sealed
    assert seal.open(sealed, "s1") == CONTENT


def test_a_key_can_be_replaced_while_sessions_live():
    before = Seal([OLD]).seal(CONTENT, "s1")
    both = Seal([NEW, OLD])
    assert both.open(before, "s1") == CONTENT
    assert Seal([NEW]).open(both.seal(CONTENT, "s1"), "s1") == CONTENT


def test_nobody_is_given_another_ones_session():
    with pytest.raises(Unreadable, match="another session's"):
        Seal([OLD]).open(Seal([OLD]).seal(CONTENT, "s1"), "s2")


def test_a_changed_byte_is_noticed():
    sealed = bytearray(Seal([OLD]).seal(CONTENT, "s1"))
    sealed[-1] ^= 1
    with pytest.raises(Unreadable, match="damaged"):
        Seal([OLD]).open(bytes(sealed), "s1")


def test_with_a_key_nothing_is_believed_that_was_not_sealed_with_one():
    with pytest.raises(Unreadable, match="without the key"):
        Seal([OLD]).open(Seal().seal(CONTENT, "s1"), "s1")


def test_another_key_is_named_as_the_reason():
    with pytest.raises(Unreadable, match="another key"):
        Seal([NEW]).open(Seal([OLD]).seal(CONTENT, "s1"), "s1")


@pytest.mark.parametrize("rubbish", [b"", b"\x00", b"\x00rubbish", b"\x02"])
def test_rubbish_is_refused(rubbish):
    with pytest.raises(Unreadable):
        Seal().open(rubbish, "s1")
