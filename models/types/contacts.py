"""What is known of a person, on its way into the record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What somebody told about themselves. Empty texts are facts that were not told."""

    name: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    address: str = ""
    company: str = ""
    timezone: str = ""
    locale: str = ""
    tags: tuple[str, ...] = field(default=())


class MergePolicy(StrEnum):
    """What a new value does to a field that has another one already. An empty value never does anything."""

    FILL_BLANK = "fill_blank"
    OVERWRITE = "overwrite"
    PROPOSE = "propose"
    """Keep the old one and let a person decide."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a contact with its provenance."""

    value: str
    source: str
    """Such as `submission:sub_…`, `member:mem_…` or `import:…`."""
    at: datetime


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """A new value that waits for a person's decision."""

    field: str
    current: FieldValue
    proposed: FieldValue


@dataclass(frozen=True, slots=True)
class MergedFields:
    fields: dict[str, FieldValue]
    """All fields that have a value."""
    changed: tuple[str, ...]
    """Names of the fields that are new or other than before, in order."""
    proposals: tuple[FieldProposal, ...]
