"""The eleven-step line of an engagement: what is known about it, and how it is drawn."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepKey(StrEnum):
    """The steps, in their order."""

    FORM = "form"
    FOLLOW_UP = "follow_up"
    PROPOSAL = "proposal"
    SIGNATURE = "signature"
    PROJECT = "project"
    BOOKING = "booking"
    WORK = "work"
    TIME = "time"
    INVOICE = "invoice"
    PAYMENT = "payment"
    RETAINER = "retainer"


class StepState(StrEnum):
    """How a step stands."""

    DONE = "done"
    CURRENT = "current"
    """Where the engagement stands: at most one."""
    OPEN = "open"
    """Begun as well, beside the current one."""
    COMING = "coming"
    SKIPPED = "skipped"
    """Passed over: nothing happened there and the line went on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: when, and what it left behind."""

    at: datetime | None = None
    kind: str = ""
    """The noun of what opens it: `proposal`, `invoice`, …; empty when nothing does."""
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class ThreadStep:
    """One knot of the line."""

    key: StepKey
    label: str
    state: StepState
    mark: Mark = Mark()


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """The newest version of the newest proposal."""

    id: str
    status: str
    drafted_at: datetime
    sent_at: datetime | None = None
    decided_at: datetime | None = None
    has_scheduler: bool = False
    has_project_template: bool = False


@dataclass(frozen=True, slots=True)
class RetainerFacts:
    """The newest retainer."""

    id: str
    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """Tasks of the engagement's projects, and the time spent on it."""

    open_tasks: int = 0
    open_client_tasks: int = 0
    """Of these, what the client is to do."""
    done_tasks: int = 0
    last_done_at: datetime | None = None
    seconds: int = 0
    unbilled_seconds: int = 0
    """Billable, stopped and on no invoice."""
    is_timer_running: bool = False
    last_time_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BillingFacts:
    """Invoices for work: neither deposits nor retainer periods."""

    issued: Mark | None = None
    draft_id: str = ""
    open_invoices: int = 0
    paid: Mark | None = None
    """The last payment in full, whether or not something is open besides."""


@dataclass(frozen=True, slots=True)
class EngagementFacts:
    """What is known of an engagement, as the thread and the next wait are computed from it."""

    status: str
    client: str
    """The client's first name."""
    opened: Mark
    has_enquiry: bool = False
    followed_up: Mark | None = None
    is_following_up: bool = False
    """An automation of it is under way."""
    proposal: ProposalFacts | None = None
    signed: Mark | None = None
    project: Mark | None = None
    project_completed_at: datetime | None = None
    booking: Mark | None = None
    """The live or held call; `at` is when it takes place."""
    work: WorkFacts = WorkFacts()
    billing: BillingFacts = BillingFacts()
    retainer: RetainerFacts | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    waits_at: frozenset[StepKey] = frozenset()
    """Where its own and its other workflows' open waits stand."""


@dataclass(frozen=True, slots=True)
class NextWait:
    """What an engagement waits for when no other workflow says it."""

    step: StepKey
    what: str
    whom: str
    client_what: str = ""
    """What the client may read of it; empty when it does not concern them."""
    then_what: str = ""
    ended_by: tuple[str, ...] = ()
    """Event types about the engagement that end it."""
    kind: str = ""
    subject_id: str = ""
    """What to open to get on with it, when it exists already."""
