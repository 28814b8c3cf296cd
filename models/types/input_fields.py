"""The fields of a form that is made from a JSON Schema and works without scripts, and what stands in them at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.types.automations import Json


class Control(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    PARAGRAPHS = "paragraphs"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    CHOICE = "choice"
    LOOKUP = "lookup"
    """A row of the product, by its id."""
    DATE = "date"
    TIME = "time"
    LINES = "lines"
    """A list of texts, one in a line."""
    PAIRS = "pairs"
    """Names and texts, `Name: text` in a line."""
    JSON = "json"
    """Whatever has no simpler shape."""


@dataclass(frozen=True, slots=True)
class InputField:
    """One property of an action's input."""

    name: str
    label: str
    hint: str
    control: Control
    is_required: bool
    schema: Mapping[str, Json]
    lookup: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and words, of a choice."""


@dataclass(frozen=True, slots=True)
class LastInput:
    """What a stuck action was to be done with, for the person who repairs it."""

    given: dict[str, Json]
    gaps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Field to the marks that stand in its text for what is missing."""
