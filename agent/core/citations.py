"""Citations: where the answers of a session stand, sentence by sentence, as far as they were heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.core import messages
from agent.core.actions import Action, ToClient
from agent.core.events import objects
from agent.core.fields import number_at, string_at
from agent.core.heard import SpokenPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agent.core.frames import Frame
    from agent.core.playback import Playback
    from agent.core.toolwork import ToolWork

Json: TypeAlias = dict[str, Any]
Cite: TypeAlias = (
    "Callable[[str, Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]"
)

TRANSCRIPT_DELTAS = frozenset({"response.output_audio_transcript.delta", "response.audio_transcript.delta"})
# Answers that are remembered with their citations, for a client that comes back.
MOST_ANSWERS = 64
_SOUND = frozenset({"audio", "output_audio"})


@dataclass(slots=True)
class Answer:
    """An answer and what it stands on.

    Attributes:
        item_id: Its item.
        response_id: Its response.
        evidence: What had been retrieved when it began.
        parts: Its spoken parts, by content index.
        texts: What each part says, once it is whole.
        found: Its citations, those of unheard sentences too; None before it is whole.
        cut: Content index and ms where its sound was cut; None where it was not.
        told: The event that the client was sent last.
    """

    item_id: str
    response_id: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()
    parts: dict[int, SpokenPart] = field(default_factory=dict[int, SpokenPart])
    texts: list[str] = field(default_factory=list[str])
    found: Sequence[Mapping[str, Any]] | None = None
    cut: tuple[int, int] | None = None
    told: Json | None = None


def cite_all(
    _answer: str, retrieved: Sequence[Mapping[str, Any]], _earlier: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Pick whatever was retrieved: where nobody judges what bears out an answer."""
    return retrieved


class Citations:
    """The citations of one session, whose model may be replaced meanwhile.

    Args:
        tools: Knows what was retrieved.
        playback: Knows what was passed on.
        cite: Picks, from what was retrieved in this turn and before it, what bears out an answer.
        enabled: The client is told.
        new_id: Gives a fresh event id.
    """

    def __init__(
        self, tools: ToolWork, playback: Playback, cite: Cite, *, enabled: bool, new_id: Callable[[], str]
    ) -> None:
        self._tools = tools
        self._playback = playback
        self._cite = cite
        self._enabled = enabled
        self._new_id = new_id
        self._answers: dict[str, Answer] = {}

    def find(self, answer: str) -> Sequence[Mapping[str, Any]]:
        """What bears out a text that was just said or written."""
        evidence, earlier = self._tools.evidence, self._tools.earlier
        return self._cite(answer, evidence, earlier) if answer.strip() and (evidence or earlier) else ()

    def spoken(self, frame: Frame) -> None:
        """A piece of a transcript has come; read only where there is something to cite."""
        if not self._enabled or not self._tools.evidence:
            return
        data = frame.data
        answer = self._answer(string_at(data, "item_id"))
        answer.evidence = answer.evidence or tuple(self._tools.evidence)
        index = number_at(data, "content_index")
        sent_ms = self._playback.sent_ms(answer.item_id, index)
        answer.parts.setdefault(index, SpokenPart()).said(string_at(data, "delta"), sent_ms)

    def answered(self, response_id: str, item: Mapping[str, Any]) -> list[Action]:
        """An item of the assistant's is done: tell what it stands on."""
        item_id = item.get("id")
        if not self._enabled or not isinstance(item_id, str):
            return []
        begun = self._answers.get(item_id)
        evidence = tuple(self._tools.evidence) or (begun.evidence if begun else ())
        parts = objects(item.get("content"))
        texts = [str(part.get("transcript") or part.get("text") or "") for part in parts]
        if begun and not any(texts):
            # Some services do not say again what an answer that was cut had said.
            texts = [
                begun.parts[at].text if at in begun.parts else "" for at in range(max(begun.parts, default=-1) + 1)
            ]
        whole = "\n".join(texts)
        if not whole.strip() or not (evidence or self._tools.earlier):
            return []
        answer = self._answer(item_id)
        answer.response_id, answer.evidence, answer.texts = response_id, evidence, texts
        for at, text in enumerate(texts):
            spoken = answer.parts.get(at)
            if spoken is not None:
                spoken.text = text
            elif at < len(parts) and string_at(parts[at], "type") in _SOUND:
                answer.parts[at] = SpokenPart(text)
        answer.found = self._cite(whole, evidence, self._tools.earlier)
        return self._tell(answer) if answer.found else []

    def cut(self, item_id: str, content_index: int, heard_ms: int) -> list[Action]:
        """The sound of an answer was cut; cut twice, the earlier cut counts. Where less stands, tell."""
        answer = self._answers.get(item_id)
        if answer is None or (answer.cut is not None and answer.cut <= (content_index, heard_ms)):
            return []
        answer.cut = (content_index, heard_ms)
        return self._tell(answer) if answer.found else []

    def forget(self, item_id: str) -> None:
        """An item is no part of the conversation any more."""
        self._answers.pop(item_id, None)

    def again(self) -> list[Action]:
        """Everything that stands, for a client that has come back and may have forgotten it."""
        standing = [answer.told for answer in self._answers.values() if answer.told is not None]
        return [ToClient(messages.citations(self._new_id(), **told)) for told in standing if told["found"]]

    def _answer(self, item_id: str) -> Answer:
        answer = self._answers.setdefault(item_id, Answer(item_id))
        if len(self._answers) > MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        return answer

    def _tell(self, answer: Answer) -> list[Action]:
        heard = self._heard(answer)
        bounds = _bounds(answer.texts)
        standing = [_standing(each, bounds, heard) for each in answer.found or ()]
        told: Json = {
            "response_id": answer.response_id,
            "item_id": answer.item_id,
            "found": [each for each in standing if each is not None],
            "heard": heard,
        }
        if told == answer.told or (answer.told is None and not told["found"]):
            return []
        answer.told = told
        return [ToClient(messages.citations(self._new_id(), **told))]

    def _heard(self, answer: Answer) -> Json | None:
        part = None if answer.cut is None else answer.parts.get(answer.cut[0])
        if answer.cut is None or part is None:
            return None
        index, ms = answer.cut
        sent, complete = self._playback.sent_ms(answer.item_id, index), self._playback.is_complete(answer.item_id)
        return {"content_index": index, "characters": part.heard(ms, sent, complete=complete), "ms": ms}


def _bounds(texts: Sequence[str]) -> list[int]:
    """Where each part begins in the text of all parts, each on a line of its own."""
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    return starts[:-1]


def _standing(citation: Mapping[str, Any], bounds: Sequence[int], heard: Json | None) -> Json | None:
    """A citation with what it supports of what was heard; None where it supported something, and that was not heard."""
    supports = [each for each in objects(citation.get("supports")) if _has_place(each)]
    placed = [_placed(support, bounds) for support in supports]
    kept = [support for support in placed if heard is None or _was_heard(support, heard)]
    if supports and not kept:
        return None
    if not supports and heard is not None and not heard["content_index"] and not heard["characters"]:
        return None
    return {**citation, "supports": kept} if "supports" in citation else dict(citation)


def _has_place(support: Json) -> bool:
    return isinstance(support.get("from"), int) and isinstance(support.get("to"), int)


def _placed(support: Json, bounds: Sequence[int]) -> Json:
    index = max((at for at, start in enumerate(bounds) if start <= support["from"]), default=0)
    within = {name: cast("int", support[name]) - bounds[index] for name in ("from", "to")}
    return {"content_index": index, **support, **within}


def _was_heard(support: Json, heard: Json) -> bool:
    # A sentence that was begun was heard in part; one of which not a character was is as good as unsaid.
    return (support["content_index"], support["from"]) < (heard["content_index"], heard["characters"])
