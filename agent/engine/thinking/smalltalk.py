"""Small talk: what people say to a voice that is no request, and how to know it."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from agent.engine.thinking import words

if TYPE_CHECKING:
    from agent.engine.thinking.embedding import Memory


class Intent(Enum):
    """What an utterance is when it is no request for a tool."""

    GREETING = "greeting"
    WELLBEING = "wellbeing"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABILITIES = "abilities"
    IDENTITY = "identity"
    REPEAT = "repeat"
    LOUDER = "louder"
    STOP = "stop"
    ASSENT = "assent"


_ASK = r"(?:(?:can|could|would|will) you )?"
# Phrases are matched against the utterance's words alone, in lower case, without punctuation.
_PHRASES: dict[Intent, tuple[str, ...]] = {
    Intent.REPEAT: (
        rf"{_ASK}(?:please )?repeat(?: (?:that|it|this|yourself|the (?:last )?(?:answer|part|sentence)))?",
        rf"{_ASK}(?:please )?say (?:(?:that|it) )?(?:again|once more|one more time)",
        r"come again|once more|one more time|again|what did you (?:just )?say|what was that|sorry what",
        r"(?:sorry )?i did(?:n't| not) (?:hear|catch|get|understand) (?:that|you|it)",
        r"(?:i beg your )?pardon(?: me)?",
    ),
    Intent.THANKS: (
        r"(?:ok |okay |great |perfect |no |good |nice |lovely )*(?:many )?thanks?(?: you)?",
        r"(?:ok |okay |great |perfect )*(?:thanks?|thank you) (?:very much|so much|a lot|again)",
        r"(?:ok |okay |great |perfect )*(?:thanks?|thank you) (?:that(?:'s| is| was)|for) (?:\w+ ?){1,4}",
        r"cheers|much appreciated",
    ),
    Intent.GOODBYE: (
        r"(?:ok |okay |thanks? |thank you |great )*(?:good ?)?bye(?: bye| now| then)?",
        r"see you(?: later| soon| then)?|talk to you later|good night|farewell",
        r"have a (?:nice|good|great) (?:day|evening|one|weekend|night)",
        r"(?:ok |okay |thanks? |thank you )*that(?:'s| is| will be) all(?: for (?:now|today))?",
    ),
    Intent.WELLBEING: (
        r"(?:(?:hi|hello|hey)(?: there)? )?(?:how are you(?: doing)?(?: today)?|how(?:'s| is) it going)",
        r"how do you do|how are things|what's up",
    ),
    Intent.GREETING: (
        r"(?:hi+|hello|hey+|hiya|howdy|greetings)(?: (?:there|everyone|assistant|again|you|hello))*",
        r"(?:(?:hi|hello) )?good (?:morning|afternoon|evening|day)(?: (?:to you|there|everyone))?|nice to meet you",
    ),
    Intent.ABILITIES: (
        r"(?:so )?what (?:can|could) you (?:do|help(?: me)?(?: with)?|tell me|answer)(?: for me)?",
        r"what (?:do|are) you (?:do|able to do|for|good at)|how can you help(?: me)?|help(?: me)?",
        r"what (?:questions )?(?:can|may|should) i ask(?: you)?(?: about)?|what do you know(?: about)?",
        r"what are your (?:capabilities|skills|abilities)|who are you and what can you do",
        r"what kinds? of (?:questions|things) can (?:i ask|you (?:do|answer))(?: you)?",
    ),
    Intent.IDENTITY: (
        r"(?:who|what) are you|what(?:'s| is) your name|who am i (?:talking|speaking) (?:to|with)",
        r"are you (?:a |an )?(?:robot|human|person|real|ai|machine|computer)(?: person)?",
    ),
    Intent.LOUDER: (
        rf"{_ASK}(?:please )?(?:speak |talk )?(?:up|louder|more loudly|slower|more slowly|faster|quieter)(?: please)?",
        r"(?:please )?turn (?:it|the volume) (?:up|down)|i can(?:'t|not) hear you",
    ),
    Intent.STOP: (
        r"(?:please )?(?:stop(?: (?:it|talking|that|there))?|be quiet|quiet|shut up|enough|that(?:'s| is) enough)",
        r"never ?mind|cancel(?: that)?|forget (?:it|that)|wait|hold on|hang on|(?:one|just a) (?:moment|second|sec)",
    ),
    Intent.ASSENT: (
        r"(?:yes|yeah|yep|no|nope|nah)(?: (?:yes|ok|okay|great|good|fine|thanks))*",
        r"(?:ok|okay|alright|all right|right|sure|fine|good|great|perfect|cool|wow)(?: (?:ok|okay|great|thanks))*",
        r"i see|got it|understood|uh huh|mm ?hmm|hmm+|interesting|awesome|nice|excellent|sounds good",
        r"no (?:thanks|thank you)",
        r"(?:ok |okay )?that(?:'s| is) (?:good|great|fine|right|correct|nice|helpful|interesting)",
    ),
}  # fmt: skip
_PATTERNS = tuple((intent, re.compile("|".join(phrases))) for intent, phrases in _PHRASES.items())
_POLITE = re.compile(r"(?: (?:please|again|for me|one more time))+$")

# What the phrases cannot foresee is compared with these by meaning.
_EXAMPLES = {
    Intent.GREETING: ("Hello, is anybody there?", "Hi, I have a question.", "Can you hear me?"),
    Intent.THANKS: ("Thank you, that helped me a lot.", "That is very kind of you."),
    Intent.GOODBYE: ("I have to go now, goodbye.", "That was everything, bye."),
    Intent.ABILITIES: (
        "What can you help me with?",
        "Tell me what you are able to do.",
        "How does this assistant work?",
    ),
    Intent.IDENTITY: ("Am I talking to a real person?", "Who am I speaking with?"),
    Intent.REPEAT: (
        "Could you repeat your last answer?",
        "Can you say that again, please?",
        "What did you say just now?",
    ),
}
ALIKE = 0.72  # cosine from which an utterance is taken for one of the examples
SHORT = 12  # words; longer utterances are about something

_OPENERS = (
    "hi|hello|hey|good (?:morning|afternoon|evening)|ok|okay|so|well|um+|uh+|er+|thanks|thank you|great|please|alright"
)
_LEAD = re.compile(rf"^(?:(?:{_OPENERS}|sorry|excuse me|oh)(?: there| you)?[,.!\s]+)+(?=\S+\s+\S+)", re.IGNORECASE)


def intent(utterance: str, memory: Memory | None = None) -> Intent | None:
    """What kind of small talk an utterance is, if any.

    Args:
        utterance: What the user said.
        memory: Compares by meaning where no known phrase fits; None to go by phrases alone.
    """
    said, bare = (" ".join(words.tokens(text)) for text in (utterance, without_lead(utterance)))
    for kind, pattern in _PATTERNS:
        if any(pattern.fullmatch(form) for form in (said, said.removesuffix(" please"), _POLITE.sub("", said), bare)):
            return kind
    if memory is None or len(said.split()) > SHORT:
        return None
    known = [(kind, example) for kind, several in _EXAMPLES.items() for example in several]
    alike = memory.similarities(utterance, [example for _, example in known])
    best = int(alike.argmax())
    return known[best][0] if alike[best] >= ALIKE else None


def without_lead(utterance: str) -> str:
    """An utterance without the "hello" or "okay, so" that opens it."""
    said = utterance.strip()
    rest = _LEAD.sub("", said)
    return rest[:1].upper() + rest[1:] if rest != said else said


def examples() -> list[str]:
    """Every example, to be embedded ahead of time."""
    return [example for several in _EXAMPLES.values() for example in several]
