"""A run as its workflow and the API speak about it: where it stands, and what it waits for."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RunTimer:
    """A moment at which something is to happen to a run."""

    wait_id: str
    at: str
    """ISO 8601 with offset."""


@dataclass(frozen=True, slots=True)
class RunEffect:
    """An action that speaks to somebody outside, and so is performed by an activity of its own."""

    node_path: str
    iteration: int
    action: str
    attempt: int


@dataclass(frozen=True, slots=True)
class RunPosition:
    """Where a run stands, whole: its workflow needs to remember nothing else."""

    status: str
    is_over: bool
    timers: tuple[RunTimer, ...] = ()
    """The open ones, in no order."""
    effects: tuple[RunEffect, ...] = ()
    """To be performed now."""


@dataclass(frozen=True, slots=True)
class AdvanceInput:
    """One happening to feed to a run. Ids and small values only: the record is read by the API."""

    workspace_id: str
    run_id: str
    turn: str
    """Which call of its workflow this is; with the happening it makes the idempotency key."""
    happened: dict[str, Any] = field(default_factory=dict)
    """As in models/rules/automation_plan/records.py; empty only asks where the run stands."""


@dataclass(frozen=True, slots=True)
class EffectInput:
    """One slow action to perform."""

    workspace_id: str
    run_id: str
    turn: str
    node_path: str
    iteration: int
    attempt: int
