"""Receiving: the files of a multipart request, written to the disk as they come and never held in memory whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import BodyPartReader

from agent.door.refusal import POLICY, TRY_AGAIN_LATER, Refusal, TurnedAway
from tools.search.personal.shelf import Sent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from aiohttp import MultipartReader, web

    from tools.search.personal.quota import Quota

IDLE: Final = 30.0  # seconds in which something must come
_PIECE: Final = 64 * 1024  # bytes
_NAME: Final = 1000  # characters of a name that are told back
# Beside the files: the lines between them, and fields that nobody asked for.
_SLACK: Final = 1_000_000


async def receive(request: web.Request, quota: Quota, new_place: Callable[[], Path]) -> list[Sent]:
    """Take the files of a request.

    A file that is too large is read to its end and thrown away, so that the others are heard of; but no request is
    read any further than the user's whole quota.

    Args:
        request: A `multipart/form-data` request.
        quota: What the user may have.
        new_place: Gives a path for each file.

    Returns:
        What came, in order; some of it refused already. Whoever calls owns the files.

    Raises:
        TurnedAway: It is no such request, too long, breaks off or stalls; nothing is left on the disk.
    """
    if request.content_type != "multipart/form-data":
        raise _wrong(415, "not_multipart", "send the files as multipart/form-data, as a form with a file field does")
    most = quota.max_total + _SLACK
    if (request.content_length or 0) > most:
        raise _wrong(413, "body_too_large", f"all files together may have {quota.max_total} bytes")
    receiver = _Receiver(quota, new_place, most)
    try:
        await receiver.run(await request.multipart())
    except TimeoutError:
        receiver.forget()
        text = f"nothing came for {IDLE:g} s: send the files again"
        raise TurnedAway(Refusal(408, TRY_AGAIN_LATER, "upload_stalled", text)) from None
    except TurnedAway:
        receiver.forget()
        raise
    except OSError as error:
        receiver.forget()
        if isinstance(error, ConnectionError):
            raise
        text = f"the files could not be kept here: {error.strerror}"
        raise TurnedAway(Refusal(507, TRY_AGAIN_LATER, "no_space", text)) from None
    except Exception as error:  # whatever aiohttp's parser makes of a body that is no multipart
        receiver.forget()
        text = f"the body is no multipart/form-data, or breaks off ({type(error).__name__}): send the files again"
        raise _wrong(400, "invalid_body", text) from None
    except BaseException:
        receiver.forget()
        raise
    if not receiver.sent:
        raise _wrong(400, "no_files", "there is no file in the request: give each as a part with a filename")
    return receiver.sent


class _Receiver:
    """One request under way."""

    def __init__(self, quota: Quota, new_place: Callable[[], Path], most: int) -> None:
        self.sent: list[Sent] = []
        self._quota = quota
        self._new_place = new_place
        self._left = most

    async def run(self, reader: MultipartReader) -> None:
        while (part := await self._next(reader)) is not None:
            if not isinstance(part, BodyPartReader):
                raise _wrong(400, "invalid_body", "a part of the request has parts itself: send files only")
            if part.filename is None:
                await self._read(part, None, None)
            elif len(self.sent) >= self._quota.max_files:
                text = f"one request may have {self._quota.max_files} files"
                raise _wrong(413, "too_many_files", text)
            else:
                await self._file(part, part.filename)

    def forget(self) -> None:
        for each in self.sent:
            if each.path is not None:
                each.path.unlink(missing_ok=True)

    async def _next(self, reader: MultipartReader) -> object:
        async with asyncio.timeout(IDLE):
            return await cast("Any", reader).next()

    async def _file(self, part: BodyPartReader, name: str) -> None:
        path = await asyncio.to_thread(self._new_place)
        sent = Sent(name[:_NAME], path)
        self.sent.append(sent)
        file = await asyncio.to_thread(path.open, "xb")
        try:
            await self._read(part, file, sent)
        finally:
            await asyncio.to_thread(file.close)
        if sent.size > self._quota.max_bytes:
            sent.reason, sent.path = self._quota.too_large(), None
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _read(self, part: BodyPartReader, file: BinaryIO | None, sent: Sent | None) -> None:
        while True:
            async with asyncio.timeout(IDLE):
                piece = await part.read_chunk(_PIECE)
            if not piece:
                return
            self._left -= len(piece)
            if self._left < 0:
                raise _wrong(413, "body_too_large", f"all files together may have {self._quota.max_total} bytes")
            if file is None or sent is None:
                continue
            sent.size += len(piece)
            if sent.size <= self._quota.max_bytes:
                await asyncio.to_thread(file.write, piece)


def _wrong(status: int, code: str, text: str) -> TurnedAway:
    return TurnedAway(Refusal(status, POLICY, code, text))
