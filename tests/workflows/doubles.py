"""Activity doubles: real activities registered under the real names, that remember their calls and answer from a script."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from models.types.calls import Schedule, SubjectInput
from models.types.waits import CloseWaitInput, WaitInput
from workflows.worker import ACTIVITIES


@dataclass
class Api:
    """What the API would have been asked, in order, and what it answers."""

    calls: list[tuple[str, SubjectInput]] = field(default_factory=list)
    waits: list[WaitInput] = field(default_factory=list)
    closed: list[CloseWaitInput] = field(default_factory=list)
    schedule: Callable[[SubjectInput], Schedule] = lambda _: Schedule(is_over=True)
    failing: dict[str, int] = field(default_factory=dict)
    """Activity name to how many of its next calls fail for good."""
    may_close: asyncio.Event | None = None
    """Until it is set, no wait is closed."""

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    @property
    def repairs(self) -> list[WaitInput]:
        return [wait for wait in self.waits if wait.kind == "repair"]

    def activities(self) -> list[Callable[..., Any]]:
        """A double for every activity that the worker registers."""
        names = [vars(function)["__temporal_activity_definition"].name for function in ACTIVITIES]
        return [self._double(name) for name in names]

    def _double(self, name: str) -> Callable[..., Any]:
        if name == "waits.register":
            return self._registering(name)
        if name == "waits.close":
            return self._closing(name)
        if name == "engagements.refresh":
            return self._refreshing(name)
        return self._scheduling(name) if name.endswith(".schedule") else self._acting(name)

    def _registering(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def register(wait: WaitInput) -> None:
            self._fail(name)
            self.waits.append(wait)

        return register

    def _closing(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def close(closing: CloseWaitInput) -> None:
            self._fail(name)
            self.closed.append(closing)
            if self.may_close is not None:
                await self.may_close.wait()

        return close

    def _scheduling(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def schedule(subject: SubjectInput) -> Schedule:
            self._fail(name)
            return self.schedule(subject)

        return schedule

    def _refreshing(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def refresh(subject: SubjectInput) -> str:
            self.calls.append((name, subject))
            return "lead"

        return refresh

    def _acting(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def act(subject: SubjectInput) -> None:
            self._fail(name)
            self.calls.append((name, subject))

        return act

    def _fail(self, name: str) -> None:
        if self.failing.get(name, 0) > 0:
            self.failing[name] -= 1
            raise ApplicationError("The template is gone.", type="Refused", non_retryable=True)
