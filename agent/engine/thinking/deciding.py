"""Deciding what to do with a conversation: talk, ask, call tools, or report what they gave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from agent.engine.parts import Call, Say
from agent.engine.thinking import answering, asking, followups, passages, readback, reading, replies, smalltalk, told
from agent.engine.thinking.choosing import choose, rank
from agent.engine.thinking.doubt import doubtful
from agent.engine.thinking.smalltalk import Intent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.engine.parts import Thought
    from agent.engine.thinking.conversation import Outcome, Turn
    from agent.engine.thinking.request import Context
    from agent.engine.thinking.toolbox import Parameter, Tool


class Decision:
    """One decision, with all that it is made on."""

    def __init__(self, thought: Thought, turn: Turn, tools: Sequence[Tool], context: Context) -> None:
        self._thought, self._turn, self._tools, self._context = thought, turn, tools, context

    def make(self) -> list[Say | Call]:
        """What to say, or which tools to call."""
        sentence = told.verbatim(self._thought.instructions)
        if sentence is not None:
            return [Say(sentence)]
        results, asked_since = told.news(self._thought.items)
        news = " ".join(readback.say(result) for result in results)
        if news and not asked_since:
            return [Say(news)]
        answer = self._answer()
        return [Say(f"{news} {answer[0].text}")] if news and isinstance(answer[0], Say) else answer

    def _answer(self) -> list[Say | Call]:
        forced = self._forced()
        done = [outcome for outcome in self._turn.outcomes if outcome.output is not None]
        if done or self._turn.outcomes:
            # After outputs comes the answer: a second round of calls would let a stubborn tool_choice go on for ever.
            return [Say(self._report(self._turn.outcomes))]
        if self._turn.late:
            # What was asked last has been answered; this was asked before, and took longer.
            return [Say(self._report(self._turn.late))]
        if forced is not None:
            return self._obey(forced)
        return self._free()

    def _forced(self) -> list[Tool] | None:
        """The tools of which one must be called; None where calling is free."""
        choice = self._thought.tool_choice
        if not isinstance(choice, str):
            name = choice.get("name")
            return [tool for tool in self._tools if tool.name == name] or None
        return list(self._tools) or None if choice == "required" else None

    def _obey(self, tools: Sequence[Tool]) -> list[Say | Call]:
        """Call one of these tools, whatever was said; ask for what it lacks only if nothing at all can be given."""
        request = self._request()
        chosen = rank(request, tools, self._context)
        searches = [choice for choice in chosen if choice.tool.searches]
        best = next((choice for choice in chosen if not choice.filled.missing), searches[0] if searches else chosen[0])
        if best.filled.missing:
            return [Say(asking.ask(best.filled.missing[0]))]
        return [Call(best.tool.name, _text(best.filled.arguments))]

    def _free(self) -> list[Say | Call]:
        turn = self._turn
        if not turn.asked:
            return [Say(replies.greeting(self._thought.instructions))]
        if not any(char.isalnum() for char in turn.request):
            return [Say(replies.NOT_UNDERSTOOD)]
        callable_now: Sequence[Tool] = () if self._thought.tool_choice == "none" else self._tools
        pending = asking.asked_for(turn.questions[-1], callable_now) if turn.questions else None
        if pending:
            answered = self._answered(*pending)
            if answered:
                return answered
        intent = smalltalk.intent(turn.request, self._context.memory)
        if intent is not None:
            return [Say(replies.smalltalk(intent, turn.said, self._thought.instructions, self._tools))]
        choices = choose(self._request(), callable_now, self._context)
        if not choices:
            return [Say(replies.cannot(self._tools))]
        lacking = next((choice for choice in choices if choice.filled.missing), None)
        if lacking:
            return [Say(asking.ask(lacking.filled.missing[0]))]
        return self._called([(choice.tool.name, _text(choice.filled.arguments)) for choice in choices])

    def _answered(self, tool: Tool, parameter: Parameter) -> list[Say | Call] | None:
        """Go on with a tool whose missing argument has just been asked for; None when the reply is something else."""
        turn = self._turn
        if smalltalk.intent(turn.request) in {Intent.STOP, Intent.GOODBYE, Intent.REPEAT, Intent.THANKS}:
            return None
        before = self._unfinished(tool)
        filled = asking.reply(tool, parameter, before, turn.request, self._context)
        if filled is None:
            return None
        if filled.missing:
            return [Say(asking.ask(filled.missing[0]))]
        return self._called([(tool.name, _text(filled.arguments))])

    def _unfinished(self, tool: Tool) -> list[str]:
        """What the user has said towards this call: the request, and replies to our questions about it."""
        towards: list[str] = []
        for said, reply in zip(reversed(self._turn.earlier), reversed(self._turn.questions), strict=True):
            asked = asking.asked_for(reply, [tool])
            if not asked:
                break
            towards.insert(0, said)
        return towards

    def _called(self, calls: Sequence[tuple[str, str]]) -> list[Say | Call]:
        """Call tools, save those whose result came while the user spoke over it: doing it twice may order it twice."""
        known = [outcome for outcome in self._turn.unheard if any(outcome.same_call(*call) for call in calls)]
        new = [call for call in calls if not any(outcome.same_call(*call) for outcome in known)]
        if new:
            return [Call(name, arguments) for name, arguments in new]
        return [Say(self._report(known))]

    def _request(self) -> str:
        request = smalltalk.without_lead(self._turn.request)
        return followups.resolve(request, self._turn.earlier, self._context.memory)

    def _report(self, outcomes: Sequence[Outcome]) -> str:
        """Say what the tools gave, each result once."""
        said = [self._say(outcome) for outcome in outcomes if outcome.output is not None]
        if not said:
            return replies.STILL_WORKING
        if len(said) > 1:
            said = [text for text in said if text != replies.NOT_IN_DOCUMENTS] or said[:1]
        return " ".join(dict.fromkeys(said))

    def _say(self, outcome: Outcome) -> str:
        found = passages.find(outcome.output or "")
        if found is None:
            return readback.say(outcome.output or "")
        question = _question(outcome.arguments) or self._request()
        read = reading.read(question, found, self._context.memory)
        if doubtful(read):
            return replies.NOT_IN_DOCUMENTS
        return answering.compose(read) or replies.NOT_IN_DOCUMENTS


def _question(arguments: str) -> str:
    """The question that a search was made for: the longest text among its arguments."""
    try:
        given: object = json.loads(arguments)
    except ValueError:
        return ""
    if not isinstance(given, dict):
        return ""
    return max(
        (text for text in cast("dict[str, object]", given).values() if isinstance(text, str)), key=len, default=""
    )


def _text(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False)
