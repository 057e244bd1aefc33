"""What a tool may know of the conversation."""

from __future__ import annotations

from agent.core.utterances import LONGEST, MOST, Said, latest
from tests.agent.core.test_history import added, called, done, output, told


def test_both_sides_are_told_in_order_and_nothing_but_what_was_said():
    history = told(added("u1", text="How much leave?"), called("c1", "u1"), done("a1", text="Thirty days."))
    history.sent(output("c1"))
    told(
        added("s1", "system", "a1", "Be brief."), added("u2", previous="s1", text="And for trainees?"), history=history
    )
    assert latest(history) == (
        Said("user", "How much leave?"),
        Said("assistant", "Thirty days."),
        Said("user", "And for trainees?"),
    )


def test_what_nobody_wrote_down_is_left_out():
    assert latest(told(added("u1"), added("u2", previous="u1", text="  "))) == ()


def test_of_an_answer_that_was_cut_only_what_was_heard_is_told():
    history = told(done("a1", text="Thirty days. And five more for parents."))
    history.truncate({"item_id": "a1", "content_index": 0, "audio_end_ms": 900})
    assert latest(history) == (Said("assistant", "Thirty days."),)


def test_no_more_is_told_than_a_tool_needs():
    history = told(*[added(f"u{n}", previous=f"u{n - 1}" if n else None, text=f"{n} " * 900) for n in range(MOST + 5)])
    kept = latest(history)
    assert len(kept) == MOST
    assert kept[-1].text.startswith(f"{MOST + 4} ")
    assert all(len(said.text) == LONGEST for said in kept)
