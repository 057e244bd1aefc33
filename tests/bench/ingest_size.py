"""Measures an ingest at size: peak memory of all its processes, passages, and what a search sees meanwhile.

    python tests/bench/ingest_size.py --megabytes 1000 --passages 100000 --embedder quick

Builds a folder of web pages, most of whose bytes are scripts, as on the web; ingests it in a process of its own, and
adds up what that process and its readers hold, sixteen times a second. The quick embedder makes vectors of MiniLM's
size out of nothing: reading, cutting, staging, writing and loading are measured, the model is not. With
`--embedder minilm` it is all real, at some ten passages a second and core.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = 160  # about one passage

CHILD = """
import resource, sys, time
from pathlib import Path
import numpy as np
from tools.search.bulk import BulkEmbedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest

class Quick:
    dimensions, name = 384, "quick"
    def embed(self, texts):
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), 384)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

embedder = Quick() if sys.argv[3] == "quick" else BulkEmbedder()
index = LocalIndex.open(Path(sys.argv[2]), create=True, embedder=embedder)
begun = time.process_time()
last = [0.0]
def told(progress):
    if time.monotonic() - last[0] > 5:
        last[0] = time.monotonic()
        left = "?" if progress.remaining is None else f"{progress.remaining:.0f}"
        pace = f"{progress.rate:.0f}/s {left} s left"
        print(f"{progress.done}/{progress.total} {progress.chunks} passages {pace}", flush=True)
summary = ingest([Path(sys.argv[1])], index, embedder=embedder, progress=told)
print(f"{summary.added} documents, {summary.chunks} passages, {len(summary.skipped)} not read, "
      f"{summary.seconds:.0f} s, {time.process_time() - begun:.0f} s of processor time in the main process", flush=True)
begun = time.process_time()
index.warm()
print(f"loading to search: {time.process_time() - begun:.2f} s of processor time", flush=True)
"""


def build(folder: Path, megabytes: int, passages: int) -> None:
    """Write the folder."""
    source = random.Random(7)
    vocabulary = ["".join(source.choices("abcdefghilmnoprstuv", k=source.randint(2, 10))) for _ in range(30_000)]
    each = 20  # passages a page
    pages = passages // each
    padding = max(megabytes * 1_000_000 // pages - each * WORDS * 7, 0)
    script = "<script>" + "var x=[1,2,3];" * (padding // 14) + "</script>"
    for number in range(pages):
        sections = []
        for section in range(each):
            words = " ".join(source.choices(vocabulary, k=WORDS - 10))
            sections.append(f"<h2>Section {section} {source.choice(vocabulary)}</h2><p>{words}.</p>")
        place = folder / f"{number % 100:02}"
        place.mkdir(parents=True, exist_ok=True)
        text = f"<html><head><title>Page {number}</title>{script}</head><body>{''.join(sections)}</body></html>"
        (place / f"page {number}.html").write_text(text, encoding="utf-8")


def held(root: int) -> int:
    """Bytes resident in a process and all its descendants (Linux)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096
        except OSError:
            continue
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--embedder", choices=["quick", "minilm"], default="quick")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place, "papers"), Path(place, "index.sqlite")
        build(folder, given.megabytes, given.passages)
        size = sum(path.stat().st_size for path in folder.rglob("*.html"))
        print(f"{size / 1e6:.0f} MB in {sum(1 for _ in folder.rglob('*.html'))} files", flush=True)
        command = [sys.executable, "-c", CHILD, str(folder), str(index), given.embedder]
        with subprocess.Popen(command, cwd=ROOT) as process:
            peak = [0]
            ended = threading.Event()

            def sample() -> None:
                while not ended.is_set():
                    peak[0] = max(peak[0], held(process.pid))
                    time.sleep(1 / 16)

            threading.Thread(target=sample, daemon=True).start()
            process.wait()
            ended.set()
        print(f"peak of all processes together: {peak[0] / 1e6:.0f} MB; index {index.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
