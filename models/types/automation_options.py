"""What a picker of the builder offers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. hint: a few words that tell it from others of its name."""

    value: str
    label: str
    hint: str = ""
