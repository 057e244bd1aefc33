import numpy as np
import pytest

from agent.engine.g711 import Law, decode_g711, encode_g711

# From the tables of ITU-T G.711: code → 16-bit value.
KNOWN = {
    "mulaw": {0x00: -32124, 0x80: 32124, 0x7F: 0, 0xFF: 0, 0xFE: 8, 0x7E: -8, 0xEF: 132, 0x8F: 16764},
    "alaw": {0xD5: 8, 0x55: -8, 0x2A: -32256, 0xAA: 32256, 0xD4: 24, 0x80: 5504, 0x00: -5504},
}
LAWS: list[Law] = ["mulaw", "alaw"]


@pytest.mark.parametrize("law", LAWS)
def test_codes_have_the_values_of_the_standard(law: Law):
    values = decode_g711(bytes(KNOWN[law]), law) * 32768
    assert values.tolist() == list(KNOWN[law].values())


@pytest.mark.parametrize("law", LAWS)
def test_every_code_survives_decoding_and_encoding(law: Law):
    codes = bytes(range(256))
    again = encode_g711(decode_g711(codes, law), law)
    negative_zero = 0x7F if law == "mulaw" else None
    assert [a for a, b in zip(codes, again, strict=True) if a != b] == ([negative_zero] if negative_zero else [])


@pytest.mark.parametrize("law", LAWS)
def test_the_nearest_code_is_chosen(law: Law):
    values = decode_g711(bytes(range(256)), law)
    samples = np.random.default_rng(1).uniform(-0.95, 0.95, 2000).astype(np.float32)
    error = np.abs(decode_g711(encode_g711(samples, law), law) - samples)
    best = np.abs(values[np.newaxis, :] - samples[:, np.newaxis]).min(axis=1)
    np.testing.assert_allclose(error, best, atol=4e-5)


def test_silence_is_the_idle_code_of_a_telephone_line():
    assert encode_g711(np.zeros(2, np.float32), "mulaw") == b"\xff\xff"
    assert encode_g711(np.zeros(1, np.float32), "alaw") in {b"\xd5", b"\x55"}


@pytest.mark.parametrize("law", LAWS)
def test_too_loud_is_held_at_the_limit(law: Law):
    loud, limit = np.array([3.0, -3.0], np.float32), np.array([1.0, -1.0], np.float32)
    assert encode_g711(loud, law) == encode_g711(limit, law)


@pytest.mark.parametrize("law", LAWS)
def test_nothing_in_gives_nothing_out(law: Law):
    assert encode_g711(np.zeros(0, np.float32), law) == b""
    assert len(decode_g711(b"", law)) == 0
