"""New invoices: from tracked time, with a preview of what it comes to, or from nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from sqlmodel import col, select

from api.attempts import attempt
from api.deps import Call, Read, Write
from api.files import Posted
from api.invoice_documents import hours
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.web.formats import duration, money
from models.commands.invoices import (
    draft_invoice,
    draft_invoice_from_time,
    select_unbilled,
    time_line,
)
from models.queries.companies import find_rounding
from models.queries.engagements import get_engagement, select_engagements
from models.queries.people import names_of_people
from models.queries.time_entries import sum_unbilled_seconds
from models.rules.line_items import document_totals
from models.rules.time_entries import group_entries
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.members import Member
from models.tables.projects import Project
from models.types.errors import Invalid, Refused
from models.types.invoices import InvoiceOrigin, TimeSelection
from models.types.line_items import LineItem
from models.types.principals import Door
from models.types.time_entries import EntryGrouping, RoundingMode, TimeRounding

router = Router("invoices", Door.MEMBER)

_GROUPINGS = [
    ("task", "One line per task"),
    ("person", "One line per person"),
    ("day", "One line per day"),
    ("entry", "One line per entry"),
    ("one", "One line for everything"),
]
_ROUNDINGS = [
    ("", "As agreed with the client"),
    ("0", "To the second"),
    ("up:360", "Up to 6 minutes"),
    ("up:900", "Up to a quarter of an hour"),
    ("nearest:900", "To the nearest quarter of an hour"),
    ("up:1800", "Up to half an hour"),
]


@dataclass(frozen=True, slots=True)
class TimePreview:
    """What the chosen time comes to."""

    lines: list[tuple[str, str, str]]
    hours: str
    net: str
    total: str
    problem: str = ""


@dataclass
class NewInvoicePage:
    """`invoices/new.html`."""

    engagements: list[tuple[str, str]]
    contacts: list[tuple[str, str]]
    projects: list[tuple[str, str]]
    people: list[tuple[str, str]]
    groupings: list[tuple[str, str]]
    roundings: list[tuple[str, str]]
    values: dict[str, str]
    preview: TimePreview | None
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/invoices/new")
def new(
    call: Read,
    engagement_id: Annotated[str, Query(max_length=64)] = "",
    contact_id: Annotated[str, Query(max_length=64)] = "",
    project_id: Annotated[str, Query(max_length=64)] = "",
    member_id: Annotated[str, Query(max_length=64)] = "",
    from_day: str = "",
    to_day: str = "",
    group_by: str = "task",
    rounding: str = "",
) -> Response:
    """Choose what to bill; the preview says what it comes to."""
    values = {"engagement_id": engagement_id, "contact_id": contact_id, "project_id": project_id, "member_id": member_id}
    values |= {"from_day": from_day, "to_day": to_day, "group_by": group_by, "rounding": rounding}
    page = _new_page(call, values)
    if call.is_htmx:
        return fragment(call, "invoices/_new.html", page)
    return member_page(call, "invoices/new.html", page, nav="invoices")


@router.post("/invoices")
def create(call: Write, posted: Posted) -> Response:
    """Draft an invoice: of the chosen time, or empty."""
    names = ("engagement_id", "contact_id", "project_id", "member_id", "from_day", "to_day", "group_by", "rounding")
    values = {name: posted.value(name) for name in names}
    made: list[Invoice] = []

    def draft() -> None:
        made.append(_draft(call, values, from_time=posted.value("what") == "time"))

    errors = attempt(call, draft)
    if errors:
        return member_page(call, "invoices/new.html", _new_page(call, values, errors), nav="invoices", status=422)
    return redirect(call, f"/invoices/{made[0].id}/edit")


def _draft(call: Call, values: Mapping[str, str], *, from_time: bool) -> Invoice:
    engagement = get_engagement(call.session, values["engagement_id"]) if values["engagement_id"] else None
    contact_id = engagement.contact_id if engagement else values["contact_id"]
    if not contact_id:
        raise Invalid("Choose the engagement or the client to bill.", field="engagement_id")
    if from_time:
        return draft_invoice_from_time(
            call.session,
            contact_id=contact_id,
            selection=_selection(values),
            group_by=EntryGrouping(values["group_by"] or "task"),
            rounding=_rounding(values["rounding"]),
        )
    origin = InvoiceOrigin(project_id=values["project_id"] or None)
    engagement_id = engagement.id if engagement else None
    return draft_invoice(call.session, contact_id=contact_id, lines=[], engagement_id=engagement_id, origin=origin)


def _new_page(call: Call, values: dict[str, str], errors: dict[str, str] | None = None) -> NewInvoicePage:
    engagement_id = values["engagement_id"]
    projects: list[tuple[str, str]] = []
    people: list[tuple[str, str]] = []
    if engagement_id:
        rows = call.session.exec(select(Project).where(Project.engagement_id == engagement_id)).all()
        projects = [(row.id, row.name) for row in rows]
        people = [(row.id, row.name) for row in call.session.exec(select(Member)).all()]
    contacts = call.session.exec(
        select(Contact).where(col(Contact.archived_at).is_(None), col(Contact.merged_into_id).is_(None)).order_by(Contact.name)
    ).all()
    return NewInvoicePage(
        engagements=_engagements(call),
        contacts=[(row.id, row.name) for row in contacts],
        projects=projects,
        people=people,
        groupings=_GROUPINGS,
        roundings=_ROUNDINGS,
        values=values,
        preview=_preview(call, values) if engagement_id else None,
        errors=errors or {},
    )


def _engagements(call: Call) -> list[tuple[str, str]]:
    """Engagements to choose from, those with unbilled time first, and how much there is."""
    rows: list[Engagement] = list(call.session.exec(select_engagements().limit(300)).all())
    names = names_of_people(call.session, (row.contact_id for row in rows))
    seconds = sum_unbilled_seconds(call.session)
    rows.sort(key=lambda row: (-seconds.get(row.id, 0), row.title))
    return [
        (
            row.id,
            f"{row.title} · {names.get(row.contact_id, '')}"
            + (f" · {duration(seconds[row.id])} h unbilled" if row.id in seconds else ""),
        )
        for row in rows
    ]


def _preview(call: Call, values: Mapping[str, str]) -> TimePreview:
    try:
        engagement = get_engagement(call.session, values["engagement_id"])
        entries = select_unbilled(call.session, _selection(values))
        agreed = find_rounding(call.session, engagement.company_id)
        rounding = _rounding(values["rounding"])
        group_by = EntryGrouping(values["group_by"] or "task")
        grouped = group_entries(entries, group_by, agreed if rounding is None else rounding)
    except (Invalid, Refused, ValueError) as slip:
        return TimePreview([], "", "", "", getattr(slip, "detail", "This choice cannot be understood."))
    items: list[LineItem] = [time_line(line, group_by, tax_rate_mpct=call.workspace.tax_rate_mpct) for line in grouped]
    currency = entries[0].currency if entries else call.workspace.currency
    totals = document_totals(items, currency=currency)
    words = _Money(currency, call.workspace.locale)
    return TimePreview(
        lines=[
            (item.description, f"{hours(item.seconds or 0)} × {words(item.unit_price_minor)}", words(line.amount_minor))
            for item, line in zip(items, totals.lines, strict=True)
        ],
        hours=hours(sum(entry.seconds for entry in entries)),
        net=words(totals.net_minor),
        total=words(totals.total_minor),
    )


@dataclass(frozen=True, slots=True)
class _Money:
    currency: str
    locale: str

    def __call__(self, minor: int) -> str:
        return money(minor, self.currency, self.locale)


def _selection(values: Mapping[str, str]) -> TimeSelection:
    return TimeSelection(
        engagement_id=values["engagement_id"] or None,
        project_id=values["project_id"] or None,
        member_id=values["member_id"] or None,
        from_day=_day(values["from_day"], "from_day"),
        to_day=_day(values["to_day"], "to_day"),
    )


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("This is not a date.", field=name) from None


def _rounding(choice: str) -> TimeRounding | None:
    if not choice:
        return None
    mode, _, seconds = choice.rpartition(":")
    try:
        return TimeRounding(int(seconds), RoundingMode(mode or "nearest"))
    except ValueError:
        raise Invalid("Choose one of the roundings.", field="rounding") from None
