"""Token and cost sums equal what the service reported: in any order, beside the conversation, over a renewal."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.frames import Frame
from agent.core.handover import Dial
from agent.core.rates import Rate, Tariff
from agent.core.usage import Usage
from tests.agent.core.recordings import ALL, profile_of, received, session_of
from tests.agent.core.spendthrift import cents, spends, terms
from tests.agent.core.test_renewal import loses, taken_over

HEARD = "conversation.item.input_audio_transcription.completed"
RATE = Rate(1, 2, 3, 0.1, 0.2, 0.3, 4, 5, minute=6)
counts = st.integers(0, 50_000)


@st.composite
def usages(draw):
    """What a service may report of a response."""
    text, audio, image, said, spoken = (draw(counts) for _ in range(5))
    cached = {"text_tokens": draw(st.integers(0, text)), "audio_tokens": draw(st.integers(0, audio))}
    given = {"text_tokens": text, "audio_tokens": audio, "image_tokens": image}
    return {
        "input_tokens": text + audio + image,
        "output_tokens": said + spoken,
        "input_token_details": given | {"cached_tokens": sum(cached.values()), "cached_tokens_details": cached},
        "output_token_details": {"text_tokens": said, "audio_tokens": spoken},
    }


HAPPENS = st.one_of(
    st.tuples(st.just("answer"), usages(), st.sampled_from(["completed", "cancelled", "failed", "incomplete"])),
    st.tuples(st.just("aside"), usages()),
    st.tuples(st.just("transcript"), st.floats(0.1, 60)),
    st.tuples(st.just("renewal")),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happens=st.lists(HAPPENS, max_size=12))
def test_the_sums_equal_what_the_events_said_whatever_happens_in_whatever_order(make_bench, happens):
    bench = make_bench(terms=terms(tariff=Tariff({"*": RATE}), session=1e9)).open()
    read = written = seconds = 0
    for number, (kind, *rest) in enumerate(happens):
        if kind == "renewal":
            bench.lines.clear()
            loses(bench)
            while not any(isinstance(line, Dial) for line in bench.lines):
                bench.tick(1)
            taken_over(bench)
        elif kind == "transcript":
            seconds += rest[0]
            usage = {"type": "duration", "seconds": rest[0]}
            bench.model(HEARD, item_id=f"u{number}", transcript="so", usage=usage)
        else:
            beside = {"conversation_id": None} if kind == "aside" else {}
            bench.begins(f"r{number}", **beside)
            status = rest[1] if kind == "answer" else "completed"
            bench.ends(f"r{number}", usage=rest[0], status=status, **beside)
            read += rest[0]["input_tokens"]
            written += rest[0]["output_tokens"]
    account = bench.session.account
    assert (account.responses.tokens_in, account.responses.tokens_out) == (read, written)
    assert account.transcriptions.seconds == pytest.approx(seconds)
    expected = RATE.cost(account.responses)[0] + RATE.cost(account.transcriptions)[0]
    assert account.cost == pytest.approx(expected)
    assert sum(spent.cost for spent in bench.spent) == pytest.approx(expected)
    if shown := bench.seen("extension.usage"):
        assert shown[-1]["responses"]["text_out"] == account.responses.text_out


@pytest.mark.parametrize("name", ALL)
def test_the_sums_of_a_recorded_session_are_those_of_the_recording(make_bench, name):
    bench = make_bench(profile=profile_of(name), session=session_of(name), terms=terms(session=1e9))
    events = received(name)
    for event in events:
        bench.now += 0.01
        bench.service(Frame.of(event))
    said = Counter()
    for event in events:
        usage = event["usage"] if event["type"] == HEARD else event.get("response", {}).get("usage")
        for field in ("input_tokens", "output_tokens", "seconds"):
            said[field] += (usage or {}).get(field, 0)
    account = bench.session.account
    used, heard = account.responses, account.transcriptions
    assert used.tokens_in + heard.tokens_in == said["input_tokens"]
    assert used.tokens_out + heard.tokens_out == said["output_tokens"]
    assert heard.seconds == said["seconds"]
    assert account.count == sum(event["type"] == "response.done" for event in events) > 0


def test_the_models_that_the_service_names_are_priced_and_others_counted_without(make_bench):
    audio = {"input": {"turn_detection": None, "transcription": {"model": "gpt-4o-transcribe"}}}
    tariff = Tariff({"gpt-realtime": Rate(text_in=1.0)})
    bench = make_bench(terms=terms(tariff=tariff)).open(model="gpt-realtime-2025-08-28", audio=audio)
    spends(bench, 1_000_000)
    assert bench.session.account.cost == pytest.approx(1.0)
    bench.model(HEARD, item_id="u1", transcript="so", usage=cents(10))
    assert [(spent.model, spent.whole) for spent in bench.spent] == [
        ("gpt-realtime-2025-08-28", True),
        ("gpt-4o-transcribe", False),
    ]
    spends(bench, 1, "r2")
    assert [event["cost_usd"] for event in bench.seen("extension.usage")] == [1.0, None]
    assert bench.session.account.transcriptions == Usage(text_in=10)


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": 0}])
def test_a_response_that_reports_nothing_is_not_counted(make_bench, usage):
    bench = make_bench(terms=terms()).open()
    bench.begins("r1")
    bench.ends("r1", usage=usage)
    assert (bench.session.account.count, bench.spent, bench.seen("extension.usage")) == (0, [], [])


def test_without_terms_nobody_counts(bench):
    spends(bench, 10_000)
    bench.tick(60)
    assert (bench.spent, bench.seen("extension.usage"), bench.hangups) == ([], [], [])
