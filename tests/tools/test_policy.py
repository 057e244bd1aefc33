"""A policy is checked where it is written, and carried by its tool."""

from __future__ import annotations

import dataclasses
import math

import pytest

from tools import DefinitionError, RateLimit, ToolPolicy, User, spec_of, tool


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"timeout_s": 0}, "timeout_s is 0; give a number above 0, or None for no limit"),
        ({"timeout_s": "3"}, "timeout_s is '3'; give a number of seconds"),
        ({"job_timeout_s": -1}, "job_timeout_s is -1"),
        ({"concurrency": 0}, "concurrency is 0; give a whole number from 1, or None"),
        ({"session_concurrency": True}, "session_concurrency is True"),
        ({"max_chars": 1.5}, "max_chars is 1.5"),
        ({"idempotent": 1}, "idempotent=1.*True or False"),
        ({"barge_in": "stop"}, "barge_in='stop'.*'keep', 'cancel'"),
        ({"preamble": " "}, "preamble=' '.*a sentence"),
        ({"preamble_after_s": math.nan}, "preamble_after_s is nan"),
        ({"destination": "nobody"}, "destination='nobody'"),
        ({"redact": "card"}, "redact='card'.*tuple"),
        ({"redact": ("card", 7)}, "redact="),
        ({"approval": "yes"}, "approval='yes'"),
        ({"approver": lambda _request: True}, "without approval=True"),
        ({"approval": True, "approver": 7}, "approver=7.*a function"),
        ({"approval_timeout_s": None}, "approval_timeout_s is None"),
        ({"approval_prompt": 7}, "approval_prompt=7"),
        ({"rate_limit": 3}, r"rate_limit=3.*RateLimit\(calls, seconds\)"),
        ({"enabled_when": True}, "enabled_when=True"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_words(fields, told):
    with pytest.raises(DefinitionError, match=told):
        ToolPolicy(**fields)


@pytest.mark.parametrize(("calls", "seconds"), [(0, 1), (1.5, 1), (1, 0), (1, "x")])
def test_a_rate_that_is_none_is_refused(calls, seconds):
    with pytest.raises(DefinitionError, match="RateLimit"):
        RateLimit(calls, seconds)


def test_a_policy_never_changes():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ToolPolicy().timeout_s = 3


def test_a_tool_carries_its_policy():
    policy = ToolPolicy(approval=True, timeout_s=3)

    @tool(policy=policy)
    def pay() -> None: ...

    assert spec_of(pay).policy is policy
    assert spec_of(pay).timeout_s == 3.0


def test_a_time_limit_alone_is_short_for_a_policy():
    @tool(timeout_s=None)
    def wait() -> None: ...

    assert spec_of(wait).policy == ToolPolicy(timeout_s=None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"timeout_s": 3, "policy": ToolPolicy()}, "give the time once"),
        ({"policy": {"approval": True}}, r"pay: policy is \{.*give ToolPolicy"),
    ],
)
def test_a_tool_has_one_policy(options, told):
    def pay() -> None: ...

    with pytest.raises(DefinitionError, match=told):
        tool(**options)(pay)


def test_a_policy_tells_for_whom_the_tool_exists():
    policy = ToolPolicy(enabled_when=lambda user: user is not None and "staff" in user.groups)
    assert policy.allows(User("a", groups=("staff",)))
    assert not policy.allows(User("b"))
    assert not policy.allows(None)
    assert ToolPolicy().allows(None)
