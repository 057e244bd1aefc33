import numpy as np
import pytest

from tools.search.bulk import BulkEmbedder
from tools.search.embedder import shared_embedder


@pytest.mark.parametrize("count", [0, 3, 60])
def test_vectors_made_in_bulk_are_those_of_the_shared_embedder_in_order(count):
    texts = [f"ferry number {number} " + "sails on " * (number % 7) for number in range(count)]
    bulk = BulkEmbedder(cores=2)
    assert (bulk.name, bulk.dimensions) == (shared_embedder().name, 384)
    # Rounding depends on what is embedded together: int8 weights, sums in another order.
    assert np.allclose(bulk.embed(texts), shared_embedder().embed(texts), atol=0.02)
    assert (bulk._own is None) == (count < 48)
