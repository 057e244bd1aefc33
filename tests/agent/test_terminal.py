"""Terminal: what a person reads of an answer, of passages, and of documents taken in."""

from __future__ import annotations

from agent.asking import Turn
from agent.terminal import _pace, ingesting, print_passages, print_summary, print_turn
from tools.search.backend import Passage, Place
from tools.search.ingest import Progress, Summary
from tools.search.scanning import Skipped


def test_a_turn_is_printed_with_its_calls_its_answer_and_its_citations(capsys):
    print_turn(
        Turn(
            transcript="How much leave?",
            answer="You get 25 days.",
            tool_calls=[{"name": "search", "arguments": {"query": "leave"}, "duration_ms": 41}],
            citations=[{"document": "handbook.pdf", "page": 12}, {"document": "leave.md", "page": None}],
            timings_ms={"session_open": 5, "speech_end_to_first_audio": 320},
        )
    )
    said = capsys.readouterr().out
    assert "you:       How much leave?" in said
    assert "search(query='leave')  41 ms" in said
    assert "assistant: You get 25 days." in said
    assert "[1] handbook.pdf, page 12\n" in said
    assert "[2] leave.md\n" in said
    assert "speech end to first audio 320 ms" in said


def test_arguments_that_are_no_object_and_a_call_that_never_ended_are_printed_as_they_are(capsys):
    calls = [
        {"name": "search", "arguments": '{"query":', "duration_ms": 3},
        {"name": "list", "arguments": [1, 2], "duration_ms": 4},
        {"name": "slow", "arguments": {}, "duration_ms": None},
    ]
    print_turn(Turn(tool_calls=calls))
    said = capsys.readouterr().out
    assert 'search({"query":)  3 ms' in said
    assert "list([1, 2])  4 ms" in said
    assert "slow()  unfinished" in said


def test_passages_are_printed_best_first_on_one_line_each(capsys):
    found = [
        Passage("1", "guide.pdf", "Guide", "142\nsteps  to the top", 0.87, page=3),
        Passage("2", "a.md", "A", "x" * 1000, 0.5),
    ]
    print_passages(found)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["[1] guide.pdf, page 3  (0.87)", "    142 steps to the top"]
    assert lines[2] == "[2] a.md  (0.50)"
    assert len(lines[3]) < 500


def test_finding_nothing_is_said(capsys):
    print_passages([])
    assert "Nothing" in capsys.readouterr().out


def test_what_was_taken_in_and_what_was_not_is_told_on_standard_error(capsys):
    with ingesting() as progress:
        progress.update(Progress("a.md", 0, 2, 0))
        progress.update(Progress("", 2, 2, 7))
        skipped = [Skipped("locked.pdf", "it needs a password")]
        progress.done(Summary(added=2, removed=1, granted=3, skipped=skipped, unused=["rule 'x'"], chunks=7))
    out, err = capsys.readouterr()
    assert out == ""
    assert "documents: 2 new, 1 removed, 3 now for other readers (7 passages" in err
    assert "not read: locked.pdf: it needs a password" in err
    assert "no such document: rule 'x'" in err


def test_an_ingest_that_changed_nothing_says_so(capsys):
    with ingesting() as progress:
        progress.done(Summary())
    assert "nothing new" in capsys.readouterr().err


def test_the_pace_and_the_time_left_are_told_once_they_can_be_known():
    assert _pace(Progress("a.md", 0, 10, 0)) == ""
    assert _pace(Progress("a.md", 1, 10, 30, seconds=1.0, size=10, left=90)) == ""
    assert _pace(Progress("a.md", 1, 10, 300, seconds=10.0, size=10, left=90)) == "30 passages/s, 1:30 left"
    assert _pace(Progress("a.md", 1, 10, 300, seconds=60.0, size=10, left=900)) == "5 passages/s, 1 h 30 min left"


def test_what_was_known_before_is_told(capsys):
    print_summary(Summary(updated=1, chunks=40, reused=38, seconds=0.5))
    assert "1 changed (40 passages, 38 of them known, 0.5 s)" in capsys.readouterr().err


def test_a_passage_that_stands_elsewhere_too_says_where(capsys):
    print_passages([Passage("1", "a.md", "A", "Dogs travel free.", 0.9, also=(Place("a.pdf", 2), Place("old.md")))])
    assert "The same stands in a.pdf, page 2; old.md" in capsys.readouterr().out
