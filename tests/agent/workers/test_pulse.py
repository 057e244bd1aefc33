"""Pulse: who is asked, and who is found to hang, as a story without a clock."""

from __future__ import annotations

from agent.workers.pulse import LONGEST, LOOKS, Found, Pulse


class Story:
    """Workers, what they answer, and the time."""

    def __init__(self, limit=60.0, workers=(1, 2)):
        self.pulse, self.now, self.workers = Pulse(limit), 1000.0, set(workers)
        self.found = Found()
        self.pulse.follow(self.workers, self.now)

    def passes(self, seconds, answering=(), step=None):
        """So much time; whoever answers does so at once when asked."""
        end, step = self.now + seconds, step or self.pulse.interval or 1.0
        while self.now < end:
            self.now = min(self.now + step, end)
            look = self.pulse.look(self.now)
            for each in look.ask:
                if each in answering:
                    self.pulse.heard(each)
            self.found.explain += look.explain
            self.found.hung += look.hung
            self.pulse.follow(self.workers, self.now)
        return self.found


def test_who_answers_is_never_found():
    assert Story().passes(3600, answering={1, 2}) == Found()


def test_who_is_silent_explains_itself_at_half_of_the_limit_and_hangs_at_its_end():
    story = Story()
    assert story.passes(30 + LONGEST - 1, answering={1}).explain == []
    assert story.passes(LONGEST, answering={1}).explain == [2]
    assert story.passes(20, answering={1}).hung == []
    assert story.passes(60, answering={1}).hung == [2]
    assert story.found.explain == [2]


def test_an_answer_begins_the_time_anew():
    story = Story()
    story.passes(50, answering={1})
    story.pulse.heard(2)
    assert story.passes(55, answering={1}).hung == []


def test_nobody_is_asked_twice_before_it_has_answered():
    story = Story(workers={1})
    asked = []
    for _ in range(5):
        story.now += LONGEST
        asked += story.pulse.look(story.now).ask
    assert asked == [1]


def test_time_in_which_this_process_did_not_run_is_no_silence():
    story = Story()
    story.passes(40, answering={1})
    story.now += 36_000  # the machine sleeps
    assert story.pulse.look(story.now).hung == []
    for each in (1, 2):  # what was asked before is answered after
        story.pulse.heard(each)
    assert story.passes(100, answering={1, 2}) == Found(explain=[2])
    slow = Story()
    for _ in range(3):
        slow.now += 36_000
        assert slow.pulse.look(slow.now).hung == []


def test_only_those_who_serve_are_listened_to():
    story = Story()
    story.passes(50)
    story.workers = {1}
    story.pulse.follow({1}, story.now)
    story.pulse.heard(2)  # late
    assert story.passes(30).hung == [1]
    story.workers = {1, 3}
    story.pulse.follow(story.workers, story.now)
    assert 3 not in story.passes(55).hung
    story.pulse.follow(set(), story.now)
    assert story.pulse.next_deadline() is None
    assert story.pulse.look(story.now + 1000) == Found()


def test_without_a_limit_nobody_is_asked_and_nothing_is_waited_for():
    story = Story(limit=0)
    assert story.pulse.next_deadline() is None
    assert story.passes(3600) == Found()


def test_looks_are_as_many_as_a_short_limit_needs():
    assert Pulse(6).interval == 6 / LOOKS
    assert Pulse(3600).interval == LONGEST
