"""What can happen to a run. A driver feeds one at a time to `advance`; one that comes twice changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.types.automations import Json


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins. trigger: the event's payload and the records it names, frozen for the run."""

    trigger: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ActionDone:
    """An action was performed, or was found to have been performed before."""

    node_path: str
    output: Json = None
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """An action was not performed. A report about another attempt than the present one is ignored."""

    node_path: str
    error: str
    retryable: bool = False
    iteration: int = 0
    attempt: int | None = None
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The moment asked for by StartTimer, or the end of another wait, has come."""

    wait_id: str


@dataclass(frozen=True, slots=True)
class EventArrived:
    """An event that may end a wait. event: its payload; the match is tested again here."""

    wait_id: str
    event: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A person decided. decision: `approved` or `rejected`."""

    wait_id: str
    decision: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalDelegated:
    """Somebody who was asked lets others decide. by, to: `member:{id}` or `role:owner`."""

    wait_id: str
    by: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubStarted:
    """The run that StartSub asked for is there."""

    wait_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class SubFinished:
    """That run ended, or could not be started. status: `succeeded`, `failed` or `canceled`; output: what its stop said."""

    wait_id: str
    status: str
    output: Json = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Canceled:
    """A person, or the end of what the run is about, ended the run."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A person lets the run go on without this step. port: by which it leaves; by itself the usual one."""

    node_path: str
    iteration: int = 0
    port: str | None = None


@dataclass(frozen=True, slots=True)
class RetryAsked:
    """A person wants the step done again: a parked one, or one that waits."""

    node_path: str
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class InputGiven:
    """A person says what a stuck action is to be done with, and wants it done."""

    node_path: str
    input: Mapping[str, Json]
    iteration: int = 0


@dataclass(frozen=True, slots=True)
class ForcedNow:
    """A person wants a timer to have fired. A wait for an event goes on as timed out."""

    wait_id: str


@dataclass(frozen=True, slots=True)
class FactsChanged:
    """The records of the trigger changed, or such that the run heard of later: timers that follow their dates move with them."""

    trigger: Mapping[str, Json]
    heard: Mapping[str, Json] = field(default_factory=dict)
    """Where the run keeps what it heard, to the record as it is now."""


Happened = (
    Started
    | ActionDone
    | ActionFailed
    | TimerFired
    | EventArrived
    | ApprovalGiven
    | ApprovalDelegated
    | SubStarted
    | SubFinished
    | Canceled
    | Skipped
    | RetryAsked
    | InputGiven
    | ForcedNow
    | FactsChanged
)
