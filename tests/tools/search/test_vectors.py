import numpy as np

from tools.search.vectors import VectorTable, packed, unpacked


def unit_rows(count, dimensions=384):
    rows = np.random.default_rng(1).standard_normal((count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_similarities_are_cosines_within_two_thousandths():
    rows = unit_rows(2500)
    table = VectorTable(packed(rows), 384)
    assert np.abs(table.similarities(rows[7]) - rows @ rows[7]).max() < 0.002


def test_a_vector_takes_a_byte_a_dimension():
    assert [len(blob) for blob in packed(unit_rows(2))] == [388, 388]


def test_a_zero_vector_is_like_nothing():
    table = VectorTable(packed(np.zeros((1, 8), dtype=np.float32)), 8)
    assert table.similarities(unit_rows(1, 8)[0]).tolist() == [0.0]


def test_an_empty_table_has_no_similarities():
    assert VectorTable(packed(np.empty((0, 8), dtype=np.float32)), 8).similarities(unit_rows(1, 8)[0]).shape == (0,)


def test_unpacked_vectors_are_packed_into_the_same_bytes_again():
    vectors = np.random.default_rng(3).standard_normal((40, 32)).astype(np.float32)
    blobs = packed(vectors)
    again = packed(unpacked(blobs, 32))
    assert [blob[4:] for blob in again] == [blob[4:] for blob in blobs]
    scales = [np.frombuffer(blob[:4], "<f4")[0] for blob in (*blobs, *again)]
    assert np.allclose(scales[:40], scales[40:], rtol=1e-6)
