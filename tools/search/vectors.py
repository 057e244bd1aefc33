"""Vectors of all chunks in memory, a byte a dimension, and their similarity to a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SCALE = np.dtype("<f4")  # stands before the bytes of each stored vector
_ROWS = 1024  # rows turned to floats at once: they stay in the processor's cache, as fast as a float32 matrix


def packed(vectors: NDArray[np.float32]) -> list[bytes]:
    """Vectors as they are stored: a scale and one signed byte a dimension; a cosine is off by 0.002 at most.

    Args:
        vectors: One row for each chunk.
    """
    largest: NDArray[np.floating] = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    scales: NDArray[np.float32] = (largest / np.float32(127)).astype(np.float32, copy=False)
    whole: NDArray[np.int8] = np.round(vectors / scales).astype(np.int8)
    return [scale.astype(_SCALE).tobytes() + row.tobytes() for scale, row in zip(scales[:, 0], whole, strict=True)]


def unpacked(blobs: Sequence[bytes], dimensions: int) -> NDArray[np.float32]:
    """Vectors from what is stored of them; `packed` makes the same of them again.

    Args:
        blobs: What `packed` made.
        dimensions: The length of a vector.
    """
    scales, rows = _parted(blobs, dimensions)
    return rows.astype(np.float32) * scales[:, None]


def _parted(blobs: Sequence[bytes], dimensions: int) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    size = _SCALE.itemsize + dimensions
    table = np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), size)
    scales = table[:, : _SCALE.itemsize].copy().view(_SCALE)[:, 0].astype(np.float32)
    return scales, np.ascontiguousarray(table[:, _SCALE.itemsize :]).view(np.int8)


class VectorTable:
    """An immutable snapshot of the vectors of an index.

    Args:
        blobs: What `packed` made, one for each chunk.
        dimensions: The length of a vector.
    """

    def __init__(self, blobs: Sequence[bytes], dimensions: int) -> None:
        self._scales, self._rows = _parted(blobs, dimensions)

    def part(self, at: NDArray[np.int64] | slice) -> VectorTable:
        """Some of the vectors as a table of their own, which holds no copy of them.

        Args:
            at: Their positions, rising; a slice for all of them.
        """
        return self if isinstance(at, slice) else _Part(self, at)

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some vectors, one row each.

        Args:
            positions: Which.
        """
        return self._rows[positions].astype(np.float32) * self._scales[positions, None]

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of every chunk with a query, from -1 to 1.

        Args:
            query: A vector; of length 1, unless something other than the cosine is wanted.
        """
        count = len(self._rows)
        found = np.empty(count, dtype=np.float32)
        block = np.empty((min(_ROWS, count), self._rows.shape[1]), dtype=np.float32)
        for first in range(0, count, _ROWS):
            last = min(first + _ROWS, count)
            floats = block[: last - first]
            floats[:] = self._rows[first:last]
            np.dot(floats, query, out=found[first:last])
        return found * self._scales


class _Part(VectorTable):
    """Some vectors of a table."""

    def __init__(self, table: VectorTable, at: NDArray[np.int64]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._table = table
        self._at = at

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._table.rows(self._at[positions])

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        # All of them: a product of the whole is quicker than copying the part together, unless that is tiny.
        return self._table.similarities(query)[self._at]
