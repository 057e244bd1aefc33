"""Queries: what of a query is embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.search.embedder import Embedder

_MARKS = ("?", ".", "!", "…", "\uff1f", "\u3002")


def embedded(queries: Sequence[str], embedder: Embedder) -> NDArray[np.float32]:
    """Embed queries.

    One that ends without a mark, as typed and dictated ones often do, is embedded as it stands and as a question, and
    the mean of both is its vector: where the two differ, neither is quite what was meant.

    Args:
        queries: What was asked.
        embedder: Makes the vectors.

    Returns:
        One row of length 1 for each query, in order.

    Raises:
        tools.errors.SearchError: The model cannot be loaded.
    """
    asked = [query.rstrip() for query in queries]
    bare = [at for at, query in enumerate(asked) if query and not query.endswith(_MARKS)]
    vectors = embedder.embed([*queries, *(f"{asked[at]}?" for at in bare)])
    rows = vectors[: len(queries)].copy()
    rows[bare] += vectors[len(queries) :]
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return (rows / lengths).astype(np.float32, copy=False)
