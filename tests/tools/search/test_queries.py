import numpy as np
import pytest

from tools.search.embedder import shared_embedder
from tools.search.queries import embedded


@pytest.fixture(scope="module")
def embedder():
    return shared_embedder()


def test_a_query_that_ends_with_a_mark_is_embedded_as_it_is(embedder):
    queries = ["Where is the ferry?", "Opening hours.", "日本語\uff1f"]
    assert np.allclose(embedded(queries, embedder), embedder.embed(queries), atol=1e-5)


def test_one_without_a_mark_lies_between_what_it_is_and_what_it_would_be_as_a_question(embedder):
    (found,) = embedded(["when does the ferry leave "], embedder)
    plain, asked = embedder.embed(["when does the ferry leave", "when does the ferry leave?"])
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found @ plain > plain @ asked
    assert found @ asked == pytest.approx(float(found @ plain), abs=1e-3)


def test_nothing_and_blanks_have_vectors_too(embedder):
    assert embedded([], embedder).shape == (0, embedder.dimensions)
    assert np.linalg.norm(embedded(["", " "], embedder), axis=1) == pytest.approx(1, abs=1e-5)
