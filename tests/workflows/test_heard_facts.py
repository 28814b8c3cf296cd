"""A run on a real server follows a call that it heard of: moved, the timer moves; canceled, the run ends as it says."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from temporalio.testing import WorkflowEnvironment

from models import clock
from models.commands.bookings import cancel_booking, reschedule_booking
from models.db import Database
from models.tables.automations import AutomationRun
from models.tables.bookings import Booking
from models.tables.conversations import Message
from tests.api.test_heard_facts import hear, wait_for_call
from tests.api.test_run_facts import book, noon
from tests.builders.automations import HEAD, drawing
from tests.builders.runs import accept, post, publish
from tests.builders.workspaces import Studio
from tests.workflows.live import end, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

MONTH_BEFORE = {"amount": -20, "unit": "days"}


def begin(database: Database, studio: Studio, **step: Any) -> None:
    """A run that waits until twenty days before the call that is booked next."""
    with database.write(studio.scope) as session:
        publish(session, drawing(HEAD, hear(), wait_for_call(offset=MONTH_BEFORE, **step), post("Soon")).document)
        accept(session, studio)


def the_run(database: Database, studio: Studio) -> AutomationRun:
    with database.read(studio.scope) as session:
        return session.exec(select(AutomationRun)).one()


def wakes_at(database: Database, studio: Studio, days: int) -> bool:
    """Whether the run waits for a call of that day."""
    run = the_run(database, studio)
    return run.status == "waiting" and run.next_wake_at == noon(days) - timedelta(days=20)


def posted(session: Session) -> list[str]:
    return [message.body for message in session.exec(select(Message))]


async def close(environment: WorkflowEnvironment, studio: Studio, run: AutomationRun, booking_id: str) -> None:
    await end(environment, f"run/{run.id}", f"booking/{booking_id}", f"engagement/{studio.engagement_id}")


@pytest.mark.usefixtures("program")
async def test_the_timer_of_a_live_run_moves_with_a_call_it_heard_of(
    environment: WorkflowEnvironment, database: Database, studio: Studio
):
    with environment.with_time_skipping_disabled():
        begin(database, studio)
        await until(lambda: the_run(database, studio).status == "waiting")
        booking_id = book(database, studio, days=38)
        await until(lambda: wakes_at(database, studio, 38))

        for days in (45, 3):
            with database.write(studio.scope) as session:
                reschedule_booking(session, session.get_one(Booking, booking_id), starts_at=noon(days), now=clock.now())
            if days == 45:
                await until(lambda: wakes_at(database, studio, 45))

        # So near that the moment is past: the run goes on at once, though its timer was weeks away.
        run = the_run(database, studio)
        await environment.client.get_workflow_handle(f"run/{run.id}").result()
        assert the_run(database, studio).status == "succeeded"
        with database.read(studio.scope) as session:
            assert posted(session) == ["Soon"]
        await close(environment, studio, run, booking_id)


@pytest.mark.usefixtures("program")
async def test_a_live_run_ends_with_a_call_it_heard_of(environment: WorkflowEnvironment, database: Database, studio: Studio):
    with environment.with_time_skipping_disabled():
        begin(database, studio, on_gone="cancel")
        await until(lambda: the_run(database, studio).status == "waiting")
        booking_id = book(database, studio, days=38)
        await until(lambda: wakes_at(database, studio, 38))

        with database.write(studio.scope) as session:
            cancel_booking(session, session.get_one(Booking, booking_id), reason="", now=clock.now())

        run = the_run(database, studio)
        await environment.client.get_workflow_handle(f"run/{run.id}").result()
        ended = the_run(database, studio)
        assert (ended.status, ended.state["output"]["reason"]) == ("canceled", "What it was about is over.")
        with database.read(studio.scope) as session:
            assert posted(session) == []
        await close(environment, studio, run, booking_id)
