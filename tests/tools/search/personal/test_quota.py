"""Quota: how much a user may bring, and what is said of what is too much."""

from tools.search.personal.quota import Quota

QUOTA = Quota(max_bytes=1_000_000, max_files=2, max_total=1_500_000)


def test_what_fits_is_taken():
    assert QUOTA.refusal("a", 1_000_000, {}) is None
    assert QUOTA.refusal("a", 500_000, {"b": 1_000_000}) is None


def test_what_replaces_a_document_counts_in_its_place():
    assert QUOTA.refusal("a", 1_000_000, {"a": 1_000_000, "b": 500_000}) is None


def test_what_is_too_much_says_how_much_is_left():
    assert QUOTA.refusal("a", 1_000_001, {}) == "too large: a file may have 1 MB"
    assert "2 documents here, and 2 are allowed" in QUOTA.refusal("c", 1, {"a": 1, "b": 1})
    assert "0.5 MB of your 1.5 MB are left" in QUOTA.refusal("c", 500_001, {"a": 1_000_000})
    assert "0 bytes of your 1.5 MB are left" in QUOTA.refusal("c", 1, {"a": 2_000_000})


def test_formats_may_be_fewer_than_all():
    assert QUOTA.refused_format("pdf") is None
    assert Quota(formats=("pdf", "text")).refused_format("html") == "a html document is not taken here: send pdf, text"
