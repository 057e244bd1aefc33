from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tools.search.azure.keys import id_of, key_of


@given(st.text(min_size=1, max_size=60))
def test_every_id_becomes_a_key_that_the_service_takes_and_comes_back(chunk_id):
    key = key_of(chunk_id)
    assert re.fullmatch(r"[A-Za-z0-9=-][A-Za-z0-9_=-]*", key)
    assert id_of(key) == chunk_id


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=20))
def test_different_ids_have_different_keys(ids):
    assert len({key_of(each) for each in ids}) == len(ids)


def test_our_own_ids_stay_as_they_are():
    assert key_of("9f86d081884c7d65") == "9f86d081884c7d65"
    assert key_of("a/b:1") == "a=2Fb=3A1"
