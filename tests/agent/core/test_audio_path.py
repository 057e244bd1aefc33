import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.calls import CallResult
from agent.core.dialect import DIALECTS
from agent.core.frames import Frame
from agent.core.profiles import PROFILES
from agent.core.session import Session, SessionConfig

PREVIEW = DIALECTS["preview"]


def opened(**options):
    ids = itertools.count(1)
    session = Session(
        SessionConfig({"type": "realtime"}, {}, True), new_id=lambda: f"id_{next(ids)}", now=0.0, **options
    )
    for event in ({"type": "session.created", "session": {}}, {"type": "session.updated", "session": {}}):
        session.receive_upstream(Frame(json.dumps(event)), 0.0)
    session.receive_upstream(Frame(json.dumps({"type": "response.created", "response": {"id": "r"}})), 0.0)
    return session


def delta(number=1, audio="AAAA", response="r", item="i", index=0, **more):
    fields = {"response_id": response, "item_id": item, "output_index": 0, "content_index": index}
    event = {"type": "response.output_audio.delta", "event_id": f"event_{number}", **fields, "delta": audio, **more}
    return json.dumps(event, separators=(",", ":"))


def append(audio="AAAA", **more):
    return json.dumps({"type": "input_audio_buffer.append", **more, "audio": audio})


def sent(session, item="i"):
    return session._state.playback._tracks[item, 0].sent_bytes


def test_a_delta_that_went_the_whole_way_opens_it_for_those_like_it():
    session = opened()
    assert not session.audio.spoken(delta(1))
    session.receive_upstream(Frame(delta(1)), 1.0)
    assert session.audio.spoken(delta(22, "AAAAAAA="))
    assert sent(session) == 3 + 5
    assert session.audio.spoken(delta(3, "", obfuscation=None)) is False  # not like it
    assert session.audio.spoken(delta(4, ""))


@pytest.mark.parametrize(
    "other",
    [
        delta(2, item="j"),
        delta(2, response="s"),
        delta(2, index=1),
        delta(2, audio="AA\\u002b"),
        delta(2)[:-1],
        delta(2) + "}",
        delta(2, audio='AA","delta":"AA'),
        delta(2).replace("event_2", "event\\\\"),
        delta(2).replace('"event_2"', "7"),
        json.dumps(json.loads(delta(2))),
        '{"type":"response.output_audio.delta"}',
        "",
    ],
)
def test_any_other_delta_goes_the_whole_way(other):
    session = opened()
    session.receive_upstream(Frame(delta(1)), 1.0)
    assert not session.audio.spoken(other)
    assert sent(session) == 3


@pytest.mark.parametrize(
    "first",
    [
        '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"AAAA","event_id":"e"}',
        '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"AAAA"}',
        '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","event_id":7,"delta":"AAAA"}',
    ],
)
def test_deltas_without_an_event_id_before_the_audio_all_go_the_whole_way(first):
    session = opened()
    session.receive_upstream(Frame(first), 1.0)
    assert not session.audio.spoken(first)


def test_where_names_are_translated_no_delta_takes_the_short_way():
    session = opened(client=PREVIEW)
    session.receive_upstream(Frame(delta(1)), 1.0)
    assert not session.audio.spoken(delta(2))


def test_an_append_opens_it_for_those_like_it():
    session = opened()
    assert not session.audio.heard(append())
    session.receive_client(Frame(append("A" * 64)), 1.0)
    assert session.audio.heard(append("A" * 64 * 500))
    assert session._renewal.continuity.clock.ms == 64 * 501 * 3 // 4 // 48
    assert not session.audio.heard(append("A", event_id="another"))


@pytest.mark.parametrize("order", ["event_id,type", "type,event_id"])
def test_an_append_may_have_another_event_id_each_time(order):
    def sent_as(event_id, audio="A" * 64):
        fields = {"type": "input_audio_buffer.append", "event_id": event_id}
        return json.dumps({name: fields[name] for name in order.split(",")} | {"audio": audio})

    session = opened()
    session.receive_client(Frame(sent_as("event_1")), 1.0)
    assert session.audio.heard(sent_as("event_1000", "A" * 128))
    assert session._renewal.continuity.clock.ms == (64 + 128) * 3 // 4 // 48
    assert not session.audio.heard(sent_as('event"2'))
    assert not session.audio.heard(sent_as(7))
    assert not session.audio.heard(sent_as("two words"))
    assert not session.audio.heard(sent_as("e" * 129))
    assert not session.audio.heard(append("A" * 64))
    assert not session.audio.heard(sent_as("event_3").replace("append", "commit"))


def test_an_append_whose_event_id_is_escaped_opens_nothing():
    session = opened()
    first = json.dumps({"event_id": 'a"b', "type": "input_audio_buffer.append", "audio": "AAAA"})
    assert session.receive_client(Frame(first), 1.0)
    assert not session.audio.heard(first)
    assert not session.audio.heard(first.replace("a\\", "c"))  # which is no JSON


@pytest.mark.parametrize(
    "other",
    [
        append('A","type":"session.update","x":"'),
        append("A\\"),
        '{"type": "input_audio_buffer.append", "audio": "A","type":"response.cancel"}',
        '{"type": "input_audio_buffer.append", "audio": "A',
        '{"type": "input_audio_buffer.append", "audio": "}',
        '{"type": "input_audio_buffer.append", "audio": "A"} ',
        append("A" * 17 * 1024 * 1024),
        '{"type": "input_audio_buffer.clear"}',
    ],
)
def test_nothing_else_of_a_clients_takes_the_short_way(other):
    session = opened()
    session.receive_client(Frame(append()), 1.0)
    assert not session.audio.heard(other)


@pytest.mark.parametrize(
    "first",
    ['{"audio":"AAAA","type":"input_audio_buffer.append"}', '{"type":"input_audio_buffer.append","audio":"A" }'],
)
def test_an_append_that_ends_otherwise_opens_nothing(first):
    session = opened()
    assert session.receive_client(Frame(first), 1.0)
    assert not session.audio.heard(first)
    assert not session.audio.heard('{"audio":"AAAA"}')


def happenings():
    yield "speech", lambda s: s.receive_upstream(Frame('{"type":"input_audio_buffer.speech_started"}'), 2.0)
    yield "client", lambda s: s.receive_client(Frame('{"type":"response.cancel"}'), 2.0)
    yield "tool", lambda s: s.call_finished("c", CallResult("x"), 2.0)
    yield "timer", lambda s: s.handle_timer(2.0)
    yield "lost", lambda s: s.upstream_closed(1006, "", 2.0)
    yield "away", lambda s: s.client_lost(2.0)
    yield "back", lambda s: s.client_back({}, 0, complete=True, now=2.0)
    yield "closed", lambda s: s.client_closed()
    yield "broken", lambda s: s.broken()


@pytest.mark.parametrize("happens", [pytest.param(each, id=name) for name, each in happenings()])
def test_whatever_else_happens_closes_it(happens):
    session = opened()
    session.receive_upstream(Frame(delta(1)), 1.0)
    session.receive_client(Frame(append()), 1.0)
    happens(session)
    assert not session.audio.spoken(delta(2))
    assert not session.audio.heard(append())


def test_a_delta_of_the_transcript_leaves_it_open():
    session = opened()
    session.receive_upstream(Frame(delta(1)), 1.0)
    words = '{"type":"response.output_audio_transcript.delta","response_id":"r","item_id":"i","delta":"so"}'
    assert session.receive_upstream(Frame(words), 1.0)
    assert session.audio.spoken(delta(2))


def words(number=1, text="so ", item="i", kind="response.output_audio_transcript.delta", **more):
    fields = {"response_id": "r", "item_id": item, "output_index": 0, "content_index": 0}
    event = {"type": kind, "event_id": f"event_{number}", **fields, "delta": text, **more}
    return json.dumps(event, separators=(",", ":"))


def undone(session):
    return [(kind, frame.text) for kind, frame in session._renewal.continuity.history._undone._deltas]


def test_words_that_went_the_whole_way_open_it_for_those_like_them():
    session = opened()
    session.receive_upstream(Frame(words(1)), 1.0)
    assert session.audio.spoken(words(22, "far "))
    assert [text for _, text in undone(session)] == [words(1), words(22, "far ")]
    session.receive_upstream(Frame(delta(1)), 1.0)
    assert session.audio.spoken(delta(2))
    assert session.audio.spoken(words(3, ""))


@pytest.mark.parametrize(
    "other",
    [
        words(2, item="j"),
        words(2, kind="response.output_text.delta"),
        words(2, 'a "word"'),
        words(2, obfuscation="x"),
        words(2)[:-1],
        words(2).replace('"event_2"', "7"),
        words(2).replace("so ", 'so","delta":"'),
        "",
    ],
)
def test_any_other_words_go_the_whole_way(other):
    session = opened()
    session.receive_upstream(Frame(words(1)), 1.0)
    assert not session.audio.spoken(other)
    assert len(undone(session)) == 1


@pytest.mark.parametrize(
    "first", [words(1, 'a "word"'), words(1).replace('"event_1"', "7"), words(1).replace('"delta":', '"delta": ')]
)
def test_words_that_cannot_be_followed_open_nothing(first):
    session = opened()
    session.receive_upstream(Frame(first), 1.0)
    assert not session.audio.spoken(first)


def test_words_that_were_changed_on_their_way_open_nothing():
    session = opened()
    hidden = {"id": "f", "type": "function_call", "name": "x", "call_id": "c"}
    added = {"type": "response.output_item.added", "response_id": "r", "output_index": 0, "item": hidden}
    session.receive_upstream(Frame(json.dumps(added)), 1.0)
    later = words(1).replace('"output_index":0', '"output_index":1')
    [shown] = session.receive_upstream(Frame(later), 1.0)
    assert shown.frame.data["output_index"] == 0
    assert not session.audio.spoken(later)


FROM_MODEL = [
    words(6),
    words(7, "far "),
    words(8, "and ", item="j"),
    words(9, kind="response.output_text.delta"),
    *(delta(number, "A" * 8 * number, response, item) for number, response, item in [(1, "r", "i"), (2, "s", "j")]),
    delta(3, "AAA="),
    delta(4, "AAAA", index=1),
    '{"type":"input_audio_buffer.speech_started","item_id":"u"}',
    '{"type":"response.created","response":{"id":"s"}}',
    '{"type":"response.created","response":{"id":"o","conversation_id":null}}',
    delta(5, response="o"),
    '{"type":"response.output_item.done","response_id":"r","output_index":0,"item":{"id":"i","type":"message"}}',
    '{"type":"response.output_item.added","response_id":"r","output_index":0,"item":{"id":"f","type":"function_call"}}',
    '{"type":"response.done","response":{"id":"r","status":"completed","output":[]}}',
    '{"type":"response.output_audio_transcript.delta","response_id":"r","item_id":"i","delta":"so"}',
    '{"type":"error","error":{"code":"session_expired"}}',
    "{",
]
FROM_CLIENT = [
    *(
        f'{{"event_id":"e{number}","type":"input_audio_buffer.append","audio":"{"A" * 16 * number}"}}'
        for number in (1, 2)
    ),
    '{"event_id":"e 5","type":"input_audio_buffer.append","audio":"AAAA"}',
    '{"event_id":"e\n6","type":"input_audio_buffer.append","audio":"AAAA"}',
    '{"event_id":"e"3","type":"input_audio_buffer.append","audio":"AAAA"}',
    '{"event_id":"e\\"4","type":"input_audio_buffer.append","audio":"AAAA"}',
    append("A" * 64),
    append("A" * 32),
    '{"audio":"AAAA","type":"input_audio_buffer.append"}',
    '{"type":"input_audio_buffer.append","audio":"A","audio":"B"}',
    '{"type":"extension.playback","item_id":"i","content_index":0,"played_ms":1}',
    '{"type":"response.cancel"}',
    '{"type":"session.update","session":{"type":"realtime","tools":[]}}',
]
STEPS = st.lists(
    st.one_of(
        st.sampled_from(FROM_MODEL).map(lambda text: ("model", text)),
        st.sampled_from(FROM_CLIENT).map(lambda text: ("client", text)),
        st.just(("lost", "")),
        st.just(("timer", "")),
    ),
    max_size=30,
)


def told(actions):
    return [(type(each).__name__, getattr(getattr(each, "frame", None), "text", repr(each))) for each in actions]


def step(session, side, text, now, *, short):
    if side == "model":
        if short and session.audio.spoken(text):
            return [("ToClient", text)]
        return told(session.receive_upstream(Frame(text), now))
    if side == "client":
        if short and session.audio.heard(text):
            return [("ToUpstream", text)]
        return told(session.receive_client(Frame(text), now))
    return told(session.upstream_closed(1006, "", now) if side == "lost" else session.handle_timer(now))


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_it_does_nothing_but_what_the_whole_way_would_do(steps):
    short, whole = opened(profile=PROFILES["openai"]), opened(profile=PROFILES["openai"])
    for number, (side, text) in enumerate(steps):
        now = 1.0 + number / 10
        assert step(short, side, text, now, short=True) == step(whole, side, text, now, short=False)
        assert short.next_deadline() == whole.next_deadline()
        # Both count sound by the length of its frames; the whole way measures what else is in them on some only.
        far = short._renewal.continuity.clock.ms - whole._renewal.continuity.clock.ms
        assert abs(far) <= 1 + number / 2
        assert vars(short._state.playback)["_tracks"] == vars(whole._state.playback)["_tracks"]
        assert undone(short) == undone(whole)
