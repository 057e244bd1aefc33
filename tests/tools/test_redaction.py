"""What may be written down of arguments and results."""

from __future__ import annotations

import pytest

from tools import ToolPolicy
from tools.redaction import REDACTED, redacted

CARD = '{"card":"4111","items":[{"Card":"4222","name":"lamp"}]}'


@pytest.mark.parametrize(
    ("redact", "text", "shown"),
    [
        (True, CARD, REDACTED),
        (False, CARD, CARD),
        ((), CARD, CARD),
        (("card",), CARD, '{"card":"[redacted]","items":[{"Card":"[redacted]","name":"lamp"}]}'),
        (("card",), "the card is 4111", REDACTED),
        (("card",), '"4111"', REDACTED),
    ],
)
def test_what_is_redacted_is_not_shown(redact, text, shown):
    assert redacted(ToolPolicy(redact=redact), text) == shown
