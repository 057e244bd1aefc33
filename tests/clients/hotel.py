"""The agent that the stock clients talk to. Its tool notes down each call, so that a test sees that it ran here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from agent import Agent
from tools import tool

CALLS = Path("calls.jsonl")  # in the folder that the server was started in


@tool
def breakfast_hours(day: Literal["Saturday", "Sunday"]) -> str:
    """Tell when breakfast is served on a day of the week."""
    with CALLS.open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({"day": day}) + "\n")
    return f"On {day}, breakfast is served from 7:15 to 10:45."


agent = Agent(
    name="Hotel Beispiel", instructions="You are the receptionist of Hotel Beispiel.", tools=[breakfast_hours]
)
