"""Testing your own agent, without a key: callers, scripts of what the model does, and faults of its service.

    from agent.testing import Script, Stage

In pytest, the fixtures of `vocative_pytest` put these together; see docs/testing.md.
"""

from agent.engine.faults import (
    Delay,
    Drop,
    Duplicate,
    Error,
    Expire,
    Fail,
    Fault,
    FaultError,
    Faults,
    Late,
    Lose,
    Nameless,
    Refuse,
    Reject,
    Stall,
)
from agent.testing.caller import Caller
from agent.testing.exchange import CallSeen, Exchange
from agent.testing.script import Line, Script
from agent.testing.stage import Stage

__all__ = [
    "CallSeen",
    "Caller",
    "Delay",
    "Drop",
    "Duplicate",
    "Error",
    "Exchange",
    "Expire",
    "Fail",
    "Fault",
    "FaultError",
    "Faults",
    "Late",
    "Line",
    "Lose",
    "Nameless",
    "Refuse",
    "Reject",
    "Script",
    "Stage",
    "Stall",
]
