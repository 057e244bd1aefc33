"""The bench's own modules are imported as `run.py` imports them: from the folder it stands in."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
