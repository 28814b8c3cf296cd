"""Years of a retainer: the real workflow, activities, API and database, on the workflow's own skipped time."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models import clock
from models.commands.retainers import pause_retainer, resume_retainer
from models.db import Database
from models.queries.retainers import get_retainer, list_periods
from models.settings import Settings
from models.tables.invoices import Invoice
from models.tables.retainers import Retainer, RetainerPeriod
from models.types.events import Happened
from models.types.workflow_state import SubjectState
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio
from tests.workflows.product import product
from workflows.retainers import RetainerWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")
NEW_YORK = ZoneInfo("America/New_York")
# Month ends, leap February, and back to the 31st after every shorter month.
YEAR_ONE = [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31)]
FIRST_DAYS = [date(2027, *day) for day in YEAR_ONE] + [date(2028, *day) for day in YEAR_ONE]
FIRST_DAYS[13] = date(2028, 2, 29)


def started(database: Database, studio: Studio, **values: Any) -> str:
    with database.write(studio.scope) as session:
        return make_retainer(session, studio, **values).id


async def begin(environment: WorkflowEnvironment, studio: Studio, retainer_id: str) -> WorkflowHandle[Any, Any]:
    state = SubjectState(studio.workspace_id, retainer_id, studio.engagement_id)
    with environment.with_time_skipping_disabled():
        return await environment.client.start_workflow(
            RetainerWorkflow.run, state, id=f"retainer/{retainer_id}", task_queue="engine"
        )


def rows(database: Database, studio: Studio, table: Any) -> list[Any]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(table).order_by(table.created_at, table.id)))


async def test_two_years_from_a_31st_with_a_restart_in_between(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio
):
    terms = care_terms(date(2027, 1, 31), zone="America/New_York", ends_on=date(2029, 1, 31))
    retainer_id = started(database, studio, terms=terms)
    async with product(environment, settings, database):
        handle = await begin(environment, studio, retainer_id)
        await environment.fast_forward(handle, timedelta(days=430).total_seconds())
    before = len(rows(database, studio, Invoice))
    assert 10 < before < 20

    async with product(environment, settings, database):
        await environment.fast_forward(handle)
        await asyncio.wait_for(handle.result(), timeout=30)

    periods: list[RetainerPeriod] = rows(database, studio, RetainerPeriod)
    invoices: list[Invoice] = rows(database, studio, Invoice)
    assert [(one.index, one.status) for one in periods] == [(index, "billed") for index in range(24)]
    assert [one.starts_on for one in periods] == FIRST_DAYS
    assert [one.ends_on for one in periods] == [*FIRST_DAYS[1:], date(2029, 1, 31)]
    assert [one.period_index for one in invoices] == list(range(24))
    assert [one.number for one in invoices] == [f"INV-{number:04}" for number in range(1, 25)]
    assert {one.subtotal_minor for one in invoices} == {120_000}
    issued = [one.issued_at.astimezone(NEW_YORK) for one in invoices if one.issued_at]
    assert [moment.date() for moment in issued] == FIRST_DAYS
    # At the zone's own midnight, in winter time and in summer time: never an hour or a day off.
    assert {moment.hour for moment in issued} == {0}
    assert {moment.utcoffset() for moment in issued} == {timedelta(hours=-5), timedelta(hours=-4)}
    assert rows(database, studio, Retainer)[0].status == "ended"


async def test_a_pause_over_month_ends_bills_nothing_and_nothing_later(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio
):
    retainer_id = started(database, studio, terms=care_terms(date(2027, 1, 31), ends_on=date(2027, 7, 31)), review_days=3)
    async with product(environment, settings, database):
        handle = await begin(environment, studio, retainer_id)
        await environment.fast_forward(handle, _until(2027, 3, 10))
        await tell(environment, database, studio, handle, "paused", pause_retainer, datetime(2027, 3, 10, 12, tzinfo=NEW_YORK))
        await environment.fast_forward(handle, timedelta(days=75).total_seconds())
        await tell(environment, database, studio, handle, "resumed", resume_retainer, datetime(2027, 6, 10, 12, tzinfo=NEW_YORK))
        await environment.fast_forward(handle)
        await asyncio.wait_for(handle.result(), timeout=30)

    with database.read(studio.scope) as session:
        found = [(one.index, one.status) for one in list_periods(session, retainer_id)]
    assert found == [(0, "billed"), (1, "billed"), (2, "skipped"), (3, "skipped"), (4, "billed"), (5, "billed")]
    assert {one.status for one in rows(database, studio, Invoice)} == {"open"}


async def tell(
    environment: WorkflowEnvironment,
    database: Database,
    studio: Studio,
    handle: WorkflowHandle[Any, Any],
    what: str,
    act: Callable[..., Any],
    at: datetime,
) -> None:
    """A member acts, and the relay tells the workflow."""
    retainer_id = handle.id.partition("/")[2]
    with environment.with_time_skipping_disabled():
        with database.write(studio.scope) as session:
            act(session, get_retainer(session, retainer_id), now=at)
        happened = Happened(f"evt_{what}", f"retainer.{what}", "retainer", retainer_id, studio.workspace_id, studio.engagement_id)
        await handle.signal("happened", happened)
        await asyncio.sleep(1)


def _until(year: int, month: int, day: int) -> float:
    return (datetime(year, month, day, 12, tzinfo=NEW_YORK) - clock.now()).total_seconds()
