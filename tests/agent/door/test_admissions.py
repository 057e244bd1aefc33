"""How many sessions there are, and the end of taking more."""

from __future__ import annotations

import asyncio

import pytest

from agent.door.admissions import MOST_PROMISED, Admissions
from agent.door.limits import Limits
from agent.door.refusal import TurnedAway


@pytest.fixture
def admissions():
    return Admissions(Limits(sessions=5, sessions_per_user=2))


def refusal(work):
    with pytest.raises(TurnedAway) as no:
        work()
    return no.value.refusal


def test_one_user_has_so_many_sessions_and_no_more_until_one_ends(admissions):
    seats = [admissions.enter("ada") for _ in range(2)]
    no = refusal(lambda: admissions.enter("ada"))
    assert (no.status, no.close_code, no.code, no.retry_after) == (429, 1013, "too_many_sessions", 5)
    admissions.enter("bob")
    seats[0].leave()
    admissions.enter("ada")


def test_all_together_have_so_many_and_no_more(admissions):
    for number in range(5):
        admissions.enter(f"u{number}")
    no = refusal(lambda: admissions.enter("u5"))
    assert (no.status, no.code, no.retry_after) == (503, "server_full", 5)
    assert admissions.count == 5


def test_callers_whom_nobody_knows_count_in_all_only(admissions):
    for _ in range(5):
        admissions.enter(None)
    assert refusal(lambda: admissions.enter(None)).code == "server_full"


def test_leaving_twice_gives_one_place_back(admissions):
    seat = admissions.enter("ada")
    admissions.enter("ada")
    seat.leave()
    seat.leave()
    assert admissions.count == 1
    admissions.enter("ada")
    assert refusal(lambda: admissions.enter("ada")).code == "too_many_sessions"


def test_nothing_is_remembered_of_users_who_left(admissions):
    for number in range(100):
        admissions.enter(f"u{number}").leave()
    assert admissions.count == 0
    assert not admissions._of_user


def test_who_promised_to_say_who_it_is_counts_as_that_user_from_then_on(admissions):
    admissions.enter("ada")
    admissions.enter("ada")
    seat = admissions.enter(None, promised=True)
    assert refusal(lambda: seat.claim("ada")).code == "too_many_sessions"
    seat.claim("bob")
    admissions.enter("bob")
    assert refusal(lambda: admissions.enter("bob")).code == "too_many_sessions"
    seat.leave()
    admissions.enter("bob")


def test_each_session_of_a_user_may_be_come_back_to_before_its_old_connection_is_known_to_be_dead(admissions):
    before = [admissions.enter("ada"), admissions.enter("ada")]
    back = [admissions.enter("ada", returning=True), admissions.enter(None, promised=True, returning=True)]
    back[1].claim("ada")
    assert refusal(lambda: admissions.enter("ada", returning=True)).code == "too_many_sessions"
    for seat in before:
        seat.leave()
    assert refusal(lambda: admissions.enter("ada")).code == "too_many_sessions"
    back[0].leave()
    admissions.enter("ada")


def test_only_few_may_be_there_without_having_said_who_they_are():
    admissions = Admissions(Limits())
    seats = [admissions.enter(None, promised=True) for _ in range(MOST_PROMISED)]
    assert refusal(lambda: admissions.enter(None, promised=True)).code == "server_full"
    admissions.enter("ada")
    seats[0].leave()
    seats[1].claim("ada")
    for _ in range(2):
        admissions.enter(None, promised=True)
    assert refusal(lambda: admissions.enter(None, promised=True)).code == "server_full"


def test_a_server_that_drains_takes_nobody_and_waits_for_those_who_are_there(admissions):
    seat = admissions.enter("ada")
    assert not admissions.draining
    assert not admissions.drained(0.0)
    admissions.drain(100.0, 20.0)
    assert admissions.draining
    no = refusal(lambda: admissions.enter("bob"))
    assert (no.status, no.code, no.retry_after) == (503, "server_stopping", 5)
    assert not admissions.drained(119.9)
    seat.leave()
    assert admissions.drained(101.0)


def test_a_server_that_drains_does_not_wait_for_ever(admissions):
    admissions.enter("ada")
    admissions.drain(100.0, 20.0)
    admissions.drain(110.0, 20.0)  # asked again, as by a second signal
    assert admissions.drained(120.0)


class Elsewhere:
    """The other workers, which answer when a test says so."""

    def __init__(self):
        self.answer, self.asked, self.left = asyncio.get_running_loop().create_future(), [], []

    async def take(self, user, most):
        self.asked.append((user, most))
        return await self.answer

    def leave(self, user, place):
        self.left.append((user, place))


@pytest.fixture
async def elsewhere(admissions):
    admissions.elsewhere = Elsewhere()
    return admissions.elsewhere


async def test_what_other_workers_say_counts_too(admissions, elsewhere):
    elsewhere.answer.set_result("p1")
    seat = admissions.enter("ada")
    await seat.confirm()
    await admissions.enter("ada", returning=True).confirm()
    await admissions.enter(None).confirm()
    assert elsewhere.asked == [("ada", 2), ("ada", None)]
    seat.leave()
    seat.leave()
    assert elsewhere.left == [("ada", "p1")]


async def test_who_has_no_room_elsewhere_leaves_the_seat_that_was_taken_here(admissions, elsewhere):
    elsewhere.answer.set_result(None)
    with pytest.raises(TurnedAway) as no:
        await admissions.enter("ada").confirm()
    assert no.value.refusal.code == "too_many_sessions"
    assert (admissions.count, elsewhere.left) == (0, [])


async def test_who_leaves_before_that_is_known_keeps_no_place_anywhere(admissions, elsewhere):
    cancelled, left = admissions.enter("ada"), admissions.enter("ada")
    first, second = asyncio.create_task(cancelled.confirm()), asyncio.create_task(left.confirm())
    await asyncio.sleep(0)
    left.leave()
    first.cancel()
    elsewhere.answer = None
    with pytest.raises(asyncio.CancelledError):
        await first
    assert admissions.count == 0
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_a_place_that_is_given_to_who_has_left_is_given_back(admissions, elsewhere):
    seat = admissions.enter("ada")
    confirming = asyncio.create_task(seat.confirm())
    await asyncio.sleep(0)
    seat.leave()
    elsewhere.answer.set_result("p1")
    await confirming
    assert elsewhere.left == [("ada", "p1")]
