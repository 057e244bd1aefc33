"""A guarded session: what passes, what ends it, and how it is renewed; over transports in memory."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.door import guarded as module
from agent.door.admission import Admission, Grounds
from agent.door.admissions import Admissions
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.door.guarded import GuardedTransport, let_in, ticket_of
from agent.door.limits import Limits
from agent.door.refusal import TurnedAway
from agent.transports.base import TransportClosed
from agent.transports.memory import pair
from agent.transports.stream import Stream
from tools.context import User

ADA = User("ada")
KEY = "k" * 20
APPEND = json.dumps({"type": "input_audio_buffer.append", "audio": "A" * 1000})
CLEAR = json.dumps({"type": "input_audio_buffer.clear"})
LIMITS = Limits(control_per_s=1, control_burst=3, audio_bytes_per_s=750, burst_bytes=7500)


class Steady:
    """Seconds that stand until they are moved."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def steady():
    return Steady()


@pytest.fixture
def door(clock):
    return Door(Rules(keys=ApiKeys([KEY]), limits=LIMITS), clock=clock)


@pytest.fixture
async def ends(door, steady):
    ours, theirs = pair()
    guarded = GuardedTransport(ours, Admission(Grounds.TICKET, ADA), door, clock=steady)
    yield Inside(guarded), theirs
    guarded.close()
    await guarded.wait_closed()


class Inside(Stream):
    """A guarded transport, to wait on; the rest of what it is stays within reach."""

    def __getattr__(self, name):
        return getattr(self._transport, name)


async def told(theirs):
    """What the other side hears until the end, and how it ends."""
    heard = []
    async with asyncio.timeout(5):
        try:
            while True:
                heard.append(json.loads(await theirs.receive()))
        except TransportClosed as end:
            return heard, end


def ticket(door, user=ADA):
    return door.mint(Admission(Grounds.KEY, User("server")), user)[0]


def authenticate(token):
    return json.dumps({"type": "extension.authenticate", "ticket": token})


async def test_what_is_within_the_limits_passes_as_the_identical_object(ends):
    guarded, theirs = ends
    for message in (APPEND, CLEAR, b"\x00\x01"):
        await theirs.send(message)
        assert await guarded.receive() is message
    await guarded.send(CLEAR)
    assert await theirs.receive() is CLEAR


async def test_a_flood_ends_the_session_with_a_reason_in_words(ends):
    guarded, theirs = ends
    for _ in range(4):
        await theirs.send(CLEAR)
    for _ in range(3):
        await guarded.receive()
    with pytest.raises(TransportClosed) as end:
        await guarded.receive()
    assert end.value.code == 1008
    heard, end = await told(theirs)
    assert heard[0]["type"] == "error"
    assert heard[0]["error"]["code"] == "rate_limit_exceeded"
    assert heard[0]["error"]["message"] == end.reason
    assert end.code == 1008


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("names", [("type", "audio"), ("audio", "type"), ("event_id", "type", "audio")])
async def test_audio_is_counted_apart_however_it_is_written(ends, separators, names):
    guarded, theirs = ends
    fields = {"type": "input_audio_buffer.append", "audio": "A" * 1000, "event_id": "e1"}
    message = json.dumps({name: fields[name] for name in names}, separators=separators)
    for _ in range(5):
        await theirs.send(message)
        await guarded.receive()


async def test_short_messages_that_pass_for_audio_cost_as_if_they_were_long(ends):
    guarded, theirs = ends
    for _ in range(10):
        await theirs.send('{"type":"input_audio_buffer.append","x":1}')
    for _ in range(9):  # 10,000 characters at 1,024 each
        await guarded.receive()
    with pytest.raises(TransportClosed, match="bytes of audio"):
        await guarded.receive()


async def test_a_renewal_by_the_same_user_keeps_the_session_and_is_not_passed_on(ends, door):
    guarded, theirs = ends
    await theirs.send(authenticate(ticket(door)))
    await theirs.send(CLEAR)
    assert await guarded.receive() == CLEAR
    assert json.loads(await theirs.receive())["type"] == "extension.authenticated"


@pytest.mark.parametrize("whose", ["nobody", "bob", "used"])
async def test_a_renewal_that_is_worth_nothing_is_told_and_changes_nothing(ends, door, whose):
    guarded, theirs = ends
    token = "vt1.x.y" if whose == "nobody" else ticket(door, User("bob") if whose == "bob" else ADA)
    if whose == "used":
        await door.redeem(token)
    await theirs.send(authenticate(token))
    await theirs.send(CLEAR)
    assert await guarded.receive() == CLEAR
    error = json.loads(await theirs.receive())["error"]
    assert error["code"] == {"nobody": "invalid_ticket", "bob": "another_user", "used": "used_ticket"}[whose]
    assert guarded.user == ADA


@pytest.mark.parametrize(
    "message",
    [
        CLEAR,
        "{extension.authenticate",
        json.dumps({"type": "response.create", "x": "extension.authenticate", "ticket": "t"}),
        json.dumps({"type": "extension.authenticate", "ticket": 7}),
        '{"type":"extension.authenticate","ticket":"a","ticket":"b"}',
        json.dumps({"type": "extension.authenticate", "ticket": "t" * 20_000}),
        "[]",
    ],
)
def test_only_the_whole_event_is_a_renewal(message):
    assert ticket_of(message) is None


def test_the_event_may_be_written_in_any_order():
    assert ticket_of('{"ticket":"t","event_id":"e","type":"extension.authenticate"}') == "t"


def be_due(guarded, steady):
    """A caller who has just been heard is to be verified again."""
    steady.now = LIMITS.recheck_s
    guarded._guard.take(steady.now, 1, True)


async def ring(guarded):
    """What the timer does when it is due."""
    guarded._ring()
    await asyncio.wait_for(asyncio.gather(*guarded._tasks), 5)


async def test_a_silent_session_ends(ends, steady):
    guarded, theirs = ends
    steady.now = LIMITS.idle_s
    await ring(guarded)
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("idle_timeout", 1001)


async def test_a_timer_that_rings_early_ends_nothing(ends, steady):
    guarded, theirs = ends
    steady.now = LIMITS.idle_s - 1
    await ring(guarded)
    await theirs.send(CLEAR)
    assert await guarded.receive() == CLEAR


async def test_the_timer_itself_rings_when_the_sign_in_ends(door, clock):
    ours, theirs = pair()
    guarded = GuardedTransport(ours, Admission(Grounds.TICKET, ADA, clock.now + 0.02), door)
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("authentication_expired", 1008)
    await guarded.wait_closed()


async def test_a_credential_that_no_longer_holds_ends_the_session(clock, steady):
    door = Door(Rules(keys=ApiKeys([KEY]), limits=LIMITS), clock=clock)
    admission = await door.redeem(ticket(door))
    ours, theirs = pair()
    guarded = Inside(GuardedTransport(ours, admission, door, clock=steady))
    await theirs.send(APPEND)
    steady.now = LIMITS.recheck_s - 1
    await guarded.receive()
    steady.now = LIMITS.recheck_s
    await ring(guarded)  # still good: it lasts an hour
    clock.now += 3600
    steady.now = LIMITS.recheck_s * 2
    guarded._guard.take(steady.now, 1, True)
    guarded._guard._valid_until = None  # the wall clock was moved, the steady one was not
    await ring(guarded)
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("expired_ticket", 1008)
    await guarded.wait_closed()


async def test_a_verifier_that_fails_keeps_nobody_in(ends, door, steady, monkeypatch, caplog):
    guarded, theirs = ends

    async def broken(_admission):
        raise RuntimeError("a bug")

    monkeypatch.setattr(door, "recheck", broken)
    be_due(guarded, steady)
    await ring(guarded)
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("internal_error", 1011)
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("verdict", [Admission(Grounds.TICKET, ADA, 0.0), TurnedAway(module._FAULT)])
async def test_a_ticket_that_comes_while_the_former_one_is_verified_again_is_what_counts(
    ends, door, clock, steady, monkeypatch, verdict
):
    guarded, theirs = ends
    verifying, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_admission):
        verifying.set()
        await go_on.wait()
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    monkeypatch.setattr(door, "recheck", slow)
    be_due(guarded, steady)
    guarded._ring()
    await verifying.wait()
    await theirs.send(authenticate(ticket(door)))
    assert json.loads(await theirs.receive())["type"] == "extension.authenticated"
    go_on.set()
    await asyncio.gather(*guarded._tasks)
    assert guarded._admission.expires_at > clock()
    await theirs.send(CLEAR)
    assert await guarded.receive() == CLEAR


async def test_closing_ends_the_watch_too(ends, door, steady, monkeypatch):
    guarded, theirs = ends
    verifying = asyncio.Event()

    async def slow(admission):
        verifying.set()
        await asyncio.sleep(0.01)
        return admission

    monkeypatch.setattr(door, "recheck", slow)
    be_due(guarded, steady)
    guarded._ring()
    await verifying.wait()
    await guarded.close(1001, "bye")
    assert guarded._timer is None
    assert not guarded._tasks
    _, end = await told(theirs)
    assert (end.code, end.reason) == (1001, "bye")


async def test_a_caller_that_reads_nothing_is_shown_out_all_the_same(door, steady):
    ours, theirs = pair(capacity=1)
    guarded = GuardedTransport(ours, Admission(Grounds.LOCAL), door, clock=steady)
    while not guarded.full:
        guarded.send(CLEAR)
    steady.now = LIMITS.idle_s
    guarded._ring()
    async with asyncio.timeout(5):
        await guarded.wait_closed()
    _, end = await told(theirs)
    assert end.code == 1001


async def test_a_caller_that_is_shown_out_is_not_heard_any_more(ends, steady):
    guarded, theirs = ends
    for _ in range(9):
        await theirs.send(CLEAR)
    await told(theirs)
    assert [await guarded.receive() for _ in range(3)] == [CLEAR] * 3
    with pytest.raises(TransportClosed):
        await guarded.receive()


# ── taking in ──


@pytest.fixture
def seats():
    return Admissions(Limits(sessions_per_user=1))


async def test_who_is_known_is_taken_in_at_once(door, seats):
    ours, _ = pair()
    guarded = await let_in(ours, Admission(Grounds.KEY, ADA), seats.enter("ada"), door)
    assert guarded.user == ADA
    guarded.close()


async def test_the_first_message_says_who_it_is(door, seats):
    ours, theirs = pair()
    await theirs.send(authenticate(ticket(door)))
    await theirs.send(CLEAR)
    seat = seats.enter(None, promised=True)
    guarded = await let_in(ours, Admission(Grounds.PROMISED), seat, door)
    assert (guarded.user, seat.user_id) == (ADA, "ada")
    stream = Stream(guarded)
    assert await stream.receive() == CLEAR
    await stream.close()


@pytest.mark.parametrize("first", [CLEAR, b"\x00", authenticate("vt1.x.y"), "{"])
async def test_a_first_message_that_says_nothing_of_the_kind_is_the_last(door, seats, first):
    ours, theirs = pair()
    await theirs.send(first)
    assert await let_in(ours, Admission(Grounds.PROMISED), seats.enter(None, promised=True), door) is None
    heard, end = await told(theirs)
    assert heard[0]["error"]["code"] in {"authentication_required", "invalid_ticket"}
    assert end.code == 1008


async def test_a_first_message_that_does_not_come_is_not_waited_for(door, seats, monkeypatch):
    monkeypatch.setattr(module, "PROMISE", 0.01)
    ours, theirs = pair()
    assert await let_in(ours, Admission(Grounds.PROMISED), seats.enter(None, promised=True), door) is None
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("authentication_required", 1008)


async def test_who_leaves_before_saying_who_it_is_has_left(door, seats):
    ours, theirs = pair()
    await theirs.close()
    assert await let_in(ours, Admission(Grounds.PROMISED), seats.enter(None, promised=True), door) is None


async def test_limits_of_one_user_hold_for_those_who_say_it_late(door, seats):
    seats.enter("ada")
    ours, theirs = pair()
    await theirs.send(authenticate(ticket(door)))
    assert await let_in(ours, Admission(Grounds.PROMISED), seats.enter(None, promised=True), door) is None
    heard, end = await told(theirs)
    assert (heard[0]["error"]["code"], end.code) == ("too_many_sessions", 1013)


async def test_sound_that_takes_the_short_way_is_counted_and_stops_with_the_session(door, steady):
    class Socket:
        """Only what a socket is told of short ways."""

        def shorten(self, passes, onward):
            self.passes, self.onward = passes, onward

        def __getattr__(self, name):
            return lambda *_given, **_named: None

    socket = Socket()
    guarded = GuardedTransport(socket, Admission(Grounds.TICKET, ADA), door, clock=steady)
    guarded.shorten(lambda _text: True, "the model")
    passed = 0
    while socket.passes(APPEND):
        passed += 1
    assert (passed, socket.onward) == (1, "the model")  # a quarter of a burst of 7,500 bytes
    for _ in range(20):
        guarded._take(APPEND)
    assert not socket.passes(APPEND)  # shown out
    guarded.close()
