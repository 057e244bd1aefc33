"""Jobs, approvals and sentences when another session of the model's takes over under them."""

from __future__ import annotations

import pytest

from agent.core.messages import ASIDE
from agent.core.rules import CallRules
from tests.agent.core.test_renewal import loses, taken_over


@pytest.fixture
def called(make_bench):
    """An open session whose tool has been called; the caller may have to wait."""
    bench = make_bench(rules={"search": CallRules(preamble="One moment.")}).open()
    bench.begins("r1")
    bench.calls("r1", "c1")
    bench.ends("r1")
    return bench


def test_a_job_outlives_the_models_session_and_its_result_reaches_the_next(called):
    called.finish("c1", "started", job=True)
    called.begins("r2")
    called.ends("r2")
    loses(called)
    taken_over(called)
    called.clear()
    called.job_ends("c1", "ready")
    called.tick(1)
    assert called.notes[0].endswith("Its result: ready")
    assert len(called.creates) == 1


def test_a_result_that_comes_while_there_is_no_model_is_in_what_the_next_one_is_told(called):
    called.finish("c1", "started", job=True)
    called.begins("r2")
    called.ends("r2")
    loses(called)
    called.clear()
    called.job_ends("c1", "ready")
    called.tick(0.5)
    taken_over(called)
    told = [frame.data["item"] for frame in called.successor if frame.type == "conversation.item.create"]
    texts = [part["text"] for item in told if item.get("role") == "system" for part in item["content"]]
    assert [text.endswith("ready") for text in texts] == [True]
    assert len(called.creates) == 1


def test_an_approval_outlives_the_models_session(called):
    called.asks("c1")
    loses(called)
    taken_over(called)
    called.clear()
    called.decides("c1")
    assert called.approved == ["c1"]
    called.finish("c1", "paid")
    assert called.outputs == {"c1": "paid"}
    assert len(called.creates) == 1


def test_a_sentence_that_was_asked_for_is_not_waited_for_in_the_next_session(called):
    called.tick(1)
    assert len(called.asides) == 1
    loses(called)
    taken_over(called)
    called.clear()
    called.finish("c1")
    assert len(called.creates) == 1


def test_a_sentence_is_not_kept_for_a_model_that_is_not_there_yet(called):
    loses(called)
    called.tick(2)
    taken_over(called)
    called.tick(1)
    assert not any(ASIDE in frame.text for frame in called.successor)
    assert not called.asides
