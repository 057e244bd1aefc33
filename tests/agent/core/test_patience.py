"""What is said and told while calls run."""

from __future__ import annotations

from agent.core.patience import LOOK, WORTH_SAYING, Patience


def silent(_now):
    return True


def loud(_now):
    return False


def test_a_sentence_is_said_once_when_nobody_speaks():
    patience = Patience()
    patience.say("c1", "One moment.", 0.0)
    assert patience.sentence(0.0, loud) is None
    assert patience.next_deadline() == LOOK
    assert patience.sentence(0.0, silent) is None
    assert patience.sentence(LOOK, silent) == "One moment."
    assert patience.sentence(LOOK, silent) is None


def test_sentences_take_turns_and_one_that_cannot_be_said_holds_up_no_other():
    patience = Patience()
    patience.say("c1", "One.", 0.0)
    patience.sentence(0.0, loud)
    patience.say("c2", "Two.", 0.1)
    assert patience.sentence(0.1, silent) == "Two."
    assert patience.sentence(LOOK, silent) == "One."


def test_a_sentence_is_not_said_too_late_nor_after_its_call_nor_after_the_caller_has_spoken():
    patience = Patience()
    for call_id in ("c1", "c2", "c3"):
        patience.say(call_id, "One moment.", 0.0)
    patience.forget("c1")
    now = 0.0
    while now <= WORTH_SAYING:
        assert patience.sentence(now, loud) is None
        now += LOOK
    assert patience.next_deadline() is None
    patience.say("c1", "One moment.", now)
    patience.hush()
    assert patience.sentence(now, silent) is None
