"""Any conversation with a model that keeps the rules of the wire: everything is answered, and nothing twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.dialect import DIALECTS
from agent.core.profiles import PROFILES
from tests.scenarios.in_memory import Stage
from tests.scenarios.language import Say, Scenario, call

seconds = st.floats(0.01, 3.0).map(lambda value: round(value, 2))
parts = st.one_of(
    st.builds(Say, st.just("words"), seconds),
    st.sampled_from([call("quick"), call("slow"), call("fragile"), call("hanging"), call("unknown")]),
)
steps = st.one_of(
    st.tuples(st.just("asks"), seconds),
    st.tuples(st.just("types")),
    st.tuples(st.just("waits"), seconds),
    st.tuples(st.just("stops")),
)


@st.composite
def dialogues(draw):
    talk = Scenario("any conversation", stock=draw(st.booleans()))
    talk.model.has(nameless_errors=draw(st.booleans()), speed=draw(st.sampled_from([1.0, 10.0, 100.0])))
    talk.tools.quick.returns("quick", after=draw(st.floats(0.0, 0.3)))
    talk.tools.slow.returns("slow", after=draw(st.floats(0.3, 5.0)))
    talk.tools.fragile.fails("broken", after=draw(st.floats(0.0, 1.0)))
    talk.tools.hanging.hangs(timeout=draw(st.floats(0.5, 4.0)))
    talk.model.responses = draw(st.lists(st.lists(parts, min_size=1, max_size=4), max_size=6))
    for verb, *arguments in draw(st.lists(steps, min_size=1, max_size=6)):
        if verb == "asks":
            talk.caller.asks("a question", seconds=arguments[0])
        elif verb == "types":
            talk.caller.types("a question")
        elif verb == "stops":
            talk.caller.sends({"type": "response.cancel"})
        else:
            talk.caller.waits(arguments[0])
    talk.caller.waits(80)
    talk.caller.hears_out()
    return talk


@settings(max_examples=150, deadline=None)
@given(
    talk=dialogues(),
    latency=st.sampled_from([0.0, 0.01, 0.03, 0.15]),
    profile=st.sampled_from(sorted(PROFILES)),
    client=st.sampled_from(sorted(DIALECTS)),
)
def test_every_output_is_answered_and_nothing_is_answered_twice(talk, latency, profile, client):
    played = Stage(talk, latency, profile=profile, client=client).run()
    model, seen = played.model, played.seen
    stopped = any(step.arguments == ({"type": "response.cancel"},) for step in talk.steps)
    assert stopped or not model.unread, "an output that no response has seen"
    assert not model.needless, "an answer given twice"
    assert model.by_client <= [step.verb for step in talk.steps].count("type"), "a request of the client's sent twice"
    assert set(model.errors) <= {"conversation_already_has_active_response", "response_cancel_not_active"}
    assert set(seen.errors) <= {None}
    assert seen.closed is None
