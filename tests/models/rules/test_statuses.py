from datetime import UTC, datetime, timedelta

import pytest

from models.rules import bookings, contracts, invoices, proposals
from models.types.bookings import BookingStatus
from models.types.contracts import ContractStatus
from models.types.invoices import InvoiceStatus
from models.types.proposals import ProposalStatus

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "statuses", "final"),
    [
        (proposals.TRANSITIONS, ProposalStatus, {"accepted", "superseded"}),
        (contracts.TRANSITIONS, ContractStatus, {"completed", "declined", "voided"}),
        (invoices.TRANSITIONS, InvoiceStatus, {"void"}),
        (bookings.TRANSITIONS, BookingStatus, {"held", "canceled"}),
    ],
    ids=["proposals", "contracts", "invoices", "bookings"],
)
def test_tables_know_every_status_and_end_where_they_should(table, statuses, final):
    assert set(table) == set(statuses)
    assert {status for status in statuses if not table[status]} == final
    assert all(status not in allowed for status, allowed in table.items())


def test_bookings_change_until_the_notice_runs_out():
    starts = NOW + timedelta(hours=2)
    assert bookings.can_change(BookingStatus.CONFIRMED, starts_at=starts, now=NOW, notice_minutes=119)
    assert not bookings.can_change(BookingStatus.CONFIRMED, starts_at=starts, now=NOW, notice_minutes=120)
    assert not bookings.can_change(BookingStatus.CANCELED, starts_at=starts, now=NOW)
    assert bookings.can_hold(BookingStatus.CONFIRMED, starts_at=NOW, now=NOW)
    assert not bookings.can_hold(BookingStatus.CONFIRMED, starts_at=starts, now=NOW)


def test_contracts_are_signed_only_while_pending():
    assert [s for s in ContractStatus if contracts.can_sign(s)] == [ContractStatus.PENDING]
    assert [s for s in ContractStatus if contracts.can_void(s)] == [
        ContractStatus.DRAFT,
        ContractStatus.PENDING,
        ContractStatus.EXPIRED,
    ]
