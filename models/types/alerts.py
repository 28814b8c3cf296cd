"""Notices that are worth a mail: what happened, and what the mail says about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.automations import Json


class AlertKind(StrEnum):
    """What happened."""

    STUCK = "stuck"
    """A step of a run needs repair."""
    APPROVAL = "approval"
    """A run asks the member, or reminds them."""
    SWITCHED_OFF = "switched_off"
    """An automation went round in circles."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Of one notice."""

    kind: AlertKind
    at: datetime
    facts: Mapping[str, Json]
    """What the mail's template is filled with."""
    topic: str = ""
    """Notices of one topic are gathered in one mail, at most one an hour and member; empty: a mail of its own, at once."""
