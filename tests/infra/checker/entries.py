"""Entries of JSON: where one stands in its file, and what is there twice."""

from __future__ import annotations

import json


def at(file, key, value, message):
    """A finding at the first line that has a key with a value."""
    return file.find(f'"{key}": {json.dumps(value, ensure_ascii=False)}', message)


def unique(file, key, values, where=""):
    """Values of a key that have to differ."""
    for value in sorted({each for each in values if values.count(each) > 1}, key=str):
        yield at(file, key, value, f"the {key} {value!r} is there twice{where}")
