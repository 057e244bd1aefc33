"""A folder of bad files: each is reported by its name or read rightly, and the rest is taken in."""

from __future__ import annotations

import sys
from contextlib import closing

import pytest

from tools.search.ingest import ingest
from tools.search.index import LocalIndex

from . import bad_files
