"""Runs of all automations under filters that live in the address."""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from sqlmodel import col

from api.deps import Call, Read
from api.render import member_page
from api.routing import Router
from api.run_turns import turn_words
from api.web.formats import day
from models.queries.automation_runs import count_runs, runs_statement
from models.queries.automations import automations_statement
from models.queries.run_rows import RunRow, list_run_clients, run_rows
from models.rules.dates import start_of_day
from models.tables.automations import Automation, AutomationRun
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.principals import Door

router = Router("automation_runs", Door.MEMBER)
_PAGE = 50
_VIEWS = (
    ("", "All"),
    ("live", "Under way"),
    ("waiting", "Waiting"),
    ("queued", "Not begun yet"),
    ("parked", "Needs repair"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("canceled", "Cancelled"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; texts as they stand in the address."""

    view: str = ""
    automation_id: str = ""
    version: str = ""
    contact_id: str = ""
    engagement_id: str = ""
    since: str = ""
    until: str = ""

    def href(self, **more: str) -> str:
        """The address of the list under these filters."""
        values = {one.name: getattr(self, one.name) for one in fields(self)} | more
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/automation_runs?{query}" if query else "/automation_runs"


@dataclass(frozen=True, slots=True)
class RunsPage:
    """Runs under filters, newest first."""

    rows: list[RunRow]
    turns: str
    """How many runs wait for their turn; empty when none does."""
    views: list[dict[str, Any]]
    filters: Filters
    chips: list[dict[str, Any]]
    """The filters that are on; following one takes it off."""
    automations: list[tuple[str, str]]
    clients: list[tuple[str, str]]
    next: str | None


@router.get("/automation_runs")
def index(
    call: Read,
    view: str = "",
    automation_id: str = "",
    version: str = "",
    contact_id: str = "",
    engagement_id: str = "",
    since: str = "",
    until: str = "",
    cursor: str = "",
) -> Response:
    """Runs of all automations, newest first. since, until: days in the studio's zone, both included."""
    filters = _usable(Filters(view, automation_id, version, contact_id, engagement_id, since, until))
    statement = runs_statement(**_wanted(call, filters))
    if cursor:
        statement = statement.where(col(AutomationRun.id) < cursor)
    runs = list(call.session.exec(statement.order_by(col(AutomationRun.id).desc()).limit(_PAGE + 1)))
    named: list[Automation] = list(call.session.exec(automations_statement().order_by(Automation.name)))
    page = RunsPage(
        rows=run_rows(call.session, runs[:_PAGE]),
        turns=turn_words(call, filters.automation_id or None),
        views=[_view(call, filters, key, words) for key, words in _VIEWS],
        filters=filters,
        chips=_chips(call, filters),
        automations=[(one.id, one.name) for one in named],
        clients=list_run_clients(call.session),
        next=filters.href(cursor=runs[_PAGE - 1].id) if len(runs) > _PAGE else None,
    )
    return member_page(call, "automation_runs/index.html", page, nav="automations")


def _usable(filters: Filters) -> Filters:
    """Without what cannot be read: an address may be typed by hand."""
    return replace(
        filters,
        version=filters.version if filters.version.isascii() and filters.version.isdigit() and len(filters.version) < 7 else "",
        since=filters.since if _date(filters.since) else "",
        until=filters.until if _date(filters.until) else "",
    )


def _wanted(call: Call, filters: Filters) -> dict[str, Any]:
    since, until, zone = _date(filters.since), _date(filters.until), call.workspace.timezone
    return {
        "status": filters.view or None,
        "automation_id": filters.automation_id or None,
        "version": int(filters.version) if filters.version else None,
        "contact_id": filters.contact_id or None,
        "engagement_id": filters.engagement_id or None,
        "created_after": start_of_day(since, zone) - timedelta(microseconds=1) if since else None,
        "created_before": start_of_day(until + timedelta(days=1), zone) if until else None,
    }


def _view(call: Call, filters: Filters, key: str, words: str) -> dict[str, Any]:
    parked = count_runs(call.session, **{**_wanted(call, filters), "status": key}) if key == "parked" else 0
    text = f"{words} · {parked}" if parked else words
    return {"text": text, "href": replace(filters, view=key).href(), "current": key == filters.view}


def _chips(call: Call, filters: Filters) -> list[dict[str, Any]]:
    since, until = _date(filters.since), _date(filters.until)
    words = {
        "automation_id": _name(call.session.get(Automation, filters.automation_id), "name"),
        "version": f"Version {filters.version}",
        "contact_id": _name(call.session.get(Contact, filters.contact_id), "name"),
        "engagement_id": _name(call.session.get(Engagement, filters.engagement_id), "title"),
        "since": f"Since {day(since)}",
        "until": f"Until {day(until)}",
    }
    return [
        {"text": text, "href": replace(filters, **{name: ""}).href(), "current": True}
        for name, text in words.items()
        if getattr(filters, name)
    ]


def _name(row: Any, column: str) -> str:
    return str(getattr(row, column)) if row else "Something that is gone"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
