"""Forms as data: the kinds of fields, the logic between them, what a file of an answer is."""

from dataclasses import dataclass, field
from enum import StrEnum


class FieldKind(StrEnum):
    """What a field asks for, and so what its answer looks like."""

    TEXT = "text"
    LONG = "long"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    MULTI = "multi"
    RATING = "rating"
    FILE = "file"
    ADDRESS = "address"
    CONSENT = "consent"
    HIDDEN = "hidden"


class FieldRole(StrEnum):
    """What an answer means to the product, beyond being an answer."""

    NONE = ""
    CONTACT_NAME = "contact.name"
    CONTACT_EMAIL = "contact.email"
    CONTACT_PHONE = "contact.phone"
    CONTACT_TITLE = "contact.title"
    CONTACT_ADDRESS = "contact.address"
    COMPANY_NAME = "company.name"
    ENGAGEMENT_TITLE = "engagement.title"
    ENGAGEMENT_VALUE = "engagement.value"
    SOURCE = "source"


class Comparison(StrEnum):
    """How a condition looks at another answer."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    FILLED = "filled"
    EMPTY = "empty"
    OVER = "over"
    UNDER = "under"


class FormStatus(StrEnum):
    """Whether the public may answer."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class SubmissionStatus(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """One look at an earlier field's answer. A field that is itself hidden counts as empty."""

    field: str
    comparison: str = Comparison.IS
    value: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. `key` names its answer for ever, whatever the label becomes."""

    key: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    role: str = FieldRole.NONE
    options: tuple[str, ...] = ()
    """What choice and multi offer, in order."""
    currency: str = ""
    """Of a money field; empty is the workspace's."""
    steps: int = 5
    """The highest rating."""
    show_if: tuple[FieldCondition, ...] = ()
    """All must hold for the field to be asked; none: always."""
    required_if: tuple[FieldCondition, ...] = ()
    """All must hold for the field to be required; none: as `required` says."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A blob that is in storage, on its way to becoming a File row. Made by the server only, never read from a request."""

    filename: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    storage_key: str


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """What a form makes of what was sent: answers by key, problems in words by key (a key is in one of them only)."""

    answers: dict[str, object] = field(default_factory=dict)
    uploads: dict[str, tuple[Upload, ...]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
