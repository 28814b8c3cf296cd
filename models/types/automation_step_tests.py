"""What a test of one step tells: what it would be given, and what it would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.types.automations import Json


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A step over one record, by the rules alone."""

    says: str
    """What it would do, in a sentence."""
    given: Mapping[str, Json] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    """Field to the reason why it would not go on."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that an action wrote in a trial that was undone."""

    noun: str
    verb: str
    """`add`, `change` or `remove`."""
    label: str
    values: Mapping[str, Json]
    """What was written, by column."""
