"""A skip in the real record: it outlives the workflow that was told of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models import clock
from models.commands.invoices import mark_sent
from models.commands.waits import repair_wait
from models.db import Database
from models.settings import Settings
from models.tables.contacts import Contact
from models.tables.emails import Email
from models.tables.waits import Wait
from models.types.workflow_state import SubjectState
from tests.builders.invoices import make_invoice
from tests.builders.workspaces import Studio
from tests.workflows.product import product
from tests.workflows.running import until
from workflows.invoices import InvoiceWorkflow

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_skipped_reminder_is_not_sent_by_a_workflow_that_is_built_anew(
    environment: WorkflowEnvironment, settings: Settings, database: Database, studio: Studio
):
    """The client has no address when the first reminder is due; the second finds one."""
    with database.write(studio.scope) as session:
        invoice = make_invoice(session, studio, now=clock.now() - timedelta(days=18))
        mark_sent(session, invoice, now=clock.now())
        _give_address(session, studio, None)
    async with product(environment, settings, database):
        with environment.with_time_skipping_disabled():
            handle = await _begin(environment, studio, invoice.id)
            await until(lambda: _stuck(database, studio))
            _skip(database, studio)
            await handle.terminate("the engine's memory is lost")
        with database.write(studio.scope) as session:
            _give_address(session, studio, "ada@byron.example")

        rebuilt = await _begin(environment, studio, invoice.id)
        await _until_due(environment, rebuilt, lambda: _mails(database, studio))
        await rebuilt.terminate()

    assert _mails(database, studio) == [f"invoice:{invoice.id}:reminder:2"]


async def _begin(environment: WorkflowEnvironment, studio: Studio, invoice_id: str) -> WorkflowHandle[Any, Any]:
    state = SubjectState(studio.workspace_id, invoice_id, studio.engagement_id)
    with environment.with_time_skipping_disabled():
        started = await environment.client.start_workflow(
            InvoiceWorkflow.run, state, id=f"invoice/{invoice_id}", task_queue="engine"
        )
    return environment.client.get_workflow_handle(started.id)


async def _until_due(environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Any], condition: Callable[[], Any]) -> None:
    for _ in range(20):
        await environment.fast_forward(handle, timedelta(days=1).total_seconds())
        if condition():
            return
    raise AssertionError("it did not come to pass")


def _stuck(database: Database, studio: Studio) -> list[Wait]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(Wait).where(Wait.kind == "repair", col(Wait.closed_at).is_(None))))


def _skip(database: Database, studio: Studio) -> None:
    with database.write(studio.scope) as session:
        stuck = session.get_one(Wait, _stuck(database, studio)[0].id)
        repair_wait(session, stuck, "skip", actor="member:mem_1", now=clock.now())


def _mails(database: Database, studio: Studio) -> list[str]:
    with database.read(studio.scope) as session:
        return list(session.exec(select(Email.key)))


def _give_address(session: Any, studio: Studio, address: str | None) -> None:
    contact = session.get_one(Contact, studio.contact_id)
    contact.email = contact.email_norm = address
    session.add(contact)
