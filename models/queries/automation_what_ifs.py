"""Reading the past for simulations: events by type, what ended waits, and the retainers that bill beside a run."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.queries.automation_records import Rows, event_record, table_of
from models.queries.event_causes import chain_behind
from models.queries.invoices import stored_sums
from models.queries.retainers import find_card_of, list_period_invoices, retainer_state
from models.rules.automation_matching import engagement_named, fits
from models.rules.invoices import amount_due
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.events import Event
from models.tables.forms import Submission
from models.tables.retainers import Retainer
from models.types.automation_plan.commands import WaitForEvent
from models.types.automation_simulations import Billing, Foresight, Occurrence
from models.types.automation_what_ifs import PastEvent
from models.types.automations import Json
from models.types.errors import NotFound

_RUNNING = ("active", "past_due", "paused")
_CHUNK = 500

Records = Callable[[Event], Mapping[str, Json]]


def get_event(session: Session, event_id: str) -> Event:
    """One event of the session's workspace. Raises NotFound."""
    event = session.exec(select(Event).where(Event.id == event_id)).one_or_none()
    if event is None:
        raise NotFound("There is no such event.")
    return event


def list_events(session: Session, types: Collection[str], *, since: datetime, until: datetime) -> list[Event]:
    """The events of some types in a stretch of time, oldest first."""
    wanted = select(Event).where(col(Event.type).in_(types), Event.created_at >= since, Event.created_at < until)
    return list(session.exec(wanted.order_by(col(Event.created_at), Event.id))) if types else []


def records_of(session: Session, events: Collection[Event]) -> Records:
    """A reader of events' records; each is read once, and the rows that they are made of all together."""
    rows = _RowsReadTogether(session, events)
    known: dict[str, Mapping[str, Json]] = {}

    def read(event: Event) -> Mapping[str, Json]:
        if event.id not in known:
            known[event.id] = event_record(session, event, rows)
        return known[event.id]

    return read


class _RowsReadTogether(Rows):
    """The rows of many events: read in few statements, and each shaped once for all records that it is a part of."""

    def __init__(self, session: Session, events: Collection[Event]) -> None:
        super().__init__(session)
        self.known: dict[tuple[type[Any], str], Any] = {}
        self.parts: dict[tuple[type[Any], str], dict[str, Json] | None] = {}
        kept = self._read(Engagement, {one.engagement_id for one in events})
        people = self._read(Contact, {one.contact_id for one in events} | {one.contact_id for one in kept})
        self._read(Company, {one.company_id for one in (*kept, *people)})
        self._read(Submission, {one.submission_id for one in kept})
        for kind in {event.subject_kind for event in events}:
            table = table_of(kind)
            if table is not None:
                self._read(table, {event.subject_id for event in events if event.subject_kind == kind})

    def find(self, table: type[Any], row_id: str | None) -> Any:
        if not row_id:
            return None
        if (table, row_id) not in self.known:
            self.known[table, row_id] = super().find(table, row_id)
        return self.known[table, row_id]

    def part(self, row: Any, schema: dict[str, Json], **computed: Json) -> dict[str, Json] | None:
        if row is None:
            return None
        key = type(row), row.id
        if key not in self.parts:
            self.parts[key] = super().part(row, schema, **computed)
        return self.parts[key]

    def _read(self, table: type[Any], ids: Collection[str | None]) -> list[Any]:
        wanted = sorted({row_id for row_id in ids if row_id} - {known for kind, known in self.known if kind is table})
        found: list[Any] = []
        for start in range(0, len(wanted), _CHUNK):
            found += self.session.exec(select(table).where(col(table.id).in_(wanted[start : start + _CHUNK]))).all()
        # One that is not there is not looked for again.
        self.known |= {(table, row_id): None for row_id in wanted} | {(table, row.id): row for row in found}
        return found


def past_events(session: Session, events: Collection[Event], records: Records) -> list[PastEvent]:
    """Events as the rules take them."""
    return [_past(session, event, records) for event in events]


def foresight_of(events: Collection[Event], records: Records) -> Foresight:
    """What ended waits in the past, from its events in the order in which they came: the first that fits, from then on."""
    lines: dict[tuple[str, str | None], list[Event]] = {}
    for event in events:
        lines.setdefault((event.type, None), []).append(event)
        if event.engagement_id:
            lines.setdefault((event.type, event.engagement_id), []).append(event)

    def foresee(asked: WaitForEvent, since: datetime, used: frozenset[str]) -> Occurrence | None:
        line = lines.get((asked.event_type, engagement_named(asked.match)), [])
        for event in line[bisect_left(line, since, key=lambda one: one.created_at) :]:
            if event.created_at > asked.until:
                return None
            if event.id not in used and fits(asked.match, records(event)):
                return Occurrence(event.created_at, event.type, records(event))
        return None

    return foresee


def list_billings(session: Session, engagement_id: str, record: Mapping[str, Json]) -> list[Billing]:
    """The retainers of an engagement that still run, ready to be billed on a virtual clock.

    record: what their events bring along.
    """
    running = select(Retainer).where(Retainer.engagement_id == engagement_id, col(Retainer.status).in_(_RUNNING))
    return [_billing(session, one, record) for one in session.exec(running.order_by(Retainer.id))]


def _billing(session: Session, retainer: Retainer, record: Mapping[str, Json]) -> Billing:
    invoices = list_period_invoices(session, retainer.id)
    return Billing(
        retainer_id=retainer.id,
        state=retainer_state(session, retainer),
        tax_rates_mpct=tuple(retainer.tax_rates_mpct),
        prices_include_tax=retainer.prices_include_tax,
        has_card=find_card_of(session, retainer) is not None,
        owed={index: amount_due(stored_sums(one)) for index, one in invoices.items() if one.status == "open"},
        record=record,
    )


def _past(session: Session, event: Event, records: Records) -> PastEvent:
    is_caused = event.cause.get("event_id") or event.cause.get("automation_ids") or event.subject_kind == "automation_run"
    cause = chain_behind(session, event) if is_caused else None
    return PastEvent(
        id=event.id,
        type=event.type,
        at=event.created_at,
        engagement_id=event.engagement_id,
        subject_id=event.subject_id,
        record=lambda: records(event),
        automation_ids=cause.automation_ids if cause else (),
        depth=cause.depth if cause else 0,
    )
