"""Whether anything looks out for an event. Most events concern nobody, and one question is cheaper than four."""

from dataclasses import dataclass

from sqlmodel import Session, select

from models.db import NAMES_ITS_WORKSPACE
from models.queries.automation_runs import FOLLOWERS, RUNS_ABOUT, SUBSCRIPTIONS
from models.queries.automations import STARTED_AUTOMATIONS
from models.queries.event_marks import WORKSPACE, event_marks
from models.queries.waits import CONCERNED_WAITS
from models.tables.automations import Automation, AutomationRun, EventSubscription, FollowedRecord
from models.tables.events import Event
from models.tables.waits import Wait


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
    """Live runs about its record, or that follow it."""


_WATCHERS = select(
    *(
        statement.where(table.workspace_id == WORKSPACE).exists()
        for statement, table in (
            (CONCERNED_WAITS, Wait),
            (STARTED_AUTOMATIONS, Automation),
            (SUBSCRIPTIONS, EventSubscription),
            (RUNS_ABOUT, AutomationRun),
            (FOLLOWERS, FollowedRecord),
        )
    )
).execution_options(**NAMES_ITS_WORKSPACE)


def find_watchers(session: Session, event: Event) -> Watchers:
    """Who may be concerned by an event; whether they are, their own conditions say."""
    waits, automations, subscriptions, about, following = session.execute(_WATCHERS, event_marks(event)).one()
    return Watchers(bool(waits), bool(automations), bool(subscriptions), bool(about or following))
