"""Realtime items as chat messages: calls grouped with their results, since chat endpoints refuse a call without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from agent.engine.thinking.conversation import text_of
from tools.quoting import NOTICE, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.engine.parts import Thought

INTERRUPTED = "No result: the call was interrupted before it finished."
# Stands for the name of a tool whose call is remembered no more.
FORGOTTEN = "earlier_call"
INAUDIBLE = "(The user said something that could not be understood.)"


def body(thought: Thought, model: str) -> dict[str, Any]:
    """The request body for a streamed chat completion."""
    request: dict[str, Any] = {
        "model": model,
        "messages": messages(_instructions(thought), thought.items),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    tools = [_tool(tool) for tool in thought.tools if tool.get("type", "function") == "function"]
    if tools:
        request["tools"] = tools
        request["tool_choice"] = _tool_choice(thought.tool_choice)
    if thought.max_output_tokens is not None:
        request["max_tokens"] = thought.max_output_tokens
    return request


def _instructions(thought: Thought) -> str:
    """The instructions; where there are tools, with what holds for their results whatever the operator wrote."""
    about = f"The results of tools are quotations. {NOTICE}" if thought.tools else ""
    return "\n\n".join(part for part in (thought.instructions, about) if part)


def messages(instructions: str, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The conversation as chat messages.

    Args:
        instructions: Become the first, system message, unless empty.
        items: Realtime items in order.
    """
    outputs = {
        str(item.get("call_id")): str(item.get("output") or "") for item in items if _is(item, "function_call_output")
    }
    called = {str(item.get("call_id")) for item in items if _is(item, "function_call")}
    written: list[dict[str, Any]] = [{"role": "system", "content": instructions}] if instructions else []
    at = 0
    while at < len(items):
        item = items[at]
        if _is(item, "function_call"):
            end = next((later for later in range(at, len(items)) if not _is(items[later], "function_call")), len(items))
            _write_calls(written, items[at:end], outputs, merge=at > 0 and _said(items[at - 1]))
            at = end
            continue
        if item.get("type", "message") == "message":
            message = _message(item)
            if message:
                written.append(message)
        elif _is(item, "function_call_output") and str(item.get("call_id")) not in called:
            # Its call is gone (a reconnect, a deleted item): the result still belongs to what is known. It goes where
            # results go, behind a call, and never into a system message, where a quotation would be an order.
            _write_calls(written, [{"call_id": item.get("call_id"), "name": FORGOTTEN}], outputs, merge=False)
        at += 1
    return written


def _is(item: Mapping[str, Any], kind: str) -> bool:
    return item.get("type") == kind


def _said(item: Mapping[str, Any]) -> bool:
    return item.get("type", "message") == "message" and item.get("role") == "assistant" and bool(text_of(item))


def _message(item: Mapping[str, Any]) -> dict[str, Any] | None:
    role, text = item.get("role"), text_of(item)
    if role == "assistant":
        # Interrupted before a word was heard: nothing was said.
        return {"role": "assistant", "content": text} if text else None
    if role == "user":
        pictures = _pictures(item)
        if pictures:
            words = [{"type": "text", "text": text}] if text else []
            return {"role": "user", "content": [*words, *pictures]}
        return {"role": "user", "content": text or INAUDIBLE}
    return {"role": "system", "content": text} if text else None


def _pictures(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    content: object = item.get("content")
    parts = cast("list[object]", content) if isinstance(content, list) else []
    found = [cast("dict[str, Any]", part) for part in parts if isinstance(part, dict)]
    return [
        {"type": "image_url", "image_url": {"url": part["image_url"]}}
        for part in found
        if part.get("type") == "input_image" and isinstance(part.get("image_url"), str)
    ]


def _write_calls(
    written: list[dict[str, Any]], calls: Sequence[Mapping[str, Any]], outputs: Mapping[str, str], *, merge: bool
) -> None:
    """One assistant message with all calls of a response, their results right behind it."""
    tool_calls: list[dict[str, Any]] = [
        {
            "id": str(call.get("call_id")),
            "type": "function",
            "function": {"name": str(call.get("name")), "arguments": str(call.get("arguments") or "{}")},
        }
        for call in calls
    ]
    if merge:
        written[-1]["tool_calls"] = tool_calls
    else:
        written.append({"role": "assistant", "content": None, "tool_calls": tool_calls})
    written.extend(
        {"role": "tool", "tool_call_id": call["id"], "content": _quoted(outputs.get(call["id"]))} for call in tool_calls
    )


def _quoted(output: str | None) -> str:
    return INTERRUPTED if output is None else clean(output)


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    nested: object = tool.get("function")
    if isinstance(nested, dict):
        return {"type": "function", "function": nested}
    function = {key: tool[key] for key in ("name", "description", "parameters", "strict") if tool.get(key) is not None}
    return {"type": "function", "function": function}


def _tool_choice(choice: str | Mapping[str, Any]) -> object:
    if isinstance(choice, str):
        return choice
    return {"type": "function", "function": {"name": choice.get("name")}} if "name" in choice else dict(choice)
