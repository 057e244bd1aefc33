import gc
import threading
import weakref

from tools.search.refreshing import Refresher


class Thing:
    def __init__(self):
        self.looked = threading.Semaphore(0)

    def keep_up(self):
        self.looked.release()


def test_what_is_added_is_looked_at_again_and_again_until_it_is_removed():
    refresher, one = Refresher(pause=0.01), Thing()
    refresher.add(one)
    assert all(one.looked.acquire(timeout=30) for _ in range(3))
    thread = refresher._thread
    refresher.remove(one)
    refresher.remove(one)
    thread.join(30)
    assert not thread.is_alive()


def test_it_begins_again_after_everything_was_removed():
    refresher, one, two = Refresher(pause=0.01), Thing(), Thing()
    refresher.add(one)
    refresher.remove(one)
    refresher.add(two)
    assert two.looked.acquire(timeout=30)
    refresher.remove(two)


def test_what_nobody_holds_any_more_is_not_kept():
    refresher, one = Refresher(pause=0.01), Thing()
    refresher.add(one)
    assert one.looked.acquire(timeout=30)
    thread, gone = refresher._thread, weakref.ref(one)
    del one
    gc.collect()
    thread.join(30)
    assert gone() is None
    assert not thread.is_alive()
