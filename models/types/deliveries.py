"""What the relay claims and how it reports back."""

from dataclasses import dataclass

from models.types.events import Happened


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One event to hand to one workflow."""

    seq: int
    target: str
    kind: str
    event: Happened
    attempts: int


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """How a delivery went.

    outcome: `delivered`, `late` (the workflow had ended), `failed` (try again later, give up some day), `away` (Temporal did
    not answer: try again for ever) or `returned` (not tried, because an earlier delivery to the same target failed).
    """

    seq: int
    outcome: str
    error: str = ""
