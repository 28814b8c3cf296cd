"""Simulated runs under way: what each of them is at, and what those that call each other share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.types.automation_plan.states import RunState
from models.types.automation_simulations import Entry, Firing, Ground, Occurrence
from models.types.automations import Json


@dataclass(slots=True)
class Stage:
    """What a run shares with the runs that it calls: the clock, what is still to come, what was done."""

    now: datetime
    agenda: list[tuple[datetime, int, "Course", object]] = field(default_factory=list)
    """A heap of what is still to come: the moment, a number that keeps the order, for whom, what happens."""
    serial: int = 0
    turns: int = 0
    entries: list[Entry] = field(default_factory=list)
    log: list[tuple[int, Occurrence]] = field(default_factory=list)
    """Events so far, each with its number on the agenda."""
    expected: dict[tuple[str, str], Occurrence] = field(default_factory=dict)
    """Events to come, by type and subject: each is planned once."""
    made: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    """What actions gave back about each thing they made or changed, by its id."""
    telling: set[str] = field(default_factory=set)
    """Types of events that matter to one of the runs."""
    doers: dict[str, "Course"] = field(default_factory=dict)
    """Id of an event to the run whose own step it was."""
    courses: list["Course"] = field(default_factory=list)
    """The run, and those that it called, in the order in which they were called."""


@dataclass(slots=True)
class Course:
    """One run under way on the virtual clock."""

    ground: Ground
    number: int
    state: RunState
    trigger: Mapping[str, Json]
    stage: Stage
    begun_at: datetime
    begun_serial: int = 0
    """Its number on the agenda: an event of the same moment with a smaller one came before it."""
    caller: "Course | None" = None
    """The run that called it."""
    ends_wait: str = ""
    """The wait of its caller that its end ends; empty when nobody waits for it."""
    place: tuple[str, str] | None = None
    """Its automation and the key that others about the same record share with it; None when it heeds nobody."""
    queued: Firing | None = None
    """How it will begin once it is its turn; None when it has begun."""
    waits: dict[str, Entry] = field(default_factory=dict)
    """The entry of each open wait."""
    kept: frozenset[str] = frozenset()
    """The waits that were open when its last turn ended: who acts wakes these. What it waits for since then it looks back for."""
    cause: str = ""
    """What the present turn is about, in words; it says how a wait ended."""
    failures: dict[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The moment on the clock."""
        return self.stage.now

    @property
    def entries(self) -> list[Entry]:
        """What was done so far, by it and by the others on its stage."""
        return self.stage.entries


@dataclass(frozen=True, slots=True)
class Caused:
    """An event that an action of a run caused, once its turn is over."""

    happened: Occurrence
    ends: frozenset[tuple[int, str]]
    """The waits that it ends, each with the number of its run on the agenda."""
