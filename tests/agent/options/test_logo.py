"""Logo: an SVG or a PNG of a sensible size, from a file or from bytes; anything else is refused in words."""

from __future__ import annotations

import struct

import pytest

from agent.errors import ConfigurationError
from agent.options.logo import MAX_BYTES, read_logo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>'


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0"


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>\n', b"<!-- ours --> ", b"\n<!DOCTYPE svg PUBLIC 'x'>\n"]
)
def test_an_svg_is_known_by_its_root_element(before):
    logo = read_logo(before + SVG)
    assert (logo.kind, logo.media_type) == ("svg", "image/svg+xml")
    assert logo.content == before + SVG


def test_a_file_gives_the_same_as_its_bytes_and_another_picture_has_another_address(tmp_path):
    path = tmp_path / "logo.png"
    path.write_bytes(png(64, 64))
    assert read_logo(path) == read_logo(str(path)) == read_logo(png(64, 64))
    assert read_logo(path).path != read_logo(png(64, 65)).path
    assert read_logo(path).path.endswith(".png")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither an SVG nor a PNG"),
        (b"GIF89a", "neither an SVG nor a PNG"),
        (b"<html><svg></svg></html>", "neither an SVG nor a PNG"),
        (b"<svgx>", "neither an SVG nor a PNG"),
        (png(1, 1)[:20], "neither an SVG nor a PNG"),
        (png(2000, 10), "2000 by 10 pixels"),
        (png(0, 0), "0 by 0 pixels"),
        (SVG + b" " * MAX_BYTES, "more than 256 KiB"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(content, why):
    with pytest.raises(ConfigurationError, match=why):
        read_logo(content)


def test_a_file_that_is_not_there_is_named_with_the_folder_that_was_looked_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"Page\(logo='none\.svg'\): cannot be read from .*No such file"):
        read_logo("none.svg")
