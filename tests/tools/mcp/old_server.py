"""An MCP server of the handshake's days, written out by hand, that lists what servers in the wild list."""

from __future__ import annotations

import json
import sys

NODES = {"type": "array", "items": {"$ref": "#/$defs/node"}}
TREE = {
    "type": "object",
    "properties": {"root": {"$ref": "#/$defs/node"}},
    "required": ["root"],
    "$defs": {"node": {"type": "object", "properties": {"children": NODES}}},
}
TOOLS = [
    [{"name": "plant.tree/now", "description": "Plant.", "inputSchema": TREE}],
    [{"name": "water", "inputSchema": {"type": "object"}}, {"name": "water", "inputSchema": {"type": "object"}}],
]
# Promises a number, and gives what it is told to; and one whose answer comes once it has rained.
SCALES = {
    "name": "weigh",
    "inputSchema": {"type": "object"},
    "outputSchema": {"type": "object", "properties": {"kg": {"type": "number"}}, "required": ["kg"]},
}
SLOW = [{"name": name, "inputSchema": {"type": "object"}} for name in ("grow", "rain")]
if "scales" in sys.argv:
    TOOLS[0] += [SCALES, *SLOW]
rained, growing = False, []
MORE = {"name": "harvest", "title": "Bring it in", "inputSchema": {"type": "object"}}


def say(**fields):
    print(json.dumps({"jsonrpc": "2.0", **fields}), flush=True)


def listed(cursor):
    page = int(cursor or 0)
    rest = {"nextCursor": str(page + 1)} if page + 1 < len(TOOLS) else {}
    return {"tools": TOOLS[page], **rest}


for line in sys.stdin:
    request = json.loads(line)
    method, params, number = request.get("method"), request.get("params") or {}, request.get("id")
    if method == "initialize":
        capabilities = {"tools": {"listChanged": True}}
        info = {"name": "garden", "version": "1"}
        say(id=number, result={"protocolVersion": "2025-06-18", "capabilities": capabilities, "serverInfo": info})
    elif method == "tools/list":
        say(id=number, result=listed(params.get("cursor")))
    elif method == "tools/call" and params["name"] == "water":
        TOOLS.append([MORE])
        say(method="notifications/tools/list_changed")
        say(id=number, result={"content": [{"type": "text", "text": "watered"}]})
    elif method == "tools/call" and params["name"] == "harvest":
        say(id=number, error={"code": -32000, "message": "nothing is ripe"})
    elif method == "tools/call" and params["name"] in {"grow", "rain"}:
        rained = rained or params["name"] == "rain"
        growing.append(number)
        while rained and growing:
            say(id=growing.pop(), result={"content": [{"type": "text", "text": "grown"}]})
    elif method == "tools/call":
        say(id=number, result={"content": [], "structuredContent": params["arguments"]})
    elif number is not None:
        say(id=number, error={"code": -32601, "message": "unknown"})
