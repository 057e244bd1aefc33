"""Checkup: what `vocative check` found out, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.services.service import Service

OK, FAILED, MISCONFIGURED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried.

    Attributes:
        name: What it is called in JSON, such as `"dial"`.
        ok: Whether it worked.
        said: What came of it, in words; where it failed, also what to do.
        took_ms: How long it took, in ms; None for what takes no time.
    """

    name: str
    ok: bool
    said: str
    took_ms: float | None = None


@dataclass(slots=True)
class Checkup:
    """The findings, in the order in which they were made.

    Attributes:
        service: What is configured, or None if that cannot be told.
        variables: The names of the variables that are set.
        steps: What was tried. What follows from a step that failed is not tried any more.
        notes: What should be known besides, one paragraph each.
        model: The model that has answered; empty while none has.
        code: The exit code: 0 all is well, 1 the service or the way to it fails, 2 the configuration is wrong.
    """

    service: Service | None = None
    variables: list[str] = field(default_factory=list[str])
    steps: list[Step] = field(default_factory=list[Step])
    notes: list[str] = field(default_factory=list[str])
    model: str = ""
    code: int = OK

    def did(self, name: str, said: str, took_ms: float | None = None) -> None:
        """Note that a step worked."""
        self.steps.append(Step(name, ok=True, said=said, took_ms=took_ms))

    def failed(self, name: str, said: str, code: int = FAILED) -> Checkup:
        """Note that a step did not work, which ends that part of the check; returns itself."""
        self.steps.append(Step(name, ok=False, said=said))
        self.code = code
        return self

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines; no secrets."""
        return {
            "ok": self.code == OK,
            "exit_code": self.code,
            "service": None if self.service is None else _service_as_json(self.service),
            "variables": self.variables,
            "answered_by": self.model or None,
            "steps": [{"name": s.name, "ok": s.ok, "message": s.said, "took_ms": s.took_ms} for s in self.steps],
            "notes": self.notes,
        }

    def lines(self) -> Iterator[str]:
        """Everything, for people."""
        if self.service is not None:
            yield f"model    {self.service.describe()}"
            if self.service.url:
                yield f"address  {self.service.shown}"
        yield f"set      {', '.join(self.variables) or 'no variable that counts here'}"
        for step in self.steps:
            took = f" ({step.took_ms:.0f} ms)" if step.took_ms is not None else ""
            yield f"{'ok' if step.ok else 'FAILED':<8} {step.said}{took}"
        for note in self.notes:
            yield f"note     {note}"


def _service_as_json(service: Service) -> dict[str, Any]:
    return {
        "profile": service.profile,
        "name": service.name,
        "address": service.shown or None,
        "model": service.model or None,
        "authentication": service.authentication,
        "key": service.key_name or None,
        "scope": service.scope,
        "chosen_by": service.chosen_by or None,
    }
