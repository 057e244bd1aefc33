"""docs/telephony.md: its example runs against a server of ours, and gets the telephone's sound."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.docs.pages import ROOT
from tests.docs.sandbox import POSIX, Sandbox

PAGE = (ROOT / "docs" / "telephony.md").read_text(encoding="utf-8")


@POSIX
@pytest.mark.slow
def test_a_bridge_gets_the_telephone_s_sound(tmp_path):
    names = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)

    async def formats(address):
        async with asyncio.timeout(60):
            events = names["connect"](address, "none")
            async for event in events:
                if event.type == "session.updated":
                    await events.aclose()
                    audio = event.session.audio
                    return [each.format.type for each in (audio.input, audio.output)]
            return None

    found = []
    Sandbox(tmp_path).serve(
        "vocative run --port 0", r"listens on (http://\S+)", lambda line: found.extend(asyncio.run(formats(line[1])))
    )
    assert found == ["audio/pcmu", "audio/pcmu"]


def test_what_is_missing_is_said_first():
    assert "does not answer a telephone by itself yet" in PAGE.split("\n\n")[1]
