"""Hourly rates and what they apply to."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RateScope(StrEnum):
    """What a rate is set on, most specific first."""

    TASK = "task"
    PROJECT_PERSON = "project_person"
    PROJECT = "project"
    PERSON = "person"
    ROLE = "role"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Rate:
    """A price or a cost per hour. It applies where everything that it names matches; naming nothing is the workspace's rate."""

    id: str
    minor_per_hour: int
    currency: str
    task_id: str | None = None
    project_id: str | None = None
    member_id: str | None = None
    role: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class ResolvedRate:
    rate_id: str
    scope: RateScope
    minor_per_hour: int
    currency: str
    reason: str
    """One sentence for people: which rate, and what it beats."""
