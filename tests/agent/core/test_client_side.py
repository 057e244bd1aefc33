"""What a client sends, in whichever dialect: what passes, what is dropped, and in whose names it is answered."""

from __future__ import annotations

import pytest

from agent.core.frames import Frame
from tests.agent.core.judges import judge

MESSAGE = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "hello"}]}


@pytest.fixture
def make(make_bench, enforced):
    return lambda **faces: make_bench(extensions=False, session=enforced, **faces).open()


@pytest.mark.parametrize("assumed", ["ga", "preview", "voice-live"])
def test_a_ga_session_object_shows_a_ga_client(make, assumed):
    bench = make(client=assumed)
    bench.caller("session.update", session={"type": "realtime", "output_modalities": ["text"]})
    assert bench.session.client_dialect.name == "ga"
    bench.audio("r1")
    assert bench.client[-1].type == "response.output_audio.delta"


def test_a_session_object_without_a_type_shows_a_preview_client(make):
    bench = make(client="ga")
    bench.audio("r1")
    bench.caller("session.update", session={"modalities": ["text"]})
    bench.audio("r1")
    assert [frame.type for frame in bench.client] == ["response.output_audio.delta", "response.audio.delta"]
    assert bench.sent("session.update")[0]["session"] == {"type": "realtime", "output_modalities": ["text"]}


def test_only_the_first_session_object_tells(make):
    bench = make(client="preview")
    bench.caller("session.update", session={"modalities": ["text"]})
    bench.caller("session.update", session={"type": "realtime"})
    assert bench.session.client_dialect.name == "preview"


@pytest.mark.parametrize("profile", ["openai", "azure-preview", "voice-live"])
@pytest.mark.parametrize("client", ["ga", "preview", "voice-live"])
def test_enforced_fields_are_dropped_in_silence_and_the_client_gets_its_own_view_in_its_own_names(
    make, profile, client
):
    """Trap openai-realtime-api-beta#115: any client can update the session."""
    bench = make(profile=profile, client=client)
    enforced = {"instructions": "mine", "tool_choice": "none", "voice": "echo", "prompt": {}, "tracing": "auto"}
    mine = {"type": "realtime"} if client == "ga" else {}
    bench.caller("session.update", session=mine | enforced)
    assert bench.upstream == []
    [frame] = bench.client
    judge(frame.data, client)
    assert frame.type == "session.updated"
    session = frame.data["session"]
    assert session["id"] == "sess_1"
    assert not {"instructions", "tools", "tool_choice"} & session.keys()
    assert ("type" in session) == (client == "ga")
    assert ("turn_detection" in session) == (client != "ga")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("azure", {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}),
        ("azure-preview", {"turn_detection": {"type": "semantic_vad"}}),
        ("voice-live", {"turn_detection": {"type": "azure_semantic_vad"}}),
    ],
)
@pytest.mark.parametrize("client", ["ga", "preview"])
def test_what_is_the_clients_to_choose_reaches_every_service_in_its_names(make, profile, client, expected):
    bench = make(profile=profile, client=client)
    detection = {"type": "semantic_vad"}
    ga = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    bench.caller("session.update", event_id="mine", session=ga if client == "ga" else {"turn_detection": detection})
    [update] = bench.sent("session.update")
    assert update == {"type": "session.update", "event_id": "mine", "session": expected}


@pytest.mark.parametrize("profile", ["azure", "azure-preview"])
def test_a_preview_clients_item_reaches_every_service_in_its_names(make, profile):
    bench = make(profile=profile, client="preview")
    bench.caller("conversation.item.create", item=MESSAGE)
    [event] = bench.sent("conversation.item.create")
    assert event["item"]["content"][0]["type"] == ("output_text" if profile == "azure" else "text")


def test_a_refusal_names_the_field_as_the_client_does(make):
    bench = make(client="preview")
    bench.caller("session.update", session={"modalities": ["text"]})
    bench.model("error", error={"type": "x", "message": "no", "param": "session.output_modalities", "event_id": "a"})
    assert bench.seen("error")[0]["error"]["param"] == "session.modalities"


@pytest.mark.parametrize("response", [{"conversation": "none"}, {"input": []}])
def test_a_response_that_a_service_cannot_give_is_refused_rather_than_given_otherwise(make, response):
    """Voice Live would answer aloud, in the conversation."""
    bench = make(profile="voice-live")
    bench.caller("response.create", response=response, event_id="e1")
    error = bench.seen("error")[0]["error"]
    assert (error["code"], error["event_id"]) == ("unsupported_parameter", "e1")
    assert bench.upstream == []
    bench.caller("response.create", response={"metadata": {}})
    assert len(bench.creates) == 1


@pytest.mark.parametrize("conversation", ["auto", "none"])
@pytest.mark.parametrize(
    ("wanted", "passed"), [(50, {"max_output_tokens": 50}), (101, {}), ("inf", {}), (None, {}), ([], {}), (1e9, {})]
)
def test_a_client_may_want_shorter_answers_than_the_server_allows_and_no_longer_ones(
    make_bench, conversation, wanted, passed
):
    """Trap VoiceRAG 8: server settings are bypassed by a `response.create` with overrides."""
    bench = make_bench(session={"type": "realtime", "max_output_tokens": 100}).open()
    response = {"conversation": conversation, "metadata": {"a": "b"}}
    bench.caller("response.create", response=response | {"max_output_tokens": wanted})
    assert [event["response"] for event in bench.creates] == [response | passed]


@pytest.mark.parametrize("limit", [{}, {"max_output_tokens": "inf"}])
def test_where_the_server_sets_no_limit_a_client_may_set_any(make_bench, limit):
    bench = make_bench(session={"type": "realtime"} | limit).open()
    bench.caller("response.create", response={"max_output_tokens": 4000})
    assert [event["response"] for event in bench.creates] == [{"max_output_tokens": 4000}]


def test_a_response_cannot_be_asked_about_the_items_of_our_tools(make):
    """Prompt and tool extraction: the model would read the output out."""
    bench = make()
    bench.begins("r1")
    bench.calls("r1", "c1")
    reference = {"conversation": "none", "input": [{"type": "item_reference", "id": "fc_c1"}]}
    bench.caller("response.create", response=reference)
    assert bench.seen("error")[0]["error"]["code"] == "item_not_found"
    assert bench.creates == []


def test_an_event_id_that_is_no_text_is_not_repeated(make):
    bench = make(profile="voice-live")
    bench.caller("response.create", response={"conversation": "none"}, event_id=7)
    assert bench.seen("error")[0]["error"]["event_id"] is None


@pytest.mark.parametrize("session", [None, 7, [], "x"])
@pytest.mark.parametrize("client", ["ga", "preview"])
def test_a_session_that_is_no_object_is_refused_in_every_dialect(make, client, session):
    bench = make(client=client)
    bench.caller({"type": "session.update", "session": session})
    assert bench.seen("error")[0]["error"]["param"] == "session"
    assert bench.session.client_dialect.name == client


@pytest.mark.parametrize("profile", ["azure", "azure-preview"])
@pytest.mark.parametrize("client", ["ga", "preview"])
@pytest.mark.parametrize("depth", [50, 300, 480, 900, 960, 990, 1100, 5000])
def test_nesting_however_deep_does_not_end_a_session(make, profile, client, depth):
    bench = make(profile=profile, client=client)
    deep = '{"a":' * depth + "1" + "}" * depth
    content = f'[{{"type":"text"}},{{"type":"odd","x":{deep}}}]'
    item = f'{{"type":"message","role":"assistant","content":{content}}}'
    bench.caller(Frame(f'{{"type":"conversation.item.create","item":{item}}}'))
    fields = (
        f'"input_audio_transcription":{deep}' if client == "preview" else f'"audio":{{"input":{{"format":{deep}}}}}'
    )
    for _ in range(2):
        bench.caller(Frame(f'{{"type":"session.update","session":{{{fields}}}}}'))
    assert bench.hangups == []
    assert len(bench.upstream) + len(bench.seen("error")) == 3
