"""Appendix: sources as words, at the end of what a stock client reads of an answer. What is heard stays as it is.

A client that does not know our events still shows an answer's text. Where the operator wants it, the sources follow
that text as one more delta, and every later event that repeats the text repeats them too, so that a client that
compares finds no difference. The model is told nothing of it, and never reads them as its own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core.actions import Action, ToClient
from agent.core.events import objects
from agent.core.fields import at, number_at, string_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from agent.core.actions import Actions
    from agent.core.frames import Frame
    from agent.core.state import State

Json: TypeAlias = dict[str, Any]

# Events that end a text, in either dialect, and where in them it stands.
_ENDS = {
    "response.output_text.done": "text",
    "response.text.done": "text",
    "response.output_audio_transcript.done": "transcript",
    "response.audio_transcript.done": "transcript",
}
_ITEMS = frozenset(
    {
        "response.output_item.done",
        "conversation.item.added",
        "conversation.item.created",
        "conversation.item.done",
        "conversation.item.retrieved",
    }
)
# Sources that are named, and answers whose sources are remembered.
_MOST, _REMEMBERED = 3, 64


class Appendix:
    """Adds the sources to what one client reads.

    Args:
        find: Gives the citations of a text.
        silences: Whether a response was broken off, so that nobody waits for what else it has to say.
        aside: Whether a response writes to no conversation.
        new_id: Gives a fresh event id.
    """

    @classmethod
    def of(cls, state: State) -> Appendix:
        """That of a session's parts."""
        return cls(
            state.citations.find,
            silences=state.interruption.silences,
            aside=lambda response_id: response_id in state.upstream.out_of_band,
            new_id=state.new_id,
        )

    def __init__(
        self,
        find: Callable[[str], Sequence[Mapping[str, Any]]],
        *,
        silences: Callable[[str], bool],
        aside: Callable[[str], bool],
        new_id: Callable[[], str],
    ) -> None:
        self._find, self._silences, self._aside, self._new_id = find, silences, aside, new_id
        # Item and content part → the text as the model gave it, and what follows it.
        self._added: dict[tuple[str, int], tuple[str, str]] = {}

    def amended(self, actions: Actions) -> Actions:
        """What the client is to be sent instead; the identical objects where nothing is added."""
        result: list[Action] = []
        for action in actions:
            result += (
                [ToClient(each) for each in self._frames(action.frame)] if isinstance(action, ToClient) else [action]
            )
        return result

    def _frames(self, frame: Frame) -> list[Frame]:
        field = _ENDS.get(frame.type)
        if field is not None:
            return self._ended(frame, field)
        if self._added:
            if frame.type == "response.content_part.done":
                place = (string_at(frame.data, "item_id"), number_at(frame.data, "content_index"))
                part = at(frame.data, "part")
                amended = self._part(part, place)
                return [frame if amended is part else frame.changed(part=amended)]
            if frame.type in _ITEMS:
                item = at(frame.data, "item")
                amended = self._item(item)
                return [frame if amended is item else frame.changed(item=amended)]
            if frame.type == "response.done":
                return [self._response(frame)]
        return [frame]

    def _ended(self, frame: Frame, field: str) -> list[Frame]:
        data, response_id = frame.data, string_at(frame.data, "response_id")
        text = string_at(data, field)
        if self._silences(response_id) or self._aside(response_id):
            return [frame]
        named = in_words(self._find(text))
        if not named:
            return [frame]
        self._added[string_at(data, "item_id"), number_at(data, "content_index")] = (text, named)
        if len(self._added) > _REMEMBERED:
            del self._added[next(iter(self._added))]
        ids = {name: value for name, value in data.items() if name not in {field, "type", "event_id", "obfuscation"}}
        kind = frame.type.removesuffix("done") + "delta"
        piece = type(frame).of({"type": kind, "event_id": self._new_id(), **ids, "delta": named}, frame.dialect)
        return [piece, frame.changed(**{field: text + named})]

    def _part(self, part: Json, place: tuple[str, int]) -> Json:
        text, named = self._added.get(place, ("", ""))
        for field in ("text", "transcript"):
            # A part that was cut meanwhile says less, and that is what stands.
            if named and part.get(field) == text:
                return {**part, field: text + named}
        return part

    def _item(self, item: Json) -> Json:
        content: object = item.get("content")
        if not isinstance(content, list):
            return item
        parts = cast("list[object]", content)
        changed = [
            self._part(cast("Json", part), (string_at(item, "id"), index)) if isinstance(part, dict) else part
            for index, part in enumerate(parts)
        ]
        same = all(new is old for new, old in zip(changed, parts, strict=True))
        return item if same else {**item, "content": changed}

    def _response(self, frame: Frame) -> Frame:
        response = at(frame.data, "response")
        output = objects(response.get("output"))
        changed = [self._item(item) for item in output]
        same = all(new is old for new, old in zip(changed, output, strict=True))
        return frame if same else frame.changed(response={**response, "output": changed})


def in_words(citations: Iterable[Mapping[str, Any]]) -> str:
    """Sources as a line to follow an answer: those that bear out a sentence of it, or else the first; "" for none."""
    listed = list(citations)
    bearing = [each for each in listed if each.get("supports")] or listed[:1]
    names = list(dict.fromkeys(_name(each) for each in bearing))[:_MOST]
    return f"\n\nSources: {'; '.join(names)}." if any(names) else ""


def _name(citation: Mapping[str, Any]) -> str:
    title = " ".join(str(citation.get("title") or citation.get("document") or "").split())
    page = citation.get("page")
    return f"{title}, page {page}" if title and isinstance(page, int) else title
