"""Faults from a TOML file."""

from __future__ import annotations

import pytest

from agent.engine.fault_file import parse_faults
from agent.engine.faults import KINDS, Drop, Expire, FaultError, Faults, Refuse

FILE = """\
# a bad day
[[fault]]
kind = "refuse"
status = 429
retry_after = 1
times = 2

[[fault]]
kind = "drop"
at = 20
session = 1

[[fault]]
kind = "expire"
after_s = 2
"""


def test_each_table_is_a_rule(tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(FILE, "utf-8")
    expected = Faults(Refuse(status=429, retry_after=1, times=2), Drop(at=20, session=1), Expire(after_s=2))
    assert Faults.read(path) == expected


def test_every_kind_can_be_written():
    for kind in KINDS:
        extra = 'field = "session.truncation"' if kind == "reject" else ""
        assert parse_faults(f'[[fault]]\nkind = "{kind}"\n{extra}').rules[0].kind == kind


def test_an_empty_file_is_no_faults():
    assert parse_faults("").rules == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fault]\n", "line 1"),
        ("speed = 3\n", "line 1, key 'speed': there is no key 'speed'; each rule is a [[fault]] table"),
        ("\n[fault]\nkind = 'drop'\n", "line 2, key 'fault': write each rule as a [[fault]] table"),
        ("[[fault]]\nat = 3\n", "line 1: there is no kind; choose one of drop, "),
        ('[[fault]]\nkind = "drip"\n', "line 2, key 'kind': there is no fault 'drip'; choose one of drop, "),
        (FILE.replace("at = 20", "at = 0"), "line 10, key 'at': drop: at is 0: give a whole number from 1"),
        (FILE.replace("at = 20", 'at = "20"'), "line 10, key 'at': drop: at is '20': give a whole number"),
        (FILE.replace("at = 20", "when = 20"), "line 10, key 'when': drop has no key 'when'; it has session, times"),
        ('[[fault]]\nkind = "reject"\n', "line 1, key 'field': reject: field is ''"),
        ('fault = [{kind = "drop", at = 0}]\n', "fault 1: drop: at is 0"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(text, message):
    with pytest.raises(FaultError) as refused:
        parse_faults(text, "bad.toml")
    assert str(refused.value).startswith("bad.toml")
    assert message in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "faults.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FaultError, match=r"faults\.toml: "):
        Faults.read(path)
