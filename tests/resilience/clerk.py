"""A Realtime model over real sockets: it books rooms, and knows no more of its caller than what it was told."""

from __future__ import annotations

import contextlib
import itertools
import json
import re

from aiohttp import WSMsgType, web


class Clerk:
    """Serves any number of sessions.

    Attributes:
        sessions: The conversations, in the order in which they began: the items of each.
        asked: Every call that was made, by its id.
    """

    def __init__(self):
        self.sessions, self.asked = [], {}
        self._ids = itertools.count(1)
        self.app = web.Application()
        self.app.router.add_get("/v1/realtime", self._serve)

    async def _serve(self, request):
        socket, items = web.WebSocketResponse(), []
        await socket.prepare(request)
        self.sessions.append(items)

        async def say(kind, **fields):
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": kind, "event_id": f"e{next(self._ids)}", **fields})

        await say("session.created", session={"id": "sess_clerk"})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            if event["type"] == "session.update":
                await say("session.updated", session={"id": "sess_clerk", **event["session"]})
            elif event["type"] == "conversation.item.create":
                await self._place(say, items, {"id": f"i{next(self._ids)}", **event["item"]})
            elif event["type"] == "conversation.item.retrieve":
                found = [item for item in items if item["id"] == event["item_id"]]
                if found:
                    await say("conversation.item.retrieved", item=found[0])
                else:
                    error = {"type": "invalid_request_error", "code": "item_not_found", "message": "not here"}
                    await say("error", error=error | {"event_id": event.get("event_id"), "param": "item_id"})
            elif event["type"] == "response.create":
                await self._respond(say, items)
        return socket

    async def _place(self, say, items, item):
        previous = items[-1]["id"] if items else None
        items.append(item | {"status": "completed"})
        for kind in ("conversation.item.added", "conversation.item.done"):
            await say(kind, previous_item_id=previous, item=items[-1])

    async def _respond(self, say, items):
        response, last = f"r{next(self._ids)}", items[-1] if items else {}
        await say("response.created", response={"id": response, "conversation_id": "c"})
        text = "".join(part.get("text", "") for part in last.get("content", ()))
        item = {"id": f"i{next(self._ids)}", "status": "completed"}
        if last.get("type") == "message" and text.startswith("book for "):
            call_id = f"call{next(self._ids)}"
            self.asked[call_id] = text.removeprefix("book for ")
            arguments = json.dumps({"who": self.asked[call_id]})
            item |= {"type": "function_call", "call_id": call_id, "name": "book", "arguments": arguments}
        else:
            answer = last["output"] if last.get("type") == "function_call_output" else self._name(items)
            content = [{"type": "output_text", "text": answer}]
            item |= {"type": "message", "role": "assistant", "content": content}
        place = {"response_id": response, "output_index": 0, "item": item}
        await say("response.output_item.added", **place)
        await self._place(say, items, item)
        await say("response.output_item.done", **place)
        await say("response.done", response={"id": response, "status": "completed", "output": [item]})

    def _name(self, items):
        told = " ".join(part.get("text", "") for item in items for part in item.get("content", ()))
        found = re.search(r"my name is (\w+)", told)
        return f"you are {found[1]}" if found else "who are you?"
