"""The client's side of a session: what it sends passes the firewall, and does what it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from agent.core import firewall, messages, wording
from agent.core.actions import Action, DropAudio, ToClient, ToUpstream
from agent.core.dialect import GA, PREVIEW
from agent.core.events import objects
from agent.core.frames import Frame
from agent.core.paths import without

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.core.actions import Actions
    from agent.core.dialect import Dialect
    from agent.core.paths import Json
    from agent.core.state import State


class ClientSide:
    """Takes what one client sends.

    Args:
        state: The session's parts.
        dialect: The names that the client is thought to use.

    Attributes:
        dialect: The names that it uses: its first `session.update` shows whether that was right.
    """

    def __init__(self, state: State, dialect: Dialect) -> None:
        self.dialect = dialect
        self._certain = False
        self._state = state
        self._rights = firewall.Rights(
            state.config.extensions, state.client_tools.enabled, state.tools.awaits, state.tools.conduct.awaits
        )
        self._handlers: dict[str, Callable[[Frame, float], Actions]] = {
            "session.update": self._update,
            "response.create": self._create,
            "response.cancel": self._cancel,
            "conversation.item.create": self._item,
            "conversation.item.truncate": self._truncate,
            "conversation.item.retrieve": self._names_item,
            "conversation.item.delete": self._delete,
            "extension.playback": self._played,
            "extension.tool.approval": self._decided,
        }

    def receive(self, frame: Frame, now: float) -> Actions:
        """Take a frame that is no audio append. What may not pass is answered with an `error` event."""
        try:
            passed = firewall.admit(frame, self._rights, self._understood)
            special = self._handlers.get(passed.type)
            return special(passed, now) if special else (ToUpstream(passed),)
        except firewall.Refused as refusal:
            return (ToClient(messages.refusal(self._state.new_id(), refusal)),)

    def _understood(self, event: Json) -> Json:
        session = event.get("session")
        if event.get("type") == "session.update" and not self._certain and isinstance(session, dict):
            self._certain = True
            self.dialect = wording.dialect_of(cast("Json", session), self.dialect, PREVIEW)
        return wording.understood(event, self.dialect)

    def _update(self, frame: Frame, _now: float) -> Actions:
        state, fields = self._state, frame.data["session"]
        tools = "tools" in fields and state.client_tools.offer(fields["tools"])
        update = state.configuration.change(fields, tools=tools)
        if update is None:
            # Nothing of it was the client's to set. It still waits for an answer, and gets its own view of the session.
            return (ToClient(self._session_updated()),)
        if update == fields and state.upstream.profile.dialect is GA:
            return (ToUpstream(frame),)
        return (ToUpstream(Frame.of({**frame.data, "session": update}, state.upstream.profile.dialect.name)),)

    def _session_updated(self) -> Frame:
        upstream = self._state.upstream
        view = self._state.client_tools.shown(upstream.session)
        return messages.session_event("session.updated", self._state.new_id(), view, upstream.profile.dialect.name)

    def _create(self, frame: Frame, now: float) -> Actions:
        state, frame = self._state, self._bounded(frame)
        response: dict[str, Any] = frame.data.get("response") or {}
        aside = response.get("conversation") == "none"
        if not state.upstream.profile.out_of_band and (aside or response.get("input") is not None):
            text = "the service behind this assistant answers in the one conversation only, and from what stands in it"
            param = "response.conversation" if aside else "response.input"
            raise firewall.Refused(text, "unsupported_parameter", param, _event_id(frame))
        for item in objects(response.get("input")):
            self._visible(item.get("id"), "response.input", frame)
        if aside:
            return (ToUpstream(frame),)
        if state.tools.client_asks(frame):
            return ()
        active = state.responses.active_id
        if active is not None and not state.responses.wanted and not state.interruption.silences(active):
            # A second request while a plain response is active is the client's own mistake; the model tells it so.
            # One that follows a cancel is none: it waits for the end of what was cancelled.
            return (ToUpstream(frame),)
        return [ToUpstream(request) for request in state.responses.want(frame, now, override=True)]

    def _bounded(self, frame: Frame) -> Frame:
        """A client may want a shorter answer than the server allows, and no longer one."""
        limit = self._state.config.session.get("max_output_tokens")
        response: Json = frame.data.get("response") or {}
        wanted = response.get("max_output_tokens", limit)
        if not isinstance(limit, int) or (isinstance(wanted, int) and wanted <= limit):
            return frame
        return frame.changed(response=without(response, "max_output_tokens"))

    def _cancel(self, frame: Frame, now: float) -> Actions:
        state, named = self._state, frame.data.get("response_id")
        # One that it names and that is not the active one is not what the user hears: out of band, or over already.
        if not isinstance(named, str) or named == state.responses.active_id:
            aside = state.silence_aside(state.responses.aside.stop(), now)
            state.interruption.begin(state.responses.active_id, now)
            stopped = state.tools.stop(now)
            latest = state.responses.latest_id
            return [*(() if latest is None else (DropAudio(latest),)), ToUpstream(frame), *aside, *stopped]
        return (ToUpstream(frame),)

    def _item(self, frame: Frame, now: float) -> Actions:
        if frame.data["item"]["type"] == "function_call_output":
            return self._state.tools.answered(frame, now)
        self._state.tools.new_turn()
        return [*self._state.break_in(now), ToUpstream(frame)]

    def _truncate(self, frame: Frame, _now: float) -> Actions:
        playback = self._state.playback
        item_id, position = frame.data["item_id"], frame.data["audio_end_ms"]
        if not playback.claim_truncate(item_id):
            return ()
        sent = playback.sent_ms(item_id, frame.data.get("content_index", 0))
        within = min(max(position, 1), sent) if sent else position
        told = self._state.citations.cut(item_id, frame.data.get("content_index", 0), within)
        return [ToUpstream(frame if within == position else Frame.of({**frame.data, "audio_end_ms": within})), *told]

    def _names_item(self, frame: Frame, _now: float) -> Actions:
        self._visible(frame.data["item_id"], "item_id", frame)
        return (ToUpstream(frame),)

    def _delete(self, frame: Frame, _now: float) -> Actions:
        """Who deletes a question deletes what the tools were asked because of it: it holds the question's words."""
        state, item_id = self._state, frame.data["item_id"]
        self._visible(item_id, "item_id", frame)
        work = state.view.led_to(item_id, state.tools.running)
        return [ToUpstream(frame), *(ToUpstream(messages.delete(state.our_id(), each)) for each in work)]

    def _visible(self, item_id: object, param: str, frame: Frame) -> None:
        if isinstance(item_id, str) and self._state.view.hides(item_id):
            raise firewall.Refused(f"there is no item {item_id!r}", "item_not_found", param, _event_id(frame))

    def _decided(self, frame: Frame, now: float) -> list[Action]:
        return self._state.tools.conduct.decided(frame, now)

    def _played(self, frame: Frame, _now: float) -> list[Action]:
        data = frame.data
        part, played_ms = int(data.get("content_index", 0)), int(data.get("played_ms", 0))
        stopped = data.get("stopped") is True
        return self._state.interruption.played(data["item_id"], part, played_ms, stopped=stopped)


def _event_id(frame: Frame) -> str | None:
    event_id = frame.data.get("event_id")
    return event_id if isinstance(event_id, str) else None
