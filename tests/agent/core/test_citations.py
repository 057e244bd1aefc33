"""Citations of what was heard, through the session."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.citations import MOST_ANSWERS
from agent.core.interruption import REPORT_TIME
from agent.core.toolwork import REMEMBERED
from tools.search.citing import cite

LEAVE = {"id": "leave", "document": "handbook.pdf", "text": "You have 25 days of leave.", "start": 10, "end": 36}
SICK = {"id": "sick", "document": "sick.md", "text": "Sick leave is paid in full.", "start": 0, "end": 27}
FIRST, SECOND = LEAVE["text"], SICK["text"]
TWO = f"{FIRST} {SECOND}"


def searched(bench, *passages, call="c1"):
    """A turn in which passages were retrieved, up to the beginning of the answer."""
    bench.begins(f"ask_{call}")
    bench.calls(f"ask_{call}", call)
    bench.finish(call, citations=passages or [LEAVE, SICK])
    bench.ends(f"ask_{call}")
    bench.clear()


def says(bench, *sentences, item="a1", response="r1", finish=True, ms=2000):
    """An answer of so many ms a sentence, its words before their sound."""
    bench.begins(response)
    place = {"response_id": response, "output_index": 0, "item_id": item, "content_index": 0}
    for sentence in sentences:
        bench.model("response.output_audio_transcript.delta", **place, delta=sentence)
        bench.audio(response, item, ms)
    if finish:
        done(bench, "".join(sentences), item, response)


def done(bench, text, item="a1", response="r1", status="completed"):
    content = [{"type": "output_audio", "transcript": text}] if text is not None else []
    whole = {"id": item, "type": "message", "role": "assistant", "status": status, "content": content}
    bench.model("response.output_item.done", response_id=response, output_index=0, item=whole)


def interrupts(bench, at_ms, item="a1"):
    bench.user()
    bench.caller("extension.playback", item_id=item, content_index=0, played_ms=at_ms, stopped=True)


def cited(bench):
    """Of each event: the ids of what is cited."""
    return [[each["id"] for each in event["citations"]] for event in bench.seen("extension.citations")]


@pytest.fixture
def citing(make_bench):
    bench = make_bench(cite=cite).open()
    searched(bench)
    return bench


def test_every_sentence_of_an_answer_has_its_sources(citing):
    says(citing, FIRST, " ", SECOND)
    (event,) = citing.seen("extension.citations")
    assert (event["response_id"], event["item_id"], event["heard"]) == ("r1", "a1", None)
    said = {each["id"]: [TWO[one["from"] : one["to"]] for one in each["supports"]] for each in event["citations"]}
    assert said == {"leave": [FIRST], "sick": [SECOND]}
    assert {one["content_index"] for each in event["citations"] for one in each["supports"]} == {0}


def test_a_barge_in_before_a_sentence_drops_its_citation(citing):
    says(citing, f"{FIRST} ", SECOND)
    interrupts(citing, 1500)
    assert cited(citing) == [["leave", "sick"], ["leave"]]
    last = citing.seen("extension.citations")[-1]
    assert (last["item_id"], last["heard"]["ms"], last["heard"]["content_index"]) == ("a1", 1500, 0)
    assert TWO[: last["heard"]["characters"]] == FIRST[:20]


def test_a_barge_in_within_a_sentence_keeps_its_citation(citing):
    says(citing, f"{FIRST} ", SECOND)
    interrupts(citing, 2500)
    assert cited(citing)[-1] == ["leave", "sick"]


def test_a_barge_in_before_the_answer_is_whole_counts_when_it_is(citing):
    says(citing, f"{FIRST} ", SECOND, finish=False)
    interrupts(citing, 1500)
    assert cited(citing) == []
    done(citing, TWO, status="incomplete")
    assert cited(citing) == [["leave"]]


def test_an_answer_of_which_nothing_was_heard_cites_nothing(citing):
    says(citing, FIRST, finish=False)
    citing.user()
    citing.tick(REPORT_TIME + 0.1)
    done(citing, FIRST, status="incomplete")
    assert cited(citing) == []


def test_citations_that_were_shown_are_taken_back_when_nothing_was_heard(citing):
    says(citing, FIRST)
    interrupts(citing, 1)
    assert cited(citing) == [["leave", "sick"], []]


def test_an_answer_that_was_heard_to_its_end_keeps_its_citations(citing):
    says(citing, f"{FIRST} ", SECOND)
    interrupts(citing, 3990)
    assert cited(citing) == [["leave", "sick"]]


def test_a_service_that_repeats_nothing_of_an_answer_that_was_cut_loses_no_citation(citing):
    says(citing, f"{FIRST} ", SECOND, finish=False)
    interrupts(citing, 1500)
    done(citing, None, status="incomplete")
    assert cited(citing) == [["leave"]]


def test_a_turn_that_begins_before_the_answer_ends_does_not_take_its_evidence(citing):
    says(citing, f"{FIRST} ", SECOND, finish=False)
    citing.model("input_audio_buffer.committed", item_id="u9")
    done(citing, TWO)
    assert cited(citing) == [["leave", "sick"]]


def test_where_a_service_cuts_by_itself_its_word_counts(citing):
    """Over WebRTC the sound does not pass through here, and services truncate unasked."""
    citing.begins("r1")
    done(citing, TWO)
    citing.model("conversation.item.truncated", item_id="a1", content_index=0, audio_end_ms=900)
    assert cited(citing)[-1] == ["leave"]
    assert len(citing.seen("conversation.item.truncated")) == 1
    citing.model("conversation.item.truncated", item_id="a1", content_index=0, audio_end_ms=None)
    assert len(cited(citing)) == 2


def test_a_truncate_of_the_clients_own_counts(citing):
    says(citing, f"{FIRST} ", SECOND)
    citing.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=1500)
    assert cited(citing)[-1] == ["leave"]


def test_cut_twice_the_earlier_cut_counts(citing):
    says(citing, f"{FIRST} ", SECOND)
    interrupts(citing, 1500)
    citing.model("conversation.item.truncated", item_id="a1", content_index=0, audio_end_ms=3500)
    assert len(cited(citing)) == 2


def test_a_passage_that_bears_out_no_sentence_stays_as_long_as_anything_was_heard(make_bench):
    bench = make_bench(cite=cite).open()
    searched(bench, LEAVE, SICK, {"id": "dogs", "document": "d", "text": "Dogs are welcome."})
    says(bench, f"{FIRST} ", SECOND)
    interrupts(bench, 1500)
    assert [sorted(ids) for ids in cited(bench)] == [["dogs", "leave", "sick"], ["dogs", "leave"]]


def test_parts_behind_the_one_that_was_cut_were_not_heard(citing):
    citing.begins("r1")
    for index in range(2):
        citing.audio("r1", "a1", 2000, part=index)
    content = [{"type": "output_audio", "transcript": text} for text in (FIRST, SECOND)]
    item = {"id": "a1", "type": "message", "role": "assistant", "content": content}
    citing.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    (event,) = citing.seen("extension.citations")
    places = {
        each["id"]: [(one["content_index"], one["from"]) for one in each["supports"]] for each in event["citations"]
    }
    assert places == {"leave": [(0, 0)], "sick": [(1, 0)]}
    citing.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=1900)
    assert cited(citing)[-1] == ["leave"]


def test_a_written_answer_is_read_and_not_heard(citing):
    citing.begins("r1")
    item = {"id": "a1", "type": "message", "content": [{"type": "output_text", "text": TWO}]}
    citing.model("response.output_item.done", response_id="r1", output_index=0, item=item)
    citing.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=1)
    assert cited(citing) == [["leave", "sick"]]


def test_a_client_that_comes_back_gets_the_citations_of_past_answers(citing):
    says(citing, f"{FIRST} ", SECOND)
    citing.ends("r1")
    citing.take(citing.session.client_lost(1.5))
    citing.clear()
    citing.take(citing.session.client_back({}, 0, complete=True, now=2.0))
    kinds = [frame.type for frame in citing.client]
    assert kinds == ["extension.ready", "extension.citations", "extension.resumed"]
    assert cited(citing) == [["leave"]]  # it broke off at a second and a half


def test_an_answer_that_is_taken_out_of_the_conversation_is_cited_no_more(citing):
    says(citing, FIRST)
    citing.model("conversation.item.deleted", item_id="a1")
    citing.clear()
    citing.take(citing.session.client_back({}, 0, complete=True, now=2.0))
    assert cited(citing) == []


def test_only_the_latest_answers_are_remembered(citing):
    for number in range(MOST_ANSWERS + 3):
        says(citing, FIRST, item=f"a{number}", response=f"r{number}")
        citing.ends(f"r{number}")
    citing.clear()
    citing.take(citing.session.client_back({}, 0, complete=True, now=2.0))
    assert len(cited(citing)) == MOST_ANSWERS


def test_a_stock_client_is_sent_no_event_of_ours(make_bench):
    bench = make_bench(cite=cite, extensions=False).open()
    searched(bench)
    says(bench, FIRST)
    bench.caller("conversation.item.truncate", item_id="a1", content_index=0, audio_end_ms=1)
    assert [frame.type for frame in bench.client if frame.type.startswith("extension")] == []


def test_a_passage_of_a_former_turn_is_cited_when_the_answer_names_it(citing):
    citing.model("input_audio_buffer.committed", item_id="u2")
    done(citing, f"{FIRST} As I said.", "a1")
    done(citing, f"{FIRST} [leave]", "a2")
    assert cited(citing) == [["leave"]]


def test_a_long_session_forgets_the_passages_of_its_oldest_turns(make_bench):
    seen = []
    bench = make_bench(cite=lambda _answer, _retrieved, earlier: seen.append(len(earlier)) or []).open()
    for number in range(REMEMBERED + 9):
        searched(bench, LEAVE | {"id": f"p{number}"}, call=f"c{number}")
        bench.model("input_audio_buffer.committed", item_id=f"u{number}")
    done(bench, FIRST)
    assert seen == [REMEMBERED]


@pytest.mark.parametrize("item", [{"content": [{"type": "output_audio", "transcript": FIRST}]}, {"id": 7}])
def test_an_answer_without_an_id_cites_nothing(citing, item):
    citing.model("response.output_item.done", response_id="r1", output_index=0, item={"type": "message"} | item)
    assert cited(citing) == []


PASSAGES = [LEAVE, SICK, {"id": "dogs", "document": "d", "text": "Dogs are welcome. Cats too."}]
SAID = st.sampled_from(
    [FIRST, SECOND, "Dogs are welcome.", "Well?", "[1]", "[leave]", "[made-up]", "【3】", "Cats too."]
)


@given(
    st.lists(st.lists(st.sampled_from(PASSAGES), max_size=3), min_size=1, max_size=3),
    st.lists(SAID, min_size=1, max_size=5),
    st.lists(st.integers(0, 9000), max_size=3),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_and_cut_only_what_was_retrieved_and_heard_is_cited(make_bench, turns, said, cuts):
    bench = make_bench(cite=cite).open()
    retrieved = []
    for number, passages in enumerate(turns):
        bench.model("input_audio_buffer.committed", item_id=f"u{number}")
        bench.begins(f"ask_{number}")
        bench.calls(f"ask_{number}", f"c{number}")
        bench.finish(f"c{number}", citations=passages)
        bench.ends(f"ask_{number}")
        retrieved += passages
    pieces = [f"{sentence} " for sentence in said]
    says(bench, *pieces)
    for cut in cuts:
        bench.model("conversation.item.truncated", item_id="a1", content_index=0, audio_end_ms=cut)
    text = "".join(pieces)
    for event in bench.seen("extension.citations"):
        for each in event["citations"]:
            assert {name: value for name, value in each.items() if name != "supports"} in retrieved
            for one in each["supports"]:
                assert 0 <= one["from"] < one["to"] <= len(text)
                assert each["text"][one["offset"] :].startswith(one["text"])
                assert event["heard"] is None or one["from"] < event["heard"]["characters"]
