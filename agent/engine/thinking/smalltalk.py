"""Small talk: what people say to a voice that is no request, and what to answer."""

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


_EXACT = (
    (Intent.REPEAT, r"(?:(?:can|could|would|will) you )?(?:please )?(?:repeat (?:that|it|this|yourself|the (?:last )?(?:answer|part|sentence))|repeat|say (?:that|it) (?:again|once more)|say again|come again|once more|one more time|what did you (?:just )?say|what was that|i did(?:n't| not) (?:hear|catch|get|understand) (?:that|you|it)|pardon(?: me)?|i beg your pardon|sorry what)(?: (?:please|again|for me|one more time|once more))*"),
    (Intent.THANKS, r"(?:(?:ok|okay|great|perfect|no|good|nice|lovely) )*(?:thanks?(?: you)?|thank you|cheers|much appreciated|many thanks)(?: (?:very much|so much|a lot|again|you|for (?:your|the|that|all your)(?: \w+){0,2}|that(?:'s| is| was) (?:all|great|helpful|perfect|it)))*"),
    (Intent.GOODBYE, r"(?:(?:ok|okay|thanks?|thank you|great) )*(?:good ?bye|bye(?: bye)?|see you(?: later| soon| then)?|talk to you later|have a (?:nice|good|great) (?:day|evening|one|weekend|night)|good night|farewell|that(?:'s| is| will be) all(?: for (?:now|today))?)(?: (?:now|then|bye))*"),
    (Intent.WELLBEING, r"(?:(?:hi|hello|hey)(?: there)? )?(?:how are you(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|how are things|what(?:'s| is) up)"),
    (Intent.GREETING, r"(?:hi+|hello|hey+|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|nice to meet you|hello hello)(?: (?:there|everyone|assistant|again|you))*(?: (?:hi|hello|good (?:morning|afternoon|evening)))*"),
    (Intent.ABILITIES, r"(?:so )?(?:what (?:can|could) you (?:do|help(?: me)?(?: with)?|tell me|answer)(?: for me)?|what (?:do|are) you (?:do|able to do|for|good at)|how can you help(?: me)?|what (?:can|may|should) i ask(?: you)?(?: about)?|what questions can i ask|help(?: me)?|who are you and what can you do|what are your (?:capabilities|skills|abilities)|what do you know(?: about)?|what kinds? of (?:questions|things) can (?:i ask|you (?:do|answer))(?: you)?)"),
    (Intent.IDENTITY, r"(?:who|what) are you|are you (?:a |an )?(?:robot|human|person|real|ai|machine|computer)(?: person)?|what(?:'s| is) your name|who am i (?:talking|speaking) (?:to|with)"),
    (Intent.LOUDER, r"(?:please |can you |could you )?(?:speak |talk )?(?:up|louder|more loudly|slower|more slowly|faster|quieter|turn (?:it|the volume) (?:up|down))(?: please)?|i can(?:'t|not) hear you"),
    (Intent.STOP, r"(?:please )?(?:stop|stop (?:it|talking|that|there)|be quiet|quiet|shut up|never ?mind|cancel(?: that)?|forget (?:it|that)|enough|that(?:'s| is) enough|wait|hold on|hang on|one (?:moment|second|sec))(?: please)?"),
    (Intent.ASSENT, r"(?:(?:yes|yeah|yep|no|nope|nah|ok|okay|alright|all right|right|sure|fine|good|great|perfect|cool|wow|i see|got it|understood|uh huh|mm ?hmm|hmm+|interesting|awesome|nice|excellent|sounds good|that(?:'s| is) (?:good|great|fine|right|correct|nice|helpful|interesting)|no (?:thanks|thank you))(?: |$))+"),
)  # fmt: skip
_PATTERNS = tuple((intent, re.compile(pattern)) for intent, pattern in _EXACT)

# What the patterns cannot foresee is compared with these by meaning.
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

_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|ok|okay|so|well|um+|uh+|er+|thanks|thank you|great|please|alright|sorry|excuse me|oh)"
    r"(?: there| you)?[,.!\s]+)+(?=\S+\s+\S+)",
    re.IGNORECASE,
)


def intent(utterance: str, memory: Memory | None = None) -> Intent | None:
    """What kind of small talk an utterance is, if any.

    Args:
        utterance: What the user said.
        memory: Compares by meaning where no known phrase fits; None to go by phrases alone.
    """
    said = " ".join(words.tokens(utterance))
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(said):
            return kind
    if memory is None or len(said.split()) > SHORT:
        return None
    examples = [(kind, example) for kind, several in _EXAMPLES.items() for example in several]
    alike = memory.similarities(utterance, [example for _, example in examples])
    best = int(alike.argmax())
    return examples[best][0] if alike[best] >= ALIKE else None


def without_lead(utterance: str) -> str:
    """An utterance without the "hello" or "okay, so" that opens it."""
    rest = _LEAD.sub("", utterance.strip())
    return rest[:1].upper() + rest[1:] if rest != utterance.strip() else rest


def examples() -> list[str]:
    """Every example, to be embedded ahead of time."""
    return [example for several in _EXAMPLES.values() for example in several]
