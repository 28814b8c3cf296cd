"""A retainer's workflow in a line: do what the schedule says is due, until nothing is."""

from datetime import UTC, datetime

from sqlmodel import Session

from models import clock
from models.commands.retainers import bill_period, issue_period_invoice
from models.queries.retainers import list_periods, retainer_state
from models.rules.retainer_schedules import retainer_schedule
from models.tables.retainers import Retainer, RetainerPeriod


def at(month: int, day: int, hour: int = 12, year: int = 2027) -> datetime:
    """An instant, UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def run(session: Session, retainer: Retainer, now: datetime) -> None:
    """Do what is due at an instant. Raises AssertionError when the workflow would spin."""
    clock.reset()
    clock.move(now - clock.now())
    for _ in range(40):
        due = retainer_schedule(retainer_state(session, retainer), now=now, say_money=lambda minor, currency: f"{minor}")
        if due.wake_at is None or datetime.fromisoformat(due.wake_at) > now:
            return
        act = {"bill": bill_period, "issue": issue_period_invoice}[due.action]
        act(session, retainer, due.index, now=now)
    raise AssertionError("the schedule does not move on")


def table(session: Session, retainer: Retainer) -> list[tuple[int, str]]:
    """What became of each period."""
    return [(one.index, one.status) for one in list_periods(session, retainer.id)]


def bill(session: Session, retainer: Retainer, index: int, now: datetime) -> RetainerPeriod:
    """Bill a period that comes; its row."""
    row = bill_period(session, retainer, index, now=now)
    assert row is not None
    return row
