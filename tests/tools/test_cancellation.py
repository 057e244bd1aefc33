import asyncio
import threading

from tools.cancellation import Cancellation


def test_it_is_not_set_at_first_and_stays_set():
    cancelled = Cancellation()
    assert not cancelled.is_set()
    cancelled.set()
    cancelled.set()
    assert cancelled.is_set()
    assert repr(cancelled) == "Cancellation(set)"


async def test_setting_from_a_thread_wakes_every_coroutine_that_waits():
    cancelled = Cancellation()
    waiting = [asyncio.create_task(cancelled.wait_async()) for _ in range(3)]
    await asyncio.sleep(0)
    threading.Thread(target=cancelled.set).start()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_waiting_after_the_fact_returns_at_once():
    cancelled = Cancellation()
    cancelled.set()
    await asyncio.wait_for(cancelled.wait_async(), 1)


async def test_a_waiter_that_gives_up_is_forgotten_and_harms_nobody():
    cancelled = Cancellation()
    impatient = asyncio.create_task(cancelled.wait_async())
    patient = asyncio.create_task(cancelled.wait_async())
    await asyncio.sleep(0)
    impatient.cancel()
    cancelled.set()
    await asyncio.wait_for(patient, 5)
    assert impatient.cancelled()


def test_a_thread_can_sleep_on_it():
    cancelled = Cancellation()
    assert cancelled.wait(0.01) is False
    threading.Timer(0.02, cancelled.set).start()
    assert cancelled.wait(5) is True


def test_a_waiter_whose_loop_has_closed_does_not_stop_the_others_from_being_woken():
    cancelled = Cancellation()
    loop = asyncio.new_event_loop()
    waiter = cancelled.wait_async()
    loop.run_until_complete(_one_step(waiter))
    loop.close()
    cancelled.set()
    waiter.close()
    assert cancelled.is_set()


async def _one_step(waiter):
    waiter.send(None)  # up to its first wait, and no further
