"""The security filter, judged by evaluating it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.search.azure.contract.odata import compiled
from tools.context import User
from tools.search.azure.security import readable_by

FIELDS = {name: {"type": "Collection(Edm.String)"} for name in ("groups", "oids")}
names = st.text(alphabet="ab'|;,~\n ()=", min_size=1, max_size=6)


@given(st.lists(names, max_size=4), st.lists(names, max_size=3), names, st.lists(names, max_size=3))
def test_a_passage_is_found_by_exactly_those_who_may_read_it(mine, theirs, me, readers):
    user = User(me, groups=tuple(mine))
    test = compiled(readable_by(user, groups="groups", users="oids"), FIELDS)
    allowed = (not theirs and not readers) or bool(set(mine) & set(theirs)) or me in readers
    assert test({"groups": theirs, "oids": readers}) == allowed


@pytest.mark.parametrize("user", [None, User(""), User("x", groups=("", ""))])
def test_who_is_in_no_group_reads_what_everybody_may(user):
    test = compiled(readable_by(user, groups="groups", users=None), FIELDS)
    assert test({"groups": []})
    assert not test({"groups": ["a"]})
    assert not test({"groups": [""]})


def test_an_index_without_such_fields_is_not_filtered():
    assert readable_by(User("x"), groups=None, users=None) is None
