"""Drafts, and the time that they take and give back."""

import threading
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import clock
from models.commands.invoices import (
    add_line,
    change_line,
    delete_draft,
    draft_invoice,
    draft_invoice_from_time,
    issue_invoice,
    remove_line,
)
from models.db import Database
from models.queries.invoices import list_lines, totals_of
from models.queries.time_entries import list_unbilled
from models.tables.invoices import Invoice, InvoiceLineItem
from models.tables.time_entries import TimeEntry
from models.types.errors import Conflict, NotFound, Refused
from models.types.invoices import InvoiceOrigin, TimeSelection
from models.types.time_entries import EntryGrouping, TimeRounding
from tests.builders.invoices import fixed_line, make_draft
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.workspaces import Studio


def bill(session: Session, studio: Studio, group_by: EntryGrouping = EntryGrouping.TASK, **values: Any) -> Invoice:
    selection = TimeSelection(engagement_id=studio.engagement_id)
    return draft_invoice_from_time(session, contact_id=studio.contact_id, selection=selection, group_by=group_by, **values)


def test_a_draft_has_terms_of_the_workspace_and_no_number(session: Session, studio: Studio):
    draft = make_draft(session, studio)

    assert (draft.status, draft.number, draft.counter) == ("draft", None, None)
    assert (draft.currency, draft.due_days, draft.reminder_days) == ("EUR", 14, [3, 7, 14])
    assert (draft.subtotal_minor, draft.tax_minor, draft.total_minor) == (100000, 19000, 119000)


def test_a_retainer_period_is_drafted_once(session: Session, studio: Studio):
    origin = InvoiceOrigin(retainer_id="ret_1", period_index=3)
    first = make_draft(session, studio, origin=origin)
    again = make_draft(session, studio, fixed_line(5), origin=origin)

    assert again.id == first.id
    assert len(list_lines(session, first)) == 1


def test_a_line_changes_the_figures(session: Session, studio: Studio):
    draft = make_draft(session, studio)
    line = add_line(session, draft, fixed_line(5000, quantity_milli=2000))
    assert draft.total_minor == 130900

    change_line(session, draft, line, {"quantity_milli": 1000})
    assert draft.total_minor == 124950
    remove_line(session, draft, line)
    assert draft.total_minor == 119000


@pytest.mark.parametrize(
    ("group_by", "shown"),
    [
        (EntryGrouping.ENTRY, [3333, 3333, 3333]),
        (EntryGrouping.TASK, [10000]),
        (EntryGrouping.PERSON, [10000]),
        (EntryGrouping.DAY, [10000]),
        (EntryGrouping.ONE, [10000]),
    ],
)
def test_time_is_priced_once_per_line_and_lines_make_the_total(
    session: Session, studio: Studio, group_by: EntryGrouping, shown: list[int]
):
    task = make_task(session, studio, make_project(session, studio))
    noon = clock.now().replace(hour=9, minute=0)
    for _ in range(3):
        make_time_entry(session, studio, seconds=1200, task_id=task.id, started_at=noon)
    draft = bill(session, studio, group_by)
    totals = totals_of(draft, list_lines(session, draft))

    assert [line.amount_minor for line in totals.lines] == shown
    assert totals.subtotal_minor == sum(shown)
    assert list_unbilled(session, engagement_id=studio.engagement_id) == []


def test_rounding_is_the_clients_own_unless_told_otherwise(session: Session, studio: Studio):
    make_time_entry(session, studio, seconds=1000)
    draft = bill(session, studio, rounding=TimeRounding(increment_seconds=900))
    assert [line.seconds for line in list_lines(session, draft)] == [900]


@pytest.mark.parametrize("way", ["line", "draft"])
def test_removed_work_can_be_billed_again(session: Session, studio: Studio, way: str):
    entry = make_time_entry(session, studio)
    draft = bill(session, studio)
    with pytest.raises(Refused):
        bill(session, studio)
    if way == "line":
        remove_line(session, draft, list_lines(session, draft)[0])
    else:
        delete_draft(session, draft)
        assert session.get(Invoice, draft.id) is None
    session.expire_all()

    assert session.get_one(TimeEntry, entry.id).invoice_line_item_id is None
    assert [one.id for one in list_unbilled(session, engagement_id=studio.engagement_id)] == [entry.id]


def test_a_running_timer_and_unbillable_work_are_left_out(session: Session, studio: Studio):
    make_time_entry(session, studio, stopped_at=None, seconds=0)
    make_time_entry(session, studio, is_billable=False)
    with pytest.raises(Refused):
        bill(session, studio)


def test_a_failed_draft_leaves_the_time_free(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        make_time_entry(session, studio)

    def bill_twice(session: Session) -> None:
        bill(session, studio)
        bill(session, studio)

    with pytest.raises(Refused), database.write(studio.scope) as session:
        bill_twice(session)
    with database.read(studio.scope) as session:
        assert len(list_unbilled(session, engagement_id=studio.engagement_id)) == 1
        assert session.exec(select(Invoice.id)).all() == []


def test_twenty_who_invoice_at_once_bill_each_entry_once(database: Database, studio: Studio):
    with database.write(studio.scope) as session:
        for _ in range(30):
            make_time_entry(session, studio)
    outcomes: list[str] = []
    barrier = threading.Barrier(20)

    def invoice() -> None:
        barrier.wait()
        try:
            with database.write(studio.scope) as session:
                outcomes.append(bill(session, studio).id)
        except (Refused, Conflict) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=invoice) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 20
    assert sum(outcome.startswith("inv_") for outcome in outcomes) == 1
    with database.read(studio.scope) as session:
        lines = set(session.exec(select(InvoiceLineItem.id)))
        claimed = session.exec(select(TimeEntry.invoice_line_item_id)).all()
        total = session.exec(select(Invoice.subtotal_minor)).one()
    assert len(claimed) == 30
    assert set(claimed) == lines
    assert total == 300000


def test_an_issued_invoice_never_changes(session: Session, studio: Studio):
    draft = make_draft(session, studio)
    line = list_lines(session, draft)[0]
    issue_invoice(session, draft, now=clock.now())

    for change in (
        lambda: add_line(session, draft, fixed_line()),
        lambda: change_line(session, draft, line, {"description": "Something else"}),
        lambda: remove_line(session, draft, line),
        lambda: delete_draft(session, draft),
    ):
        with pytest.raises(Refused):
            change()


def test_a_client_of_another_workspace_is_unknown(session: Session, studio: Studio):
    with pytest.raises(NotFound):
        draft_invoice(session, contact_id="con_elsewhere", lines=[fixed_line()])
    assert session.exec(select(Invoice.id).where(col(Invoice.contact_id) == "con_elsewhere")).all() == []
