import asyncio
import logging
import threading

import pytest

from tools import User
from tools.search.backend import Passage, Passages
from tools.search.reranking import Reranked


class Numbers:
    """Finds passages "0", "1", "2" …, as many as are wanted."""

    def __init__(self, most=50, incomplete=""):
        self.most, self.incomplete, self.asked = most, incomplete, []

    async def search(self, query, *, top=5, user=None):
        self.asked.append((query, top, user))
        found = [Passage(str(n), "a.md", "A", str(n), 1 - n / 100) for n in range(min(top, self.most))]
        return Passages(found, incomplete=self.incomplete)


def texts(passages):
    return [passage.text for passage in passages]


async def backwards(query, passages):
    return [float(passage.text) for passage in passages]


async def test_the_reranker_decides_the_order_among_the_candidates():
    index = Numbers()
    found = await Reranked(index, backwards, candidates=8).search("q", top=3, user=User("anna"))
    assert texts(found) == ["7", "6", "5"]
    assert found[0].score == pytest.approx(0.93)
    assert index.asked == [("q", 8, User("anna"))]


async def test_a_plain_function_is_run_in_a_thread():
    threads = []

    def shortest(query, passages):
        threads.append(threading.current_thread())
        return [-len(query) + float(passage.text) for passage in passages]

    assert texts(await Reranked(Numbers(), shortest, candidates=4).search("q", top=2)) == ["3", "2"]
    assert threads[0] is not threading.main_thread()


async def test_an_object_with_an_async_call_is_a_reranker():
    class Model:
        async def __call__(self, query, passages):
            return await backwards(query, passages)

    assert texts(await Reranked(Numbers(), Model(), candidates=4).search("q", top=1)) == ["3"]


async def test_equal_scores_leave_the_order_as_it_was():
    async def indifferent(query, passages):
        return [1] * len(passages)

    assert texts(await Reranked(Numbers(), indifferent).search("q", top=3)) == ["0", "1", "2"]


async def test_more_passages_than_candidates_follow_in_their_own_order():
    assert texts(await Reranked(Numbers(), backwards, candidates=2).search("q", top=4)) == ["1", "0", "2", "3"]


async def test_what_is_missing_is_still_said():
    found = await Reranked(Numbers(incomplete="One index is away."), backwards).search("q")
    assert found.incomplete == "One index is away."


async def test_nothing_is_asked_of_the_reranker_where_there_is_nothing_to_order():
    async def never(query, passages):
        raise AssertionError

    assert texts(await Reranked(Numbers(most=1), never).search("q")) == ["0"]


async def asleep(query, passages):
    await asyncio.Event().wait()


async def broken(query, passages):
    raise RuntimeError("no model")


async def too_few(query, passages):
    return [1.0]


async def no_numbers(query, passages):
    return [float("nan")] * len(passages)


@pytest.mark.parametrize(
    ("reranker", "reason"),
    [
        (asleep, "longer than 0.01 s"),
        (broken, "RuntimeError: no model"),
        (too_few, "a number for each"),
        (no_numbers, "a number for each"),
    ],
)
async def test_whatever_fails_leaves_the_order_of_the_index_and_says_why(reranker, reason, caplog):
    with caplog.at_level(logging.WARNING):
        found = await Reranked(Numbers(), reranker, timeout=0.01).search("q", top=3)
    assert texts(found) == ["0", "1", "2"]
    assert reason in caplog.text


async def test_a_reranker_that_hangs_in_its_thread_holds_nobody_up():
    release = threading.Event()

    def hangs(query, passages):
        release.wait()
        return [0.0] * len(passages)

    reranked = Reranked(Numbers(), hangs, timeout=0.01)
    try:
        for _ in range(5):
            assert texts(await reranked.search("q", top=2)) == ["0", "1"]
    finally:
        release.set()


@pytest.mark.parametrize("options", [{"candidates": 0}, {"timeout": 0}, {"timeout": float("nan")}])
def test_a_limit_that_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be positive"):
        Reranked(Numbers(), backwards, **options)
