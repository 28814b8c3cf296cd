"""What a run of a plan remembers between two happenings.

A step is named by `node_path` (node ids joined by `/`; the segment of an outer loop carries its index) and `iteration` (the
index in the innermost loop, 0 outside of one): `par/mail` and 0, `each/mail` and 3, `each[3]/inner/mail` and 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.automations import Json


class RunStatus(StrEnum):
    """Where a run stands. The last three are final."""

    NEW = "new"
    RUNNING = "running"
    WAITING = "waiting"
    PARKED = "parked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


FINAL = frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELED})


class StepStatus(StrEnum):
    """What a step row says."""

    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    SKIPPED = "skipped"
    CANCELED = "canceled"


class TokenStatus(StrEnum):
    """What the token on a node is doing."""

    READY = "ready"
    PERFORMING = "performing"
    WAITING = "waiting"
    RETRYING = "retrying"
    PARKED = "parked"
    HOLDING = "holding"
    """Its bodies are at work."""
    ENDED = "ended"
    """At the end of its body; never between two happenings."""


class WaitKind(StrEnum):
    """What ends a wait, besides a person."""

    TIMER = "timer"
    RETRY = "retry"
    EVENT = "event"
    APPROVAL = "approval"
    SUB = "sub"
    """The end of a run that this one started."""


@dataclass(frozen=True, slots=True)
class Token:
    """One position in the plan: one in the root, one in every active body, and the owners of these bodies."""

    node_path: str
    iteration: int = 0
    status: TokenStatus = TokenStatus.READY
    since: datetime | None = None
    """When the node was entered."""
    attempt: int = 0
    wait_id: str | None = None
    input: Json = None
    """What the action was asked with: every attempt sends the same, so one idempotency key fits. Of a loop `{"items": [...]}`,
    of an approval `{"approvers": [...], "message"}`."""
    error: str | None = None
    progress: Json = None
    """Of a loop `{"next", "done", "failed", "failing": [index]}`, of an approval `{"reminded", "escalated"}`, of another
    automation `{"run_id"}`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One open wait. Its id is never used twice in a run."""

    id: str
    node_path: str
    iteration: int
    kind: WaitKind
    at: datetime | None
    """When the timer fires; None waits for ever. Of an approval the next reminder, the escalation or the end."""
    what: str
    """For people: what is waited for."""
    match: Json = None
    """For events: the expression, with everything but the event filled in."""


@dataclass(frozen=True, slots=True)
class RunState:
    """Everything a run remembers. Kept as JSON in the run's row."""

    plan_hash: str
    status: RunStatus = RunStatus.NEW
    trigger: Mapping[str, Json] = field(default_factory=dict)
    tokens: tuple[Token, ...] = ()
    outputs: Mapping[str, Json] = field(default_factory=dict)
    """Path with the index of every loop (`each[3]/mail`) to its output. What is in a loop goes with its item."""
    waits: tuple[Wait, ...] = ()
    """The open ones."""
    steps: int = 0
    waits_opened: int = 0
    output: Json = None
    """Set when the run ended."""
    heard: tuple[str, ...] = ()
    """The ids of the events that ended waits: each ends one."""
