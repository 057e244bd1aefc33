"""Pairing: which items of a conversation make sense in another session, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from agent.core.remembered import Remembered


def paired(items: Sequence[Remembered], running: Container[str]) -> list[Remembered]:
    """The items that are whole, and calls with their outputs behind them.

    Args:
        items: In the order of the conversation.
        running: Call ids whose outputs are still to come. A call without an output and not among them never had one;
            an output without a call would be refused.
    """
    ahead = {item.call_id for item in items if item.kind == "function_call" and item.whole}
    answered = {item.call_id for item in items if item.kind == "function_call_output"} & ahead
    early: dict[str, Remembered] = {}
    ordered: list[Remembered] = []
    for item in items:
        match item.kind:
            case "function_call":
                if item.whole and (item.call_id in answered or item.call_id in running):
                    ahead.discard(item.call_id)
                    ordered += [item, *_taken(early, item.call_id)]
            case "function_call_output":
                if item.call_id in ahead:
                    early[item.call_id] = item  # a client may place one anywhere
                elif item.call_id in answered:
                    answered.discard(item.call_id)
                    ordered.append(item)
            case _:
                if item.whole or item.opens_turn:
                    ordered.append(item)
    return ordered


def _taken(early: dict[str, Remembered], call_id: str) -> list[Remembered]:
    output = early.pop(call_id, None)
    return [] if output is None else [output]
