from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tools.search.embedder import MiniLM, shared_embedder


@pytest.fixture(scope="module")
def embedder():
    return shared_embedder()


def test_vectors_have_length_one(embedder):
    vectors = embedder.embed(["a ferry", "", "\x00", "the timetable of the ferry in winter " * 60])
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_what_means_the_same_is_closer_than_what_shares_words(embedder):
    question, meant, shared = embedder.embed(
        ["how many days off do I get?", "Annual leave is 25 days.", "How many people do I need to get in off the roof?"]
    )
    assert question @ meant > question @ shared


def test_a_vector_does_not_depend_on_what_it_is_embedded_with(embedder):
    texts = [f"passage {number} " + "of the handbook " * (number * 7 % 40) for number in range(40)]
    together = embedder.embed(texts)
    alone = np.vstack([embedder.embed([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-4


def test_no_text_gives_no_vector(embedder):
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_several_threads_get_what_one_gets(embedder):
    texts = [f"question {number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = np.vstack(list(pool.map(lambda text: embedder.embed([text]), texts)))
    assert np.abs(found - embedder.embed(texts)).max() < 1e-4


def test_the_model_is_loaded_on_first_use_and_once():
    embedder = MiniLM(threads=1)
    assert embedder._loaded is None
    embedder.warm()
    loaded = embedder._loaded
    embedder.warm()
    assert loaded is not None
    assert embedder._loaded is loaded


def test_the_process_shares_one_embedder():
    assert shared_embedder() is shared_embedder()
