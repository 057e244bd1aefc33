"""Search check: `vocative check` on Azure AI Search, where it is configured."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agent.checkup import FAILED
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.checkup import Checkup
    from agent.cloud import Cloud


async def check_search(checkup: Checkup, cloud: Cloud, clock: Callable[[], float] = time.monotonic) -> None:
    """Look at the index or knowledge base, and search it once.

    Args:
        checkup: Where the findings go.
        cloud: What is configured; closed afterwards.
        clock: Seconds, for how long it took.
    """
    from tools.search.azure.report import report  # noqa: PLC0415  (only who searches there pays for the SDK)

    began = clock()
    try:
        async with cloud:
            found = await report(cloud.backend())
    except ToolsError as error:
        checkup.failed("search", str(error), max(FAILED, checkup.code))
    else:
        checkup.did("search", found.said, (clock() - began) * 1000)
        checkup.notes += found.notes
