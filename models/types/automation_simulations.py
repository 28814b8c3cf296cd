"""What a plan would do: the scenario it is played through with, the entries that come of it, and what differs between plans."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.automation_plan.commands import WaitForEvent
from models.types.automations import Catalogue, Events, Json, Plan
from models.types.retainers import RetainerState
from models.types.working_time import WorkCalendar

MAX_MONTHS = 24
MAX_ENTRIES = 4000
"""What one simulation shows at most."""
MAX_FIRINGS = 1500
"""How many runs one simulation starts at most."""
MAX_TURNS = 20_000
"""Happenings fed to one run at most: more is a loop without end."""


class EntryKind(StrEnum):
    """What an entry is about, for its sign and its column of the totals."""

    START = "start"
    MAIL = "mail"
    MESSAGE = "message"
    TASK = "task"
    NOTICE = "notice"
    DOCUMENT = "document"
    INVOICE = "invoice"
    CHARGE = "charge"
    BOOKING = "booking"
    REQUEST = "request"
    CHANGE = "change"
    """Anything else that an action does."""
    WAIT = "wait"
    APPROVAL = "approval"
    EVENT = "event"
    """Something happened outside: the client answered, a date moved."""
    BRANCH = "branch"
    STUCK = "stuck"
    END = "end"


EFFECTS = frozenset(
    {
        EntryKind.MAIL,
        EntryKind.MESSAGE,
        EntryKind.TASK,
        EntryKind.NOTICE,
        EntryKind.DOCUMENT,
        EntryKind.INVOICE,
        EntryKind.CHARGE,
        EntryKind.BOOKING,
        EntryKind.REQUEST,
        EntryKind.CHANGE,
    }
)
"""What somebody outside the run notices."""


@dataclass(frozen=True, slots=True)
class DateMove:
    """A date that moves while the run is under way: of the trigger's record, or of one that a wait heard of, such as
    `nodes.<wait>.subject.starts_at`.
    """

    path: str
    """Inside the record: `subject.starts_at`."""
    after_days: int
    by_days: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """How the world behaves. Days are counted from when the occasion arises; None means never."""

    client_answers_after_days: int | None = 2
    client_declines: bool = False
    """The answer to a proposal, a contract is no."""
    client_pays_after_days: int | None = 7
    team_acts_after_days: int | None = 1
    """Sends what was drafted, completes what it was given to do."""
    approves_after_days: int | None = 1
    approval: str = "approved"
    events: Mapping[str, int | None] = field(default_factory=dict)
    """Event type to after how many days it comes; said here it counts more than what is usual."""
    moves: tuple[DateMove, ...] = ()
    fails: Mapping[str, int] = field(default_factory=dict)
    """Node id to how many of its attempts fail."""
    card_fails_in_months: frozenset[int] = frozenset()
    """Months of the horizon, counted from 1, in which no charge of a saved card succeeds."""
    price_changes_in_month: int | None = None
    price_change_bps: int = 0
    """Of a retainer's fee, from the first day of that month of the horizon on; 500 is five percent more."""
    hours_used_bps: int = 10_000
    """Of a retainer's included hours; 12000 is twenty percent more than are included."""


@dataclass(slots=True)
class Entry:
    """One thing that happens, at its moment."""

    at: datetime
    kind: EntryKind
    run: int = 0
    """Which run, counted from 1; 0 belongs to none: a retainer's own billing."""
    node_path: str = ""
    iteration: int = 0
    label: str = ""
    """What the author called the step."""
    action: str = ""
    title: str = ""
    """The subject, the name, the way taken."""
    text: str = ""
    """The words that would be read."""
    details: tuple[tuple[str, str], ...] = ()
    """What else it was given: the name of the field and its value, for people."""
    amount_minor: int | None = None
    currency: str = ""
    until: datetime | None = None
    """Of a wait: when it is over at the latest."""
    ended_at: datetime | None = None
    outcome: str = ""
    """How a wait ended, how an attempt went."""
    port: str = ""
    """By which way a wait, a decision was left."""
    is_assumed: bool = False
    """Whether the scenario made it so, where the past does not tell."""
    given: Mapping[str, Json] = field(default_factory=dict)
    """The action's whole input."""
    booked_minor: int = 0
    """What it adds to what is invoiced (an invoice) or received (a charge); negative for money that goes back."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action would have done."""

    output: Mapping[str, Json]
    kind: EntryKind
    title: str
    text: str
    details: tuple[tuple[str, str], ...] = ()
    amount_minor: int | None = None
    currency: str = ""
    booked_minor: int = 0
    causes: str | None = None
    """The event that follows from it at once."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of the virtual clock, or of the past."""

    at: datetime
    type: str
    record: Mapping[str, Json]


Check = Callable[[str, Mapping[str, Json]], str | None]
"""Why an action would refuse an input; None when it would not."""

Foresight = Callable[[WaitForEvent, datetime, frozenset[str]], Occurrence | None]
"""The event that really ended such a wait, begun at that moment; ids of events that are used up already are passed over."""

ChildGround = Callable[[str], "Ground | str"]
"""What a run of another automation stands on; why it cannot start, in a sentence."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that a simulated run stands on, besides its record."""

    plan: Plan
    catalogue: Catalogue
    events: Events
    calendar: WorkCalendar
    scenario: Scenario
    check: Check
    labels: Mapping[str, str] = field(default_factory=dict)
    """Node id to what the author called it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Ids of members, templates and the like to what people call them."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Event type to its sentence."""
    tax_rate_mpct: int = 0
    """Of the workspace, for what is invoiced without saying its tax."""
    foresight: Foresight | None = None
    """Of the past; without it the scenario says what comes."""
    child: ChildGround | None = None
    name: str = ""
    """What the automation is called."""
    chain: tuple[str, ...] = ()
    """Ids of the automations that called each other down to this one, itself the last."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A start of the plan: when, and with which record."""

    at: datetime
    record: Mapping[str, Json]
    title: str = ""


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """How one run went."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    status: str
    """A run's status; `waiting` when the horizon came first, `skipped` when the concurrency policy let it not begin."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Billing:
    """A retainer whose billing is simulated beside the runs."""

    retainer_id: str
    state: RetainerState
    tax_rates_mpct: tuple[int, ...] = ()
    prices_include_tax: bool = False
    has_card: bool = False
    owed: Mapping[int, int] = field(default_factory=dict)
    """What unpaid invoices of earlier periods come to, by period."""
    record: Mapping[str, Json] = field(default_factory=dict)
    """The record that its events bring along."""


@dataclass(slots=True)
class Books:
    """A retainer under way on the virtual clock."""

    billing: Billing
    state: RetainerState
    start: datetime
    scenario: Scenario
    owed: dict[int, int] = field(default_factory=dict)
    """Period index to the total of its invoice, in minor units."""
    due: list[tuple[datetime, int]] = field(default_factory=list)
    """A heap of the moments at which the client pays by hand, with the period."""
    first_index: int = 0
    """The first period that is simulated."""
    entries: list[Entry] = field(default_factory=list)
    facts: list[tuple[datetime, str, dict[str, Json]]] = field(default_factory=list)
    """Events: the moment, the type, the payload."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that happens until the horizon, in order."""

    start: datetime
    horizon: datetime
    entries: tuple[Entry, ...]
    runs: tuple[SimulatedRun, ...]
    cut: str = ""
    """Why it ends before the horizon, in a sentence; empty when it does not."""
