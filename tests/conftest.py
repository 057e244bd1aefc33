"""For every test: no services, keys and proxies of the developer, so that none is dialled or shown by accident."""

from __future__ import annotations

import os
import sys

from pydantic import AliasChoices

from agent.config import Settings
from tests.environment import PROXIES


def variables() -> set[str]:
    """Every variable that the settings read."""
    found = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        found |= {str(each).upper() for each in (alias.choices if isinstance(alias, AliasChoices) else [alias or name])}
    return found


for _variable in variables() | {each for name in PROXIES for each in (name, name.lower())}:
    os.environ.pop(_variable, None)


def _refused(_hook: object) -> None:
    raise AssertionError("no audit hook here: it cannot be taken away, and threads begun under coverage fail")


# Before Python 3.12 a thread that begins while another asks such a hook whether it may be traced is refused.
sys.addaudithook = _refused
