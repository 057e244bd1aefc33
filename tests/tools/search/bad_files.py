"""A folder of everything that people's folders hold and nobody expects, built anew for each test.

Each file is named in one of two tables: what must be said of it, or what must be found in it.
"""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import zipfile
from typing import TYPE_CHECKING

import docx
from fpdf import FPDF

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JAPANESE = "港のフェリーは九時に出発します。切符は売店で買えます。" * 4
SECRET = "The safe opens with 4711."

# Name → words of the reason that is given.
REFUSED = {
    "bomb.docx": "zip bomb",
    "liar.docx": "damaged",
    "ten thousand blank pages.pdf": "no text in any of its 10000 pages",
    "locked.pdf": "password",
    "cut.pdf": "damaged",
    "cut.docx": "damaged",
    "photo album.docx": "zip archive",
    "page.pdf": "damaged: named .pdf",
    "setup.md": "a program",
    "binary.txt": "binary data",
    "empty.md": "empty",
    "blank.txt": "empty",
    "only a script.html": "no text",
    "deep.html": "nested too deeply",
    "cyrillic.txt": "save it as UTF-8",
    "old.docx": "binary format of old Office",
    "large.txt": "too large",
}
# Name → words that must be found in it.
READ = {
    "script.html": "ferry timetable",
    "utf16 marked.txt": "ferry utfsixteenmarked",
    "utf16 bare.txt": "ferry utfsixteenbare",
    "latin.txt": "café brûlé",
    "utf32.txt": "ferry utfthirtytwo",
    "shift jis.txt": "フェリー",
    "euc.txt": "フェリー",
    "really a pdf.txt": "ferry disguised",
    "really html.pdf.html": "ferry undisguised",
    "one line.txt": "ferry oneline",
    "one word.txt": "ferry oneword",
    "deep json.txt": "ferry nested",
    "deep.md": "ferry quoted",
    "wide table.html": "ferry tabled",
    "long header.md": "ferry headed",
    "ünï 日本 'quoted' %2e $HOME.md": "ferry unusual",
}


def build(folder: Path) -> None:
    """Write all of them, and a good document among them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "good.md").write_text("# Ferries\n\nThe ferry to Bergen leaves at nine.\n", encoding="utf-8")
    for name, content in {**_office(), **_pdfs(), **_texts(), **_markup()}.items():
        (folder / name).write_bytes(content)
    with (folder / "large.txt").open("wb") as file:
        file.truncate(200_000_000)


def build_special(folder: Path, outside: Path) -> dict[str, str]:
    """Add what only Unix has: links, pipes, sockets, odd names; gives the reason that is due for each."""
    outside.mkdir(parents=True, exist_ok=True)
    (outside / "secret.md").write_text(SECRET, encoding="utf-8")
    (folder / "way out.md").symlink_to(outside / "secret.md")
    (folder / "folder out").symlink_to(outside)
    (folder / "around").symlink_to(folder)
    (folder / "ring.md").symlink_to(folder / "ring2.md")
    (folder / "ring2.md").symlink_to(folder / "ring.md")
    (folder / "dangling.md").symlink_to(folder / "nowhere.md")
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as bound:
        here = os.open(folder, os.O_RDONLY)  # by way of it: a socket's path may have but a hundred characters
        try:
            bound.bind(f"/proc/self/fd/{here}/socket.md" if sys.platform == "linux" else str(folder / "socket.md"))
        finally:
            os.close(here)
    (folder / "null.md").symlink_to("/dev/null")
    (folder / "line\nbreak \x1b[31m.md").write_text("x", encoding="utf-8")
    due = {
        "way out.md": "outside",
        "folder out": "outside",
        "ring.md": "circle",
        "ring2.md": "circle",
        "dangling.md": "vanished",
        "pipe.md": "not a regular file",
        "socket.md": "not a regular file",
        "null.md": "outside",
        "line\\nbreak \\x1b[31m.md": "control character",
    }
    if sys.platform == "linux":
        (folder / os.fsdecode(b"caf\xe9.md")).write_text("x", encoding="utf-8")
        due["caf\\udce9.md"] = "not valid Unicode"
    if os.geteuid() != 0:
        (folder / "closed.md").write_text("x", encoding="utf-8")
        (folder / "closed.md").chmod(0)
        due["closed.md"] = "permission denied"
    return due


def _office() -> dict[str, bytes]:
    def zipped(parts: dict[str, bytes]) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return stream.getvalue()

    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Dogs stay on the open deck.")
    document.save(stream)
    whole = stream.getvalue()
    bomb = zipped({"word/document.xml": bytes(120_000_000), "[Content_Types].xml": b"<Types/>"})
    return {
        "bomb.docx": bomb,
        # Its directory says that it unpacks to little.
        "liar.docx": bomb.replace((120_000_000).to_bytes(4, "little"), (5_000).to_bytes(4, "little")),
        "cut.docx": whole[: len(whole) // 2],
        "photo album.docx": zipped({"1.jpg": b"\xff\xd8\xff", "2.jpg": b"\xff\xd8\xff"}),
        "old.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }


def _pdfs() -> dict[str, bytes]:
    def pdf(work: Callable[[FPDF], object]) -> bytes:
        file = FPDF()
        file.set_font("helvetica", size=12)
        work(file)
        return bytes(file.output())

    def said(text: str) -> Callable[[FPDF], object]:
        return lambda file: (file.add_page(), file.cell(text=text))

    def locked(file: FPDF) -> None:
        said("Locked away.")(file)
        file.set_encryption(owner_password="owner", user_password="user")

    kids = " ".join(f"{number} 0 R" for number in range(3, 10_003))
    blank = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count 10000 /Kids [{kids}] >>".encode()]
    blank += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"] * 10_000
    disguised = pdf(said("The ferry disguised as text leaves at ten."))
    return {
        "ten thousand blank pages.pdf": _objects(blank),
        "locked.pdf": pdf(locked),
        "cut.pdf": disguised[:150],
        "really a pdf.txt": disguised,
        "page.pdf": b"These are only words.",
    }


def _objects(objects: list[bytes]) -> bytes:
    file, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(file + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def _texts() -> dict[str, bytes]:
    nested = json.dumps("The ferry nested in brackets.")
    return {
        "utf16 marked.txt": "The ferry utfsixteenmarked leaves.".encode("utf-16"),
        "utf16 bare.txt": "The ferry utfsixteenbare leaves.".encode("utf-16-le"),
        "utf32.txt": "The ferry utfthirtytwo leaves.".encode("utf-32"),
        "latin.txt": "Une crème brûlée au café, déjà payée à l'hôtel.".encode("latin-1"),
        "shift jis.txt": JAPANESE.encode("shift_jis"),
        "euc.txt": JAPANESE.encode("euc_jp"),
        "cyrillic.txt": ("Паром отправляется в девять часов утра из порта. " * 3).encode("cp1251"),
        "binary.txt": b"words\0and\0zeros" * 20,
        "empty.md": b"",
        "blank.txt": b" \n\t \n",
        "setup.md": b"MZ\x90\0" + bytes(200),
        "one line.txt": b"The ferry oneline leaves at nine. " + b"Words follow words " * 5_000,
        "one word.txt": b"The ferry oneword leaves at nine. " + b"A" * 300_000,
        "deep json.txt": ("[" * 50_000 + nested + "]" * 50_000).encode(),
        "deep.md": b">" * 3_000 + b" The ferry quoted over and over.\n\nThe ferry quoted once.\n",
        "long header.md": f"| {'header ' * 3_000} | b |\n|---|---|\n| ferry headed | x |\n{'| c | d |' * 2}\n".encode(),
        "ünï 日本 'quoted' %2e $HOME.md": b"The ferry unusual leaves.",
    }


def _markup() -> dict[str, bytes]:
    script = "<script>var hidden = 'zanzibarscript';</script><style>.zanzibarstyle{}</style>"
    rows = "".join(f"<tr><td>{number}</td><td>crossing</td></tr>" for number in range(3_000))
    return {
        "script.html": f"<html><head>{script}</head><body onload='zanzibarload()'><!-- zanzibarcomment --><h1>Ferry "
        f"timetable</h1><p>At nine.</p>{script}<noscript>zanzibarnoscript</noscript></body></html>".encode(),
        "only a script.html": f"<html><body>{script}</body></html>".encode(),
        "really html.pdf.html": b"<!doctype html><p>The ferry undisguised leaves.</p>",
        "deep.html": b"<html><p>The ferry abyss leaves.</p>" + b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000,
        "wide table.html": f"<html><table><tr><th>Number</th><th>What ferry tabled</th></tr>{rows}</table>".encode(),
    }
