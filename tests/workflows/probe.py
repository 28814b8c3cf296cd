"""A workflow that calls every rule with a zone, a date or a rounding in it, to see that the sandbox lets them work."""

from datetime import UTC, date, datetime, time, timedelta

from temporalio import workflow

from models.rules.hours_buckets import bucket_statement
from models.rules.invoices import invoice_number, late_fee_minor
from models.rules.invoices import next_reminder as next_invoice_reminder
from models.rules.line_items import document_totals
from models.rules.money import parse_amount, plain_amount
from models.rules.proposals import expiry_instant
from models.rules.proposals import next_reminder as next_proposal_reminder
from models.rules.rates import resolve_rate
from models.rules.reminders import reminder_steps
from models.rules.retainers import next_invoices, period_on
from models.rules.slots import nearest_slots, open_slots, slots_by_day, weekly_hours
from models.rules.time_entries import overlapping_pairs, split_at_midnight
from models.rules.working_time import local_time_on
from models.types.invoices import InvoiceStatus, LateFeeRepeat, LateFeeTerms
from models.types.line_items import LineItem, LineItemKind
from models.types.proposals import ProposalStatus
from models.types.rates import Rate
from models.types.reminders import ReminderAnchor
from models.types.retainers import HoursTerms, PeriodUse, RetainerTerms, Rhythm
from models.types.slots import Busy, SlotTerms
from models.types.time_entries import WorkSpan

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"


def answers() -> list[str]:
    """What the rules say, as text; the same inside and outside a workflow."""
    return [*_dates(), *_slots(), *_money()]


def _dates() -> list[str]:
    terms = RetainerTerms(date(2026, 1, 31), "Pacific/Tongatapu", 10_000, "EUR", Rhythm.LAST_WORKDAY)
    days = reminder_steps(ReminderAnchor.DUE, [1, 3])
    sent = reminder_steps(ReminderAnchor.SENT, [2])
    expires_at = expiry_instant(date(2026, 4, 9), ZONE)
    running = WorkSpan("a", NOW)
    return [
        str(next_invoices(terms)),
        str(period_on(date(2027, 2, 1), terms)),
        str(next_invoice_reminder(NOW, days, date(2026, 3, 28), ZONE, InvoiceStatus.OPEN, now=NOW)),
        str(next_proposal_reminder(NOW, sent, sent_at=NOW, expires_at=expires_at, zone=ZONE, status=ProposalStatus.SENT)),
        str(split_at_midnight(NOW, NOW + timedelta(days=2), ZONE)),
        str(overlapping_pairs([running, WorkSpan("b", NOW + timedelta(hours=1), NOW + timedelta(hours=2))])),
        str(local_time_on(date(2026, 3, 29), time(2, 30), ZONE)),
    ]


def _slots() -> list[str]:
    weekly = weekly_hours({str(weekday): [["00:00", "24:00"]] for weekday in range(7)})
    terms = SlotTerms("Australia/Lord_Howe", weekly, 30, 30, horizon_days=10, daily_cap=3)
    busy = [Busy(NOW, NOW + timedelta(hours=3))]
    slots = open_slots(terms, busy=busy, booked=busy, now=NOW)
    return [str(len(slots)), str(nearest_slots(slots, NOW)), str(list(slots_by_day(slots, ZONE)))]


def _money() -> list[str]:
    item = LineItem(LineItemKind.HOURLY, "Work", 818_000, seconds=3600, tax_rates_mpct=(5000, 9975))
    fee = LateFeeTerms(share_bps=100, repeat=LateFeeRepeat.MONTHLY)
    return [
        str(document_totals([item], currency="CAD", discount_bps=50)),
        plain_amount(parse_amount("1'234.50 CHF", "CHF")),
        invoice_number("INV-", 7, 2026),
        str(late_fee_minor(fee, due_minor=10_000, due_on=date(2026, 1, 31), today=date(2026, 5, 1))),
        str(resolve_rate([Rate("r", 9000, "EUR", starts_on=date(2026, 1, 1))], on=date(2026, 2, 1))),
        str(bucket_statement(HoursTerms(3600, rolls_over=True), [PeriodUse(0, 60), PeriodUse(1, 9000)])),
    ]


@workflow.defn
class RulesProbeWorkflow:
    """Asks the rules once."""

    @workflow.run
    async def run(self) -> list[str]:
        return answers()
