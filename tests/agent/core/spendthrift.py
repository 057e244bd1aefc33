"""A session with a price list and a budget, and what a response of it costs: tests of spending share it."""

from __future__ import annotations

from agent.core.budget import Limits, Terms
from agent.core.rates import ANY, Rate, Tariff

# One text token a cent, so that a dollar of budget is a hundred tokens.
CENT = Rate(text_in=10_000.0, text_out=10_000.0, audio_out=10_000.0, minute=6.0)
WARNING, FAREWELL = "Soon over.", "It is over. Goodbye."


def terms(*, tariff=None, translate=False, before=(0.0, 0.0), **limits):
    limits = limits or {"session": 1.0}
    return Terms(
        tariff=tariff or Tariff({ANY: CENT}),
        limits=Limits(**limits),
        user=before[0],
        day=before[1],
        warning=WARNING,
        farewell=FAREWELL,
        translate=translate,
    )


def cents(count):
    """The `usage` of a response that costs so many."""
    return {"input_tokens": count, "output_tokens": 0}


def spends(bench, count, response="r1", **fields):
    """A silent response that costs so many cents."""
    bench.begins(response)
    bench.ends(response, usage=cents(count), **fields)


def states(bench):
    """What the client was told of budgets."""
    return [(event["scope"], event["state"]) for event in bench.seen("extension.budget")]


def said(bench):
    """The sentences that the model was to say, without how it was asked."""
    return [event["response"]["instructions"].partition("nothing else: ")[2] for event in bench.asides]


def says_it(bench, response="a1", ms=2000, cost=0):
    """The model says the sentence that it was asked for last."""
    bench.aside_begins(response)
    bench.audio(response, f"i_{response}", ms)
    bench.ends(response, conversation_id=None, **({"usage": cents(cost)} if cost else {}))


def over(bench):
    """Whether and how the session has ended."""
    return [(end.code, end.reason) for end in bench.hangups]
