"""Many readers side by side: all jobs are done whatever becomes of one, and little is held at a time."""

from __future__ import annotations

import threading
import time

import pytest

from tools.search.reading import UnreadableError, pool
from tools.search.reading.pool import ReaderPool, default_workers

PAGE = b"<html><p>The ferry leaves at nine.</p>"


def results(work, jobs, **options):
    with ReaderPool(work, workers=2, **options) as readers:
        return dict(readers.results((job, 1) for job in jobs))


def test_every_job_is_done_whatever_becomes_of_one():
    def work(job, reader):
        if job == "odd":
            raise UnreadableError("damaged")
        if job == "killed":
            reader.parse(PAGE, "a.html")
            reader.kill()
        return reader.parse(PAGE, "a.html").format

    found = results(work, ["a", "odd", "killed", *"bcdef"])
    assert {job: future.exception() is None for job, future in found.items()} == dict.fromkeys("abcdef", True) | {
        "odd": False,
        "killed": False,
    }


def test_a_document_that_hangs_costs_only_itself(monkeypatch):
    def work(job, reader):
        if job == "hangs":
            with monkeypatch.context() as patch:
                patch.setattr("tools.search.reading.isolation._START", "import time; time.sleep(60)")
                return reader.parse(PAGE, "a.html")
        return job

    found = results(work, ["a", "hangs", "b"], time_limit=1.0)
    assert "longer than 1 s" in str(found["hangs"].exception())
    assert found["b"].result() == "b"


def test_no_more_is_held_than_there_is_room_for_and_what_is_larger_goes_alone(monkeypatch):
    monkeypatch.setattr(pool, "_IN_FLIGHT", 10)
    sizes = [4, 4, 4, 50, 1, 1, 1, 1, 1, 1, 9, 9]
    lock, held, seen = threading.Lock(), [], []

    def work(job, reader):
        with lock:
            held.append(sizes[job])
            seen.append(list(held))
        time.sleep(0)
        with lock:
            held.remove(sizes[job])
        return job

    with ReaderPool(work, workers=3) as readers:
        assert sorted(job for job, _ in readers.results(enumerate(sizes))) == list(range(len(sizes)))
    assert all(sum(each) <= 10 or len(each) == 1 for each in seen)


def test_jobs_are_taken_only_when_there_is_room():
    taken, go_on = [], threading.Event()

    def jobs():
        for number in range(50):
            taken.append(number)
            yield number, 1

    with ReaderPool(lambda job, reader: go_on.wait(60) and job, workers=2) as readers:
        go_on.set()
        for count, _ in enumerate(readers.results(jobs()), start=1):
            assert len(taken) <= count + 2 + pool._WAITING + 1
    assert len(taken) == 50


def test_leaving_early_ends_a_reader_in_the_middle_of_a_document(monkeypatch):
    monkeypatch.setattr("tools.search.reading.isolation._START", "import time; time.sleep(60)")
    started = threading.Event()

    def work(job, reader):
        started.set()
        return reader.parse(PAGE, "a.html")

    begun = time.monotonic()

    def leave():
        with ReaderPool(work, workers=1, time_limit=50) as readers:
            threading.Thread(target=lambda: list(readers.results([("a", 1), ("b", 1)])), daemon=True).start()
            assert started.wait(30)
            while not readers._readers or readers._readers[0]._process is None:
                time.sleep(0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert time.monotonic() - begun < 40


def test_there_are_as_many_readers_as_cores(monkeypatch):
    assert default_workers() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert default_workers() == 1
