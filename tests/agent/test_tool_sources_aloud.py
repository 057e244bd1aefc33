"""By voice, through the relay, with the embedded engine and no script: another's MCP server, and two agents."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys

import pytest

from agent import Agent
from agent.testing import Stage
from tools import McpServer, tool

pytestmark = pytest.mark.slow


@tool
def invoice_total(number: int) -> str:
    """Tell the total of an invoice.

    Args:
        number: The number of the invoice.
    """
    return f"Invoice {number} comes to 42 euros."


@tool
def opening_hours(day: str) -> str:
    """Tell the opening hours of the office on a day of the week."""
    return f"On {day} the office is open from nine to five."


@pytest.fixture(scope="module")
def stage():
    with Stage() as stage:
        yield stage


def servers():
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "mcp_server_time" in line]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are counted with ps")
def test_an_mcp_server_of_others_answers_a_caller_and_may_die_in_mid_session(caplog):
    caplog.set_level(logging.INFO)
    clock = McpServer.stdio(
        sys.executable, ["-m", "mcp_server_time", "--local-timezone", "UTC"], name="time", connect_timeout_s=30
    )
    with Stage() as stage:
        caller = stage.caller(Agent(tools=[clock]))
        caller("What is the current time in Japan?", aloud=True)
        caller.expect_call("time_get_current_time", timezone="Japan")
        assert caller.last.calls[0].status == "completed"
        assert "+09:00" in caller.last.calls[0].result["structured"]["datetime"]
        assert caller.last.answer
        (pid,) = servers()
        os.kill(pid, signal.SIGKILL)
        caller("What is the current time in Japan?", aloud=True)
        call = caller.last.calls[0]
        assert call.status in {"completed", "failed"}, "the session goes on, whether it is back already or not"
        while servers() in ([], [pid]):
            caller("What is the current time in Japan?")
        while caller("What is the current time in Japan?").calls[0].status != "completed":
            assert "cannot be reached" in caller.last.answer
    assert servers() == [], "it ends with the server"


def test_a_caller_is_handed_over_and_back_by_voice(stage):
    billing = Agent(
        name="Billing",
        purpose="It knows invoices and payments.",
        voice="cedar",
        tools=[invoice_total],
        handoffs=["Reception"],
    )
    reception = Agent(
        name="Reception",
        purpose="It knows the opening hours.",
        voice="marin",
        tools=[opening_hours],
        handoffs=[billing],
    )
    caller = stage.caller(reception)
    caller("What are the opening hours on Monday?", aloud=True).expect_call("opening_hours")
    caller("Please hand me over to billing.", aloud=True).expect_calls("transfer_to_billing")
    assert caller.last.answer
    assert not caller.last.errors
    caller("What is the total of invoice number twelve?", aloud=True).expect_call("invoice_total", number=12)
    caller.expect_answer(contains="42 euros")
    caller("Please transfer me to the reception.", aloud=True).expect_calls("transfer_to_reception")
    caller("What are the opening hours on Friday?", aloud=True).expect_call("opening_hours")
    assert [event["agent"]["name"] for event in caller.events if event["type"] == "extension.agent"] == [
        "Billing",
        "Reception",
    ]
    # The reception has spoken, so that billing has its own voice only in another session of the model's.
    assert [event["reason"] for event in caller.events if event["type"] == "extension.reconnected"] == [
        "handed_over",
        "handed_over",
    ]
