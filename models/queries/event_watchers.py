"""Whether anything looks out for an event. Most events concern nobody, and one question is cheaper than four."""

from dataclasses import dataclass

from sqlmodel import Session, select

from models.queries.automation_runs import runs_about_statement, subscriptions_statement
from models.queries.automations import published_statement
from models.queries.waits import concerned_waits_statement
from models.tables.events import Event


@dataclass(frozen=True, slots=True)
class Watchers:
    """What there is that an event may concern."""

    waits: bool
    """Open waits that it may end."""
    automations: bool
    """Published automations that it may start."""
    subscriptions: bool
    """Runs that wait for such an event."""
    runs: bool
    """Live runs about its record."""


def find_watchers(session: Session, event: Event) -> Watchers:
    """Who may be concerned by an event; whether they are, their own conditions say."""
    about = runs_about_statement(event)
    asked = (concerned_waits_statement(event), published_statement(event.type), subscriptions_statement(event), about)
    found = session.execute(select(*(one.exists() for one in asked))).one()
    return Watchers(*(bool(one) for one in found))
