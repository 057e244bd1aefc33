"""Generation: one response from `response.created` to its single terminal `response.done`, every event in order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from agent.engine.call_output import CallOutput
from agent.engine.effects import Abandon
from agent.engine.items import Item
from agent.engine.message_output import SpokenMessage, TextMessage
from agent.engine.parts import Arguments, Call, Say, Usage
from agent.engine.usage import OUTPUT_AUDIO_MS_A_TOKEN, Ledger, Reading
from agent.engine.wire_errors import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.engine.items import Conversation
    from agent.engine.outbox import Outbox
    from agent.engine.response_settings import ResponseSettings


class Generation:
    """One response.

    Args:
        response_id: Its id.
        settings: What it is made with.
        conversation: Where its items go; None when it is out of band.
        outbox: Where events and effects go.
        ledger: Counts its tokens in the end.
    """

    def __init__(
        self,
        response_id: str,
        settings: ResponseSettings,
        conversation: Conversation | None,
        outbox: Outbox,
        ledger: Ledger,
    ) -> None:
        self.id = response_id
        self.settings = settings
        self.status = "in_progress"
        self.prompt: list[Reading] = []
        self._conversation = conversation
        self._outbox = outbox
        self._ledger = ledger
        self._details: dict[str, Any] | None = None
        self._output: list[Item] = []
        self._message: TextMessage | SpokenMessage | None = None
        self._call: CallOutput | None = None
        self._queue: deque[Say | Call | Arguments | None] = deque()
        self._counted = Usage()
        self._written_text = 0
        self._written_audio_ms = 0
        self._segments = 0
        self.waiting = True
        outbox.send("response.created", response=self._wire(None))

    @property
    def finished(self) -> bool:
        """It has had its terminal event."""
        return self.status != "in_progress"

    @property
    def audio_ms(self) -> int:
        """Audio sent, in milliseconds."""
        return self._written_audio_ms + (self._message.audio_ms if self._message else 0)

    def thought(self, piece: Say | Call | Arguments | Usage) -> None:
        """Take the reasoner's next piece."""
        if isinstance(piece, Usage):
            self._counted = piece
            return
        self._queue.append(piece)
        self._advance()

    def thought_finished(self) -> None:
        """The reasoner has nothing to add."""
        self._queue.append(None)
        self._advance()

    def spoken(self, segment: int, audio: bytes) -> None:
        """Take the next stretch of a sentence's audio, in the response's format."""
        if isinstance(self._message, SpokenMessage):
            self._message.spoken(segment, audio)
            if self._left() <= 0:
                self.stop("incomplete", reason="max_output_tokens")

    def segment_finished(self, segment: int) -> None:
        """A sentence is spoken to its end."""
        if isinstance(self._message, SpokenMessage):
            self._message.segment_finished(segment)
            self._advance()

    def stop(self, status: str, *, reason: str | None = None, error: dict[str, Any] | None = None) -> None:
        """End it before its time; everything that was added gets its done.

        Args:
            status: `"cancelled"`, `"incomplete"` or `"failed"`.
            reason: Why it was cancelled or is incomplete.
            error: What failed.
        """
        self._outbox.do(Abandon(self.id))
        self._queue.clear()
        self._close_message("incomplete")
        self._close_call("incomplete")
        self._details = {"type": status} | ({"reason": reason} if reason else {}) | ({"error": error} if error else {})
        self._finish(status)

    def _advance(self) -> None:
        while self._queue and not self.finished:
            piece = self._queue[0]
            if not isinstance(piece, Arguments):
                self._close_call("completed")
            if not isinstance(piece, Say) and self._message is not None:
                # What comes after the message waits until it is spoken, as a service's model speaks before it calls.
                self._message.flush()
                if self._message.pending:
                    return
                self._close_message("completed")
            self._queue.popleft()
            try:
                self._take(piece)
            except WireError as error:  # the conversation has no place for what is to be said: it is full
                self.stop("failed", error={"type": error.kind, "code": error.code, "message": str(error)})

    def _take(self, piece: Say | Call | Arguments | None) -> None:
        match piece:
            case Say(text):
                self._say(text)
            case Arguments(text):
                self._write_arguments(text)
            case Call():
                self._begin_call(piece)
            case None:
                self._complete()

    def _say(self, text: str) -> None:
        if self._message is None:
            if not text.strip():
                return
            self._message = self._open_message()
        if isinstance(self._message, SpokenMessage):
            self._message.say(text)
            return
        room = self._left() * 4
        self._message.say(text[: int(room)] if len(text) > room else text)
        if len(text) > room:
            self.stop("incomplete", reason="max_output_tokens")

    def _open_message(self) -> TextMessage | SpokenMessage:
        item = self._add({"type": "message", "status": "in_progress", "role": "assistant", "content": []})
        place = self._place(item) | {"content_index": 0}
        if self.settings.modality == "text":
            return TextMessage(item, place, self._outbox)
        return SpokenMessage(item, place, self._outbox, self.settings, self._segments)

    def _close_message(self, status: str) -> None:
        message, self._message = self._message, None
        if message is None:
            return
        message.close()
        self._written_text += message.tokens
        self._written_audio_ms += message.audio_ms
        if isinstance(message, SpokenMessage):
            self._segments += message.segments
        self._done(message.item, status)

    def _begin_call(self, call: Call) -> None:
        call_id = self._outbox.new_id("call")
        fields = {"type": "function_call", "status": "in_progress", "name": call.name, "call_id": call_id}
        item = self._add({**fields, "arguments": ""})
        self._call = CallOutput(item, self._place(item) | {"call_id": call_id}, self._outbox, self._left() * 4)
        self._write_arguments(call.arguments)
        if not call.more and not self.finished:
            self._close_call("completed")

    def _write_arguments(self, text: str) -> None:
        if self._call is not None:
            self._call.write(text)
            if self._call.cut:
                self.stop("incomplete", reason="max_output_tokens")

    def _close_call(self, status: str) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.close()
            self._written_text += call.tokens
            self._done(call.item, status)

    def _add(self, fields: dict[str, Any]) -> Item:
        item = Item({"id": self._outbox.new_id("item"), **fields})
        if self._conversation is not None:
            self._conversation.insert(item)
        self._output.append(item)
        self._outbox.send("response.output_item.added", **self._index(item), item=item.view())
        if self._conversation is not None:
            previous = self._conversation.previous(item)
            self._outbox.send("conversation.item.added", previous_item_id=previous, item=item.view())
        return item

    def _done(self, item: Item, status: str) -> None:
        item.wire["status"] = status
        # The recorded services close the conversation's item before the response's own.
        if self._conversation is not None:
            previous = self._conversation.previous(item)
            self._outbox.send("conversation.item.done", previous_item_id=previous, item=item.view())
        self._outbox.send("response.output_item.done", **self._index(item), item=item.view())

    def _index(self, item: Item) -> dict[str, Any]:
        return {"response_id": self.id, "output_index": self._output.index(item)}

    def _place(self, item: Item) -> dict[str, Any]:
        return self._index(item) | {"item_id": item.id}

    def _left(self) -> float:
        limit = self.settings.max_output_tokens
        if limit is None:
            return float("inf")
        text = self._written_text + (self._message.tokens if self._message else 0)
        return limit - text - self.audio_ms // OUTPUT_AUDIO_MS_A_TOKEN

    def _complete(self) -> None:
        limit = self.settings.max_output_tokens
        if limit is not None and self._counted.output_tokens >= limit:
            # The reasoner counts its own tokens and stopped where it had to.
            self.stop("incomplete", reason="max_output_tokens")
        else:
            self._outbox.do(Abandon(self.id))
            self._finish("completed")

    def _finish(self, status: str) -> None:
        self.status = status
        counted = self._counted
        usage = self._ledger.usage(
            self.prompt,
            counted.output_tokens or self._written_text,
            self._written_audio_ms,
            read_text=counted.input_tokens,
        )
        self._outbox.send("response.done", response=self._wire(usage))

    def _views(self) -> Iterator[dict[str, Any]]:
        return (item.view() for item in self._output)

    def _wire(self, usage: dict[str, Any] | None) -> dict[str, Any]:
        settings = self.settings
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": self._details,
            "output": list(self._views()),
            "conversation_id": self._conversation.id if self._conversation else None,
            "output_modalities": [settings.modality],
            "max_output_tokens": "inf" if settings.max_output_tokens is None else settings.max_output_tokens,
            "audio": {"output": dict(settings.output)},
            "usage": usage,
            "metadata": settings.metadata,
        }
