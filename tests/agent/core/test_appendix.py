"""Sources as words for a stock client, through the session."""

from __future__ import annotations

import pytest

from agent.core.appendix import in_words

PAGE = {"title": "Staff\nhandbook", "document": "handbook.pdf", "page": 12, "supports": [{}]}
NAMED = "\n\nSources: Staff handbook, page 12."
PLACE = {"response_id": "r1", "item_id": "a1", "output_index": 0, "content_index": 0}
KINDS = {
    "spoken": ("output_audio_transcript", "transcript", "output_audio"),
    "written": ("output_text", "text", "output_text"),
}


@pytest.fixture(params=["ga", "preview"])
def reader(request, make_bench):
    """A stock client that reads sources, of either dialect, in a turn in which a page was retrieved."""
    cite = lambda text, retrieved, _earlier: retrieved if "25" in text else []  # noqa: E731
    bench = make_bench(extensions=False, sources_in_text=True, cite=cite, client=request.param).open()
    bench.begins("ask")
    bench.calls("ask", "c1")
    bench.finish("c1", citations=[PAGE])
    bench.ends("ask")
    bench.clear()
    return bench


def answers(bench, kind="spoken", text="You get 25 days.", response="r1", kept=None):
    name, field, content = KINDS[kind]
    place = PLACE | {"response_id": response}
    whole = {"type": content, field: text if kept is None else kept}
    item = {"id": "a1", "object": "realtime.item", "type": "message", "role": "assistant", "status": "completed"}
    item["content"] = [whole]
    bench.begins(response)
    bench.model(f"response.{name}.delta", **place, delta=text)
    bench.model(f"response.{name}.done", **place, **{field: text})
    bench.model("response.content_part.done", **place, part={"type": "text", field: text})
    bench.model("conversation.item.done", previous_item_id=None, item=item)
    bench.model("response.output_item.done", response_id=response, output_index=0, item=item)
    bench.ends(response, item)
    bench.model("conversation.item.retrieved", item=item)


def told(bench):
    """Every text that the client was told whole, and the pieces joined."""
    found, pieces = [], ""
    for data in (frame.data for frame in bench.client):
        if data["type"].endswith("delta"):
            pieces += data["delta"]
        parts = [data, data.get("part", {}), *data.get("item", {}).get("content", [])]
        parts += [part for item in data.get("response", {}).get("output", []) for part in item["content"]]
        found += [part[field] for part in parts for field in ("text", "transcript") if part.get(field)]
    return pieces, found


@pytest.mark.parametrize("kind", KINDS)
def test_the_sources_follow_the_text_and_every_event_that_repeats_it_agrees(reader, kind):
    answers(reader, kind)
    whole = "You get 25 days." + NAMED
    pieces, found = told(reader)
    assert pieces == whole
    assert len(found) >= 5
    assert set(found) == {whole}


def test_the_piece_that_is_added_names_the_same_place_and_has_an_id_of_its_own(reader):
    answers(reader)
    _, added = [frame.data for frame in reader.client if frame.type.endswith("transcript.delta")]
    assert {name: added[name] for name in PLACE} == PLACE
    assert added["delta"] == NAMED
    assert added["event_id"]
    assert not {"transcript", "text"} & set(added)


def test_the_sound_and_what_the_model_is_told_stay_as_they_are(reader):
    answers(reader)
    reader.clear()
    reader.audio("r1", "a1", 20)
    (sound,) = reader.client
    assert set(sound.data["delta"]) == {"A"}
    assert not any("Sources" in frame.text for frame in reader.upstream)


def test_an_answer_without_sources_passes_as_the_identical_frames(make_bench):
    bench = make_bench(extensions=False, sources_in_text=True, cite=lambda *_: []).open()
    before = {"type": "response.output_text.done", **PLACE, "text": "Hello."}
    bench.model(before)
    assert [frame.data for frame in bench.client] == [before]
    answers(bench)
    assert "Sources" not in "".join(frame.text for frame in bench.client)


def test_an_answer_that_was_broken_off_is_given_no_sources(reader):
    reader.begins("r1")
    reader.audio("r1", "a1", 20)
    reader.user()
    reader.model("response.output_audio_transcript.done", **PLACE, transcript="You get 25 days.")
    assert "Sources" not in "".join(frame.text for frame in reader.client)


def test_what_is_answered_beside_the_conversation_is_given_no_sources(reader):
    reader.begins("r1", conversation_id=None)
    reader.model("response.output_text.done", **PLACE, text="25")
    assert "Sources" not in "".join(frame.text for frame in reader.client)


def test_a_text_that_was_cut_meanwhile_stands_as_it_was_cut(reader):
    answers(reader, kept="You get")
    assert told(reader)[1].count("You get") >= 3


@pytest.mark.parametrize(
    "item", [{"id": "b1", "content": [{"text": "x"}]}, {"id": "a1", "content": None}, {"content": [7]}]
)
def test_other_items_pass_untouched(reader, item):
    answers(reader)
    reader.clear()
    reader.model("conversation.item.retrieved", item=item)
    reader.model("response.content_part.done", **PLACE | {"item_id": "b1"}, part={"type": "text", "text": "25"})
    reader.ends("r9", {"id": "b1", "type": "message", "content": []})
    assert "Sources" not in "".join(frame.text for frame in reader.client)


def test_a_client_that_is_told_by_events_reads_them_nowhere_else(make_bench):
    bench = make_bench(sources_in_text=True).open()
    bench.begins("ask")
    bench.calls("ask", "c1")
    bench.finish("c1", citations=[PAGE])
    bench.ends("ask")
    bench.clear()
    answers(bench)
    assert "Sources" not in "".join(frame.text for frame in bench.client)
    assert len(bench.seen("extension.citations")) == 1


def test_only_the_latest_answers_can_be_retrieved_with_their_sources(reader):
    for number in range(70):
        reader.model("response.output_text.done", **PLACE | {"item_id": f"m{number}"}, text="25")
    reader.clear()
    for number in (0, 69):
        item = {"id": f"m{number}", "role": "assistant", "type": "message", "content": [{"type": "text", "text": "25"}]}
        reader.model("conversation.item.retrieved", item=item)
    assert [frame.text.count("Sources") for frame in reader.client] == [0, 1]


@pytest.mark.parametrize(
    ("citations", "line"),
    [
        ([], ""),
        ([{"title": "", "document": ""}], ""),
        ([PAGE, PAGE], NAMED),
        ([PAGE, {"title": "Dogs", "supports": []}], NAMED),
        ([{"title": "A"}, {"title": "B"}], "\n\nSources: A."),
        ([{"document": "b.md", "page": None, "supports": [1]}, PAGE], "\n\nSources: b.md; Staff handbook, page 12."),
        ([{"title": str(each), "supports": [1]} for each in range(5)], "\n\nSources: 0; 1; 2."),
    ],
)
def test_sources_are_named_by_title_and_page_once_each_and_few(citations, line):
    assert in_words(citations) == line
