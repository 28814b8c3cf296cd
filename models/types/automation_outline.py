"""A drawing as a page shows it: steps in order, in words, with the ways out of them."""

from dataclasses import dataclass

from models.types.automations import Problem


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """One node."""

    node_id: str
    kind: str
    icon: str
    verb: str
    """What it does: "Send mail", "Wait for an event"."""
    label: str
    """What its author called it; empty when they did not."""
    details: tuple[tuple[str, str], ...] = ()
    """(field, value) in words."""
    problems: tuple[Problem, ...] = ()
    ways: "tuple[OutlineWay, ...]" = ()
    """Empty when the next step simply follows."""


@dataclass(frozen=True, slots=True)
class OutlineWay:
    """One way out of a step that has several."""

    port: str
    words: str
    """When it is taken: "After 3 days"."""
    steps: tuple[OutlineStep, ...]
    joins: str = ""
    """The step that is shown elsewhere and is where this way goes on; empty when it ends."""


@dataclass(frozen=True, slots=True)
class WayOn:
    """A way by which a run goes on behind a step, for a person who decides."""

    port: str
    words: str
    """When it is taken: "When approved"."""
    follows: str
    """What comes next: "“Send the offer”, then “Wait a while”", or that nothing does."""
