"""Moving along a table of allowed statuses. The tables stand in the rule file of each noun."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.types.errors import Refused

Status = TypeVar("Status", bound=StrEnum)


def can_move(transitions: Mapping[Status, frozenset[Status]], status: Status, to: Status) -> bool:
    """Whether the table allows the step."""
    return to in transitions[status]


def check_move(transitions: Mapping[Status, frozenset[Status]], status: Status, to: Status, *, noun: str) -> None:
    """Raises Refused, in words for people, when the table does not allow the step."""
    if not can_move(transitions, status, to):
        article = "An" if noun[0] in "aeiou" else "A"
        raise Refused(f"{article} {noun} that is {_words(status)} cannot become {_words(to)}.", field="status")


def _words(status: StrEnum) -> str:
    return status.value.replace("_", " ")
