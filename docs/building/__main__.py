"""`python -m docs.building`: stage the pages and build the site."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.building.site import build

sys.exit(build(Path(__file__).parents[2]))
