"""Fleet: who is begun, who is told to leave and when, as a story told to a state machine without a clock."""

from __future__ import annotations

import random

from agent.workers.fleet import MARGIN, SETTLED, Drain, Fleet, Halt, Kill, Note, Retire, Start, State


class Story:
    """A fleet, what it has been told so far, and the time."""

    def __init__(self, size=2, grace=20.0):
        self.fleet, self.now, self.workers, self.notes = Fleet(size, grace), 1000.0, {}, []
        self.begin = self._done(self.fleet.begin(self.now))

    def _done(self, actions):
        told = []
        for action in actions:
            if isinstance(action, Note):
                self.notes.append(action.text)
                continue
            self.workers[action.worker.number] = action.worker
            told.append((type(action), action.worker.number))
        return told

    def ready(self, number):
        return self._done(self.fleet.ready(number, self.now))

    def died(self, number, code=1):
        return self._done(self.fleet.died(number, code, self.now))

    def leaving(self, number):
        return self._done(self.fleet.leaving(number, self.now))

    def tells(self, what):
        return self._done(getattr(self.fleet, what)(self.now))

    def passes(self, seconds):
        self.now += seconds
        return self._done(self.fleet.tick(self.now))


def serving(size=2, **options):
    story = Story(size, **options)
    for number in range(1, size + 1):
        story.ready(number)
    return story


def test_the_first_worker_begins_alone_and_the_others_when_it_serves():
    story = Story(3)
    assert story.begin == [(Start, 1)]
    assert story.ready(1) == [(Start, 2), (Start, 3)]
    assert not story.fleet.complete
    story.ready(3)
    story.ready(2)
    assert story.fleet.complete


def test_a_first_worker_that_cannot_begin_is_the_end_and_not_tried_again():
    story = Story()
    assert story.died(1, 2) == []
    assert story.fleet.failed == "worker 1 ended with exit code 2"
    assert story.fleet.ended


def test_a_worker_that_dies_is_replaced_at_once():
    story = serving()
    assert story.died(2, -9) == [(Start, 3)]
    assert story.notes[-1] == "worker 2 ended by signal 9: another one is begun"
    assert story.workers[3].place == 1


def test_one_that_dies_again_and_again_is_replaced_after_pauses_that_double_and_do_not_grow_for_ever():
    story = serving()
    last, pauses = 2, []
    for _ in range(12):
        started = story.died(last)
        began = story.now
        while not started:
            story.now = story.fleet.next_deadline()
            started = story.passes(0)
        pauses.append(story.now - began)
        last = started[0][1]
    assert pauses[:5] == [0, 0.5, 1, 2, 4]
    assert max(pauses) == pauses[-1] == 30


def test_one_that_served_for_a_while_has_not_failed_at_its_beginning():
    story = serving()
    last = 2
    for _ in range(4):
        story.now += SETTLED
        ((kind, last),) = story.died(last)
        assert kind is Start
        story.ready(last)


def test_one_that_was_told_by_somebody_to_stop_is_replaced_before_it_is_gone_and_its_end_is_no_fault():
    story = serving()
    assert story.leaving(1) == [(Start, 3)]
    assert story.leaving(1) == []
    story.ready(3)
    assert story.died(1, 0) == []
    assert story.fleet.next_deadline() is None
    assert not any("ended" in note for note in story.notes)


def test_whoever_does_not_end_in_time_is_ended_by_force_and_once():
    story = serving(grace=20.0)
    story.leaving(1)
    assert story.passes(20 + MARGIN - 0.1) == []
    assert story.passes(0.1) == [(Kill, 1)]
    assert story.passes(100) == []


def test_a_restart_replaces_one_after_the_other_and_leaves_each_only_when_the_next_one_serves():
    story = serving(3)
    assert story.tells("roll") == [(Start, 4)]
    assert story.ready(4) == [(Retire, 1), (Start, 5)]
    assert story.ready(5) == [(Retire, 2), (Start, 6)]
    assert story.ready(6) == [(Retire, 3)]
    assert story.notes[-1] == "all workers were restarted"
    for number in (1, 2, 3):
        assert story.died(number, 0) == []


def test_a_restart_that_fails_keeps_those_who_serve():
    story = serving()
    story.tells("roll")
    assert story.died(3, 2) == []
    assert story.notes[-1] == "worker 3 ended with exit code 2 before it served: 2 of 2 workers are left as they were"
    assert story.fleet.next_deadline() is None
    assert story.tells("roll") == [(Start, 4)]


def test_a_worker_that_dies_while_the_one_that_follows_it_begins_is_followed_by_that_one():
    story = serving()
    story.tells("roll")
    assert story.died(1, -9) == []
    assert story.ready(3) == [(Start, 4)]


def test_a_restart_begins_anew_whoever_was_beginning_before_it():
    story = serving()
    story.died(1)
    assert story.tells("roll") == []
    assert story.ready(3) == [(Start, 4)]
    assert story.ready(4) == [(Retire, 2), (Start, 5)]
    assert story.ready(5) == [(Retire, 3)]


def test_a_restart_does_not_wait_for_the_pause_after_a_failure():
    story = serving()
    story.ready(story.died(1)[0][1])
    story.died(3)
    assert story.tells("roll") == [(Start, 4)]
    assert story.passes(100) == []


def test_nothing_is_restarted_before_anything_serves():
    story = Story()
    assert story.tells("roll") == []
    assert "only beginning" in story.notes[-1]


def test_when_everything_stops_all_drain_those_who_only_begin_end_and_nobody_follows():
    story = serving()
    story.died(2)
    assert story.tells("stop") == [(Drain, 1), (Kill, 3)]
    assert story.died(3, -9) == []
    assert not story.fleet.ended
    assert story.died(1, 0) == []
    assert story.fleet.ended


def test_a_second_word_to_stop_ends_all_at_once():
    story = serving()
    story.tells("stop")
    assert story.tells("stop") == [(Halt, 1), (Halt, 2)]
    assert story.passes(MARGIN) == [(Kill, 1), (Kill, 2)]


def test_workers_that_leave_of_themselves_while_everything_stops_are_not_replaced():
    story = serving()
    story.tells("stop")
    assert story.leaving(1) == []
    assert story.passes(10_000) == [(Kill, 1), (Kill, 2)]


def test_a_pause_that_ends_after_the_word_to_stop_begins_nobody():
    story = serving()
    story.died(story.died(1)[0][1])
    story.tells("stop")
    assert (Start, 4) not in story.passes(60)


def test_whatever_happens_there_are_never_fewer_who_serve_or_begin_than_wanted_but_in_a_pause_and_all_end_in_the_end():
    for seed in range(200):
        chance = random.Random(seed)
        story = serving(chance.randint(1, 4))
        alive = {number for number, worker in story.workers.items()}
        for _ in range(60):
            what = chance.choice(["ready", "died", "leaving", "roll", "time"])
            number = chance.choice(sorted(alive))
            worker = story.workers[number]
            if what == "ready":
                story.ready(number)
            elif what == "died":
                story.died(number, chance.choice([0, 1, -9]))
                alive.discard(number)
            elif what == "leaving" and worker.state is State.SERVING:
                story.leaving(number)
            elif what == "roll":
                story.tells("roll")
            else:
                story.passes(chance.choice([0.1, 5.0, 100.0]))
            story.passes(60)
            alive = {each for each in story.workers if each in story.fleet._workers}
            active = [each for each in story.fleet._workers.values() if each.state is not State.LEAVING]
            assert len({each.place for each in active}) == story.fleet.size, seed
        story.tells("stop")
        for number in sorted(alive):
            story.died(number, 0)
        assert story.fleet.ended


def test_a_slot_is_the_smallest_that_nobody_alive_has_so_that_ports_by_it_stay_few():
    story = serving()
    assert [story.workers[number].slot for number in (1, 2)] == [0, 1]
    story.leaving(1)  # it keeps its slot while its calls go on
    assert story.workers[3].slot == 2
    story.ready(3)
    story.died(1, 0)
    story.died(2)
    assert story.workers[4].slot == 0


def test_a_worker_that_hangs_is_ended_by_force_and_its_end_brings_another():
    story = serving()
    assert story.fleet.serving == {1, 2}
    assert story._done(story.fleet.hung(2, 60.0)) == [(Kill, 2)]
    assert story.notes[-1].startswith("worker 2 has not answered for 60 s")
    assert story.died(2, code=-9) == [(Start, 3)]
    assert story.fleet.serving == {1}


def test_a_worker_that_begins_or_leaves_is_not_taken_to_hang():
    story = serving()
    story.leaving(2)
    assert story.fleet.serving == {1}
    for number in (2, 3, 9):
        assert story._done(story.fleet.hung(number, 60.0)) == []
    story.tells("stop")
    assert story.fleet.serving == set()
