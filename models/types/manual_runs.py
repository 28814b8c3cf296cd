"""Starting runs by hand: for which records, and what was found for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_RECORDS = 500
"""Records that one batch may start runs for."""


@dataclass(frozen=True, slots=True)
class ManualSelection:
    """Which records are meant: named ones, or all that fit."""

    ids: tuple[str, ...] = ()
    """Named records; empty for all that fit the rest."""
    text: str = ""
    """Words that the record's name has to hold."""
    status: str = ""
    filter: Mapping[str, Any] | None = None
    """A condition over `trigger`, as a trigger's filter."""
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManualCandidate:
    """One record that was found."""

    id: str
    label: str
    has_run: bool
    """Whether the automation ran for it before, by whatever started it."""
    reason: str = ""
    """Why no run starts for it; empty when one does."""
