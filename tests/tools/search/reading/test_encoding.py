import codecs

import pytest

from tools.search.reading.encoding import decode
from tools.search.reading.errors import UnreadableError

WORDS = "Grüße, naïve café \u2013 30 days"


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + WORDS.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + WORDS.encode("utf-32-be"),
        WORDS.encode("utf-16-le"),
        WORDS.encode("utf-16-be"),
        WORDS.encode("cp1252"),
    ],
)
def test_the_usual_encodings_are_told_apart(data):
    assert decode(data) == WORDS


def test_a_declared_encoding_is_believed_unless_it_is_nonsense():
    assert decode("日本".encode("shift_jis"), "shift_jis") == "日本"
    assert decode(b"plain", "no-such-encoding") == "plain"
    assert decode("é".encode(), "ascii") == "é"


@pytest.mark.parametrize(
    ("declared", "used", "text"),
    [
        ("ISO-8859-1", "cp1252", "Don\u2019t pay \u20ac 500 \u2013 ask"),
        ("iso-8859-9", "cp1254", "\u20ac 5, \u0130zmir"),
        ("gb2312", "gb18030", "\u5e74\u5047 \u9555\u57fa"),
        ("EUC-KR", "cp949", "\ub620\ubc29\uac01\ud558"),
        ("Shift_JIS", "cp932", "\u2460 \u65e5\u672c"),
        ("utf-16", "utf-8", "Even or odd"),
        ("utf-16", "utf-8", "Even or odd "),
    ],
)
def test_a_declared_encoding_is_read_as_it_is_meant(declared, used, text):
    assert decode(text.encode(used), declared) == text


def test_binary_data_is_not_taken_for_text():
    with pytest.raises(UnreadableError, match="binary"):
        decode(b"\x01\x00\x00\xff\x00\x02\x03\x04\xff\xfe\x80" * 20)
