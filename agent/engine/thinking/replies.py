"""What the assistant says of its own accord; everything else it says comes from tools and documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.engine.thinking.smalltalk import Intent
from agent.engine.thinking.toolbox import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.engine.thinking.toolbox import Tool

NOT_IN_DOCUMENTS = "I'm sorry, the documents do not say."
NOT_UNDERSTOOD = "I'm sorry, I did not catch that. Could you say it again?"
NOTHING_TO_REPEAT = "I have not said anything yet. What would you like to know?"
STILL_WORKING = "I am still working on that; one moment, please."
CANNOT = "I'm sorry, I cannot help with that."
HELLO = "Hello! How can I help you?"

_FIXED = {
    Intent.GREETING: HELLO,
    Intent.WELLBEING: "I'm doing well, thank you. How can I help you?",
    Intent.THANKS: "You're welcome. Is there anything else?",
    Intent.GOODBYE: "Goodbye, and have a good day.",
    Intent.STOP: "All right.",
    Intent.LOUDER: "I'm sorry, I cannot change that from here. Please adjust the volume or the speed on your side.",
    Intent.ASSENT: "All right. What else would you like to know?",
}

# Up to the first full stop, comma or "who": what follows is how to behave, not who one is.
_PERSONA = re.compile(r"You are ((?:an? |the )?[^.,;:!?\n]{2,80}?)(?=[.,;:!?\n]|\s+(?:who|that|which)\b|$)")
_QUOTED = re.compile(
    r"\b(?:say|greet\b[^\"“:]*with|begin with|start with)\b[^\"“]{0,40}[\"“]([^\"”]+)[\"”]", re.IGNORECASE
)


def smalltalk(intent: Intent, said: str, instructions: str, tools: Sequence[Tool]) -> str:
    """Answer small talk.

    Args:
        intent: What the user did.
        said: The last thing the assistant said, as far as it was heard; "" when nothing.
        instructions: The session's instructions.
        tools: What can be done.
    """
    if intent is Intent.REPEAT:
        return said or NOTHING_TO_REPEAT
    if intent is Intent.IDENTITY:
        role = "" if persona(instructions) else "I am a voice assistant. "
        return role + abilities(instructions, tools)
    if intent is Intent.ABILITIES:
        return abilities(instructions, tools)
    return _FIXED[intent]


def greeting(instructions: str) -> str:
    """The first words, when the assistant is to speak first: those its instructions put in quotes, if any."""
    quoted = _QUOTED.search(instructions)
    return quoted.group(1).strip() if quoted else HELLO


def abilities(instructions: str, tools: Sequence[Tool]) -> str:
    """What the assistant is and can do, from its instructions' first words and the tools' own descriptions."""
    role = persona(instructions)
    deeds = [_deed(tool) for tool in tools]
    if not deeds:
        return f"{role} I have been given no documents or tools to work with.".strip()
    listed = deeds[0] if len(deeds) == 1 else ", ".join(deeds[:-1]) + " and " + deeds[-1]
    invited = " What would you like to know?" if any(tool.searches for tool in tools) else ""
    return f"{role} I can {listed}.{invited}".strip()


def persona(instructions: str) -> str:
    """Who the assistant is: the "You are …" that opens most instructions, said in the first person; "" without one.

    Nothing else of the instructions is ever said: they are meant for the model, and may be confidential.
    """
    match = _PERSONA.match(instructions.strip())
    return f"I am {match.group(1).strip()}." if match else ""


def cannot(tools: Sequence[Tool]) -> str:
    """The answer to a request that no tool serves."""
    return f"{CANNOT} {abilities('', tools)}" if tools else CANNOT


def _deed(tool: Tool) -> str:
    """A tool's description as something that one can do: its first sentence, made to follow "I can"."""
    if tool.searches:
        return "answer questions from the documents"
    first = re.split(r"(?<=[.!?])\s", tool.description.strip(), maxsplit=1)[0].split(";")[0].rstrip(".!? ")
    deed = first or spoken(tool.name)
    head, _, rest = deed.partition(" ")
    return f"{_bare(head)} {rest}".strip()


def _bare(verb: str) -> str:
    """A verb as it follows "can": "Returns" → "return"."""
    verb = verb.lower()
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("ches", "shes", "sses", "xes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb
