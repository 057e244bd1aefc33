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


def test_a_text_embedded_word_by_word_is_as_a_whole_the_same(embedder):
    texts = ["The Internet on board is free.", "", "?!", "Naïve ideas: wi-fi costs £3", "x " * 400]
    worded = embedder.embed_words(texts)
    assert np.abs(np.stack([each.vector for each in worded]) - embedder.embed(texts)).max() < 1e-4
    assert worded[0].words == ("the", "internet", "on", "board", "is", "free")
    assert worded[1].words == worded[2].words == ()
    assert worded[3].words[:4] == ("naive", "ideas", "wi", "fi")
    for each in worded:
        assert each.meanings.shape == (len(each.words), embedder.dimensions)
        assert np.linalg.norm(each.meanings, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(worded[4].words) < 256
    assert embedder.embed_words([]) == []


def test_a_word_means_what_its_sentence_makes_of_it(embedder):
    money, water, river = embedder.embed_words(
        ["I opened an account at the bank", "we sat on the bank of the river", "the shore was muddy"]
    )
    shore = river.meanings[river.words.index("shore")]

    def bank(said):
        return float(said.meanings[said.words.index("bank")] @ shore)

    assert bank(water) > bank(money)
