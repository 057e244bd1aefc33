"""What one side has not taken waits in order, and never without bound."""

from __future__ import annotations

import json

import pytest

from agent.outbox import Outbox


class Line:
    """A transport that is full when a test says so."""

    def __init__(self):
        self.full = False
        self.sent = []

    def send(self, text):
        self.sent.append(text)


class Telling(Line):
    """One that tells when it becomes full, as a socket does."""

    crowded = None

    def fill(self):
        self.full = True
        self.crowded()


class Brake:
    def __init__(self):
        self.held = False

    def hold(self):
        assert not self.held
        self.held = True

    def release(self):
        assert self.held
        self.held = False


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def brake():
    return Brake()


def outbox(line, brake, limit=100, **options):
    return Outbox(line, limit, hold=brake.hold, release=brake.release, **options)


def append(number, size=40):
    audio = f"{number:0{size}}"
    return json.dumps({"type": "input_audio_buffer.append", "audio": audio})


def test_a_message_goes_out_at_once_and_as_it_is(line, brake):
    box, text = outbox(line, brake), "as it is"
    box.send(text)
    assert line.sent[0] is text
    assert (box.taken, box.waiting) == (0, 0)


def test_what_waits_goes_out_in_order_and_before_what_comes_later(line, brake):
    box = outbox(line, brake)
    line.full = True
    box.send("one")
    box.send("two")
    line.full = False
    box.send("three")
    assert (line.sent, box.waiting, box.taken) == ([], 3, 0)
    box.flush()
    assert (line.sent, box.waiting, box.taken) == (["one", "two", "three"], 0, 3)


def test_flushing_stops_where_the_other_side_is_full_again(line, brake):
    box = outbox(line, brake)
    line.full = True
    box.send("one")
    box.flush()
    assert (line.sent, box.waiting) == ([], 1)


def test_whoever_makes_more_than_the_limit_is_held_back_until_half_of_it_is_gone(line, brake):
    """Trap: a slow client cannot grow our memory."""
    box = outbox(line, brake, limit=10)
    line.full = True
    box.send("123456")
    assert not brake.held
    box.send("789012")
    box.send("3")
    assert brake.held
    line.full = False
    box.flush()
    assert not brake.held


def test_old_sound_is_given_up_before_anything_else_and_what_is_no_sound_is_kept_in_order(line, brake):
    """Trap VoiceRAG 15: a queue of stale audio floods in."""
    control = '{"type":"response.create"}'
    reordered = '{"audio":"AAAA","type":"input_audio_buffer.append"}'
    box = outbox(line, brake, limit=420, live_audio=True)
    line.full = True
    for text in (append(1), control, reordered, append(2), append(3), append(4), append(5)):
        box.send(text)
    assert box.dropped
    assert not brake.held
    line.full = False
    box.flush()
    assert line.sent[0] == control
    assert line.sent[-1] == append(5)
    assert line.sent[1:] == sorted(line.sent[1:])


def test_where_there_is_no_sound_to_give_up_the_client_is_held_back(line, brake):
    box = outbox(line, brake, limit=30, live_audio=True)
    line.full = True
    box.send('{"type":"response.create"}')
    box.send('{"type":"response.cancel"}')
    assert (brake.held, box.waiting, box.dropped) == (True, 2, 0)


def test_what_is_not_wanted_any_more_is_dropped_and_the_rest_keeps_its_order(line, brake):
    box = outbox(line, brake, limit=10)
    line.full = True
    for text in ("old one", "kept", "old two", "kept too"):
        box.send(text)
    assert brake.held
    box.drop(lambda text: text.startswith("old"))
    assert (box.waiting, box.dropped, brake.held) == (2, 2, True)
    line.full = False
    box.flush()
    assert (line.sent, brake.held) == (["kept", "kept too"], False)


def test_what_waits_for_one_who_is_gone_is_discarded_and_holds_nobody_back(line, brake):
    box = outbox(line, brake, limit=10)
    line.full = True
    box.send("much more than fits")
    assert brake.held
    box.discard()
    assert (box.waiting, brake.held) == (0, False)
    line.full = False
    box.send("next")
    assert line.sent == ["next"]


def test_while_nothing_waits_a_transport_that_tells_when_it_is_crowded_is_handed_out_itself(brake):
    line = Telling()
    box = outbox(line, brake)
    assert box.send == line.send
    line.fill()
    box.send("one")
    box.send("two")
    assert (line.sent, box.waiting) == ([], 2)
    line.full = False
    box.send("three")  # in order, though there is room
    assert line.sent == []
    box.flush()
    assert (line.sent, box.waiting) == (["one", "two", "three"], 0)
    assert box.send == line.send


def test_a_transport_that_is_full_from_the_start_is_not_handed_out(brake):
    line = Telling()
    line.full = True
    box = outbox(line, brake)
    box.send("one")
    assert (line.sent, box.waiting) == ([], 1)
