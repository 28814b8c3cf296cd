"""Runs as lists of people show them: with the names of what they are about."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.tables.automations import Automation, AutomationRun
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.events import CATALOGUE

_RECENT = 1000
_ORIGINS = {
    "date": "A date came",
    "cron": "Its schedule said so",
    "hook": "Another program called",
    "call": "Another automation called",
}
"""Of runs that no event began: what their `event_id` begins with, in words."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run and the words beside it."""

    run: AutomationRun
    automation: str
    client: str
    """The contact's name as it was when the run began; empty when it is about nobody."""
    about: str
    """The engagement's title; empty when there is none."""
    began_because: str


def run_rows(session: Session, runs: list[AutomationRun]) -> list[RunRow]:
    """The runs, in the same order, with names."""
    automations = _names(session, Automation, "name", {run.automation_id for run in runs})
    engagements = _names(session, Engagement, "title", {run.engagement_id for run in runs if run.engagement_id})
    return [
        RunRow(
            run=run,
            automation=automations.get(run.automation_id, ""),
            client=str((run.trigger.get("contact") or {}).get("name") or ""),
            about=engagements.get(run.engagement_id or "", ""),
            began_because=_because(run),
        )
        for run in runs
    ]


def _because(run: AutomationRun) -> str:
    kind = CATALOGUE.get(str(run.trigger.get("type")))
    return kind.says if kind else _ORIGINS.get(run.event_id.partition(":")[0], "Somebody started it")


def _names(session: Session, table: type[Automation] | type[Engagement], column: str, ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    rows = session.exec(select(table).where(col(table.id).in_(ids)))
    return {row.id: str(getattr(row, column)) for row in rows}


def list_run_clients(session: Session) -> list[tuple[str, str]]:
    """(contact id, name) of the people whom the latest runs are about, by name."""
    latest = select(AutomationRun.contact_id).order_by(col(AutomationRun.id).desc()).limit(_RECENT).subquery()
    people = session.exec(select(Contact).where(col(Contact.id).in_(select(latest.c.contact_id))).order_by(Contact.name))
    return [(one.id, one.name or one.email or "") for one in people]
