"""Playing an automation through before it is published: a year in a second, with no effect outside."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from dateutil.relativedelta import relativedelta
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.automation_authors import require_author, require_reach
from api.automation_simulations import billings_for, compiled, ground_of, record_for
from api.deps import Read
from api.rest.automations import DrawingIn
from api.routing import Router
from models.queries.automations import get_automation
from models.rules.automation_matching import wants
from models.rules.automation_simulation.simulations import simulate
from models.rules.dates import local_date
from models.types.automation_simulations import MAX_MONTHS, DateMove, Entry, EntryKind, Scenario, Simulation
from models.types.automations import Drawing, Problem

router = Router("automations")

Days = Annotated[int | None, Field(ge=0, le=730)]


class MoveIn(BaseModel):
    """A date of the record that moves while the run waits for it."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(max_length=200, examples=["subject.starts_at"])]
    after_days: Annotated[int, Field(ge=0, le=730)] = 1
    by_days: Annotated[int, Field(ge=-730, le=730)]


class ScenarioIn(BaseModel):
    """How the world behaves. Days count from the occasion; null means never."""

    model_config = ConfigDict(extra="forbid")

    client_answers_after_days: Days = 2
    client_declines: bool = False
    client_pays_after_days: Days = 7
    team_acts_after_days: Days = 1
    approves_after_days: Days = 1
    approval: Literal["approved", "rejected"] = "approved"
    events: Annotated[dict[str, Days], Field(max_length=50, examples=[{"proposal.accepted": 10}])] = {}
    """Event type to after how many days it comes."""
    moves: Annotated[list[MoveIn], Field(max_length=20)] = []
    fails: Annotated[dict[str, Annotated[int, Field(ge=0, le=100)]], Field(max_length=300)] = {}
    """Node id to how many of its attempts fail."""
    card_fails_in_months: Annotated[list[Annotated[int, Field(ge=1, le=MAX_MONTHS + 1)]], Field(max_length=MAX_MONTHS + 1)] = []
    price_changes_in_month: Annotated[int | None, Field(ge=1, le=MAX_MONTHS + 1)] = None
    price_change_bps: Annotated[int, Field(ge=-10_000, le=100_000)] = 0
    hours_used_bps: Annotated[int, Field(ge=0, le=100_000)] = 10_000

    def scenario(self) -> Scenario:
        """As the rules take it."""
        given = self.model_dump(exclude={"moves", "card_fails_in_months"})
        moves = tuple(DateMove(one.path, one.after_days, one.by_days) for one in self.moves)
        return Scenario(**given, moves=moves, card_fails_in_months=frozenset(self.card_fails_in_months))


class SimulationIn(BaseModel):
    """What to play through. Without an event and a record one is made up that the trigger wants."""

    model_config = ConfigDict(extra="forbid")

    drawing: DrawingIn | None = None
    """By itself the automation's own, saved or published or not."""
    event_id: Annotated[str | None, Field(max_length=64)] = None
    record: dict[str, Any] | None = None
    fields: Annotated[dict[str, Any], Field(max_length=200, examples=[{"contact.name": "Grace Hopper"}])] = {}
    start: datetime | None = None
    horizon_months: Annotated[int, Field(ge=1, le=MAX_MONTHS)] = 12
    scenario: ScenarioIn = ScenarioIn()


class DetailOut(BaseModel):
    """One more thing an action was given."""

    label: str
    value: str


class EntryOut(BaseModel):
    """One thing that would happen. `run` 0 is a retainer's own billing."""

    at: datetime
    day: date
    """In the workspace's zone."""
    kind: EntryKind
    run: int
    node_path: str
    iteration: int
    label: str
    action: str
    title: str
    text: str
    details: list[DetailOut]
    amount_minor: int | None
    currency: str
    until: datetime | None
    ended_at: datetime | None
    outcome: str
    port: str
    is_assumed: bool


class SimulatedRunOut(BaseModel):
    """How one run went."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    started_at: datetime
    ended_at: datetime | None
    status: str
    title: str


class DayOut(BaseModel):
    """One day of the calendar. entries: their places in the list."""

    day: date
    entries: list[int]


class MoneyOut(BaseModel):
    """What is invoiced and what comes in, in one currency, minor units."""

    currency: str
    invoiced_minor: int
    received_minor: int


class SimulationOut(BaseModel):
    """All that would happen until the horizon, as a list and day by day."""

    start: datetime
    horizon: datetime
    zone: str
    record: dict[str, Any]
    passes_filter: bool
    """Whether the trigger would want the record; if not, it is played through all the same."""
    entries: list[EntryOut]
    days: list[DayOut]
    totals: dict[EntryKind, int]
    money: list[MoneyOut]
    runs: list[SimulatedRunOut]
    cut: str
    """Why it ends early, in a sentence; empty when it does not."""


@router.post("/automations/{automation_id}/simulations", response_model=SimulationOut)
def create_simulation(automation_id: str, wanted: SimulationIn, call: Read) -> Any:
    """Play an automation through on a virtual clock. Nothing is sent, written or asked of anybody.

    Answers 422 with the problems, node by node, when the drawing cannot run.
    """
    require_author(call)
    automation = get_automation(call.session, automation_id)
    document = wanted.drawing.model_dump() if wanted.drawing else automation.drawing
    require_reach(call, Drawing(document).nodes)
    plan = compiled(call, automation, document)
    if isinstance(plan, list):
        return refused(plan, "Nothing was simulated.")
    start = wanted.start or call.now
    ground = ground_of(call, automation, plan, document, wanted.scenario.scenario(), now=start)
    zone = ground.calendar.zone
    record = record_for(call, plan, document, event_id=wanted.event_id, record=wanted.record, fields=wanted.fields, at=start)
    horizon = start + relativedelta(months=wanted.horizon_months)
    done = simulate(ground, record, start=start, horizon=horizon, billings=billings_for(call, record))
    return _shown(done, zone, record, wants(plan.trigger, record))


def entry_out(entry: Entry, zone: str) -> EntryOut:
    """An entry as programs and the builder read it."""
    told = {name: value for name, value in asdict(entry).items() if name in EntryOut.model_fields and name != "details"}
    details = [DetailOut(label=label, value=value) for label, value in entry.details]
    return EntryOut(**told, day=local_date(entry.at, zone), details=details)


def refused(problems: Sequence[Problem], what: str) -> JSONResponse:
    """The answer for a drawing that cannot run. what: the sentence that says what did not happen."""
    body = {
        "type": "/help/errors#Invalid",
        "title": "Something is missing or wrong",
        "status": 422,
        "detail": f"This automation cannot run yet. {what}",
        "problems": [asdict(problem) for problem in problems],
    }
    return JSONResponse(body, status_code=422, media_type="application/problem+json")


def _shown(done: Simulation, zone: str, record: dict[str, Any], passes_filter: bool) -> SimulationOut:
    entries = [entry_out(entry, zone) for entry in done.entries]
    days: dict[date, list[int]] = {}
    for place, entry in enumerate(entries):
        days.setdefault(entry.day, []).append(place)
    return SimulationOut(
        start=done.start,
        horizon=done.horizon,
        zone=zone,
        record=record,
        passes_filter=passes_filter,
        entries=entries,
        days=[DayOut(day=day, entries=places) for day, places in days.items()],
        totals=dict(Counter(entry.kind for entry in done.entries)),
        money=_money(done.entries),
        runs=[SimulatedRunOut.model_validate(run) for run in done.runs],
        cut=done.cut,
    )


def _money(entries: Iterable[Entry]) -> list[MoneyOut]:
    sums: dict[str, list[int]] = {}
    for entry in entries:
        if entry.booked_minor:
            sums.setdefault(entry.currency, [0, 0])[entry.kind is EntryKind.CHARGE] += entry.booked_minor
    return [MoneyOut(currency=name, invoiced_minor=both[0], received_minor=both[1]) for name, both in sorted(sums.items())]
