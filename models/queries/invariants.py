"""What must be true of the record at any time, whatever died at whatever moment. Each statement counts what breaks it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from models.queries.evidence import first_broken
from models.tables.contracts import EvidenceEntry

SETTLED_AFTER = timedelta(seconds=60)
"""What is to follow by itself may take so long before it counts as missing."""

_AT_MOST_ONE = {
    "I2 one live contact per address": (
        "SELECT count(*) FROM (SELECT 1 FROM contacts WHERE archived_at IS NULL AND merged_into_id IS NULL"
        " AND email_norm IS NOT NULL GROUP BY workspace_id, email_norm HAVING count(*) > 1) AS broken"
    ),
    "I3 one answer per form page": (
        "SELECT count(*) FROM (SELECT 1 FROM submissions GROUP BY form_id, token HAVING count(*) > 1) AS broken"
    ),
    "I5 one run per automation and event": (
        "SELECT count(*) FROM (SELECT 1 FROM automation_runs GROUP BY automation_id, dedupe_key HAVING count(*) > 1) AS broken"
    ),
    "I5 one outcome per step of a run": (
        "SELECT count(*) FROM (SELECT 1 FROM step_runs GROUP BY run_id, node_path, iteration HAVING count(*) > 1) AS broken"
    ),
    "I6 one mail per key and per Message-ID": (
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM emails GROUP BY workspace_id, key HAVING count(*) > 1) AS keys)"
        " + (SELECT count(*) FROM (SELECT 1 FROM emails GROUP BY message_id HAVING count(*) > 1) AS ids)"
    ),
    "I9 one project per proposal": (
        "SELECT count(*) FROM (SELECT 1 FROM projects WHERE proposal_id IS NOT NULL"
        " GROUP BY proposal_id HAVING count(*) > 1) AS broken"
    ),
    "I10 no two live calls of a host overlap": (
        "SELECT count(*) FROM bookings AS one JOIN bookings AS other ON one.member_id = other.member_id AND one.id < other.id"
        " AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at"
        " WHERE one.status IN ('pending', 'confirmed') AND other.status IN ('pending', 'confirmed')"
    ),
    "I11 one running timer per person": (
        "SELECT count(*) FROM (SELECT 1 FROM time_entries WHERE stopped_at IS NULL GROUP BY member_id HAVING count(*) > 1)"
        " AS broken"
    ),
    "I14 one payment per charge of a provider": (
        "SELECT count(*) FROM (SELECT 1 FROM payments WHERE provider_ref IS NOT NULL"
        " GROUP BY provider, provider_ref HAVING count(*) > 1) AS broken"
    ),
    "I19 one invoice per period of a retainer": (
        "SELECT count(*) FROM (SELECT 1 FROM invoices WHERE retainer_id IS NOT NULL AND period_index IS NOT NULL"
        " GROUP BY retainer_id, period_index HAVING count(*) > 1) AS broken"
    ),
    "I21 one row per message of a provider": (
        "SELECT count(*) FROM (SELECT 1 FROM webhook_events GROUP BY provider, account, event_id HAVING count(*) > 1) AS broken"
    ),
}
_CONSISTENT = {
    "I1 every accepted answer has its contact and engagement": (
        "SELECT count(*) FROM submissions WHERE status = 'accepted' AND (contact_id IS NULL"
        " OR NOT EXISTS (SELECT 1 FROM engagements WHERE engagements.id = submissions.engagement_id)"
        " OR (SELECT count(*) FROM engagements WHERE engagements.submission_id = submissions.id) > 1)"
    ),
    "I7 proposal and contract are signed together": (
        "SELECT count(*) FROM proposals JOIN contracts ON contracts.id = proposals.contract_id"
        " WHERE (proposals.status = 'accepted') <> (contracts.status = 'completed')"
    ),
    "I11 time ends after it began": "SELECT count(*) FROM time_entries WHERE stopped_at < started_at OR seconds < 0",
    "I12 billed time is on a line of a live invoice": (
        "SELECT count(*) FROM time_entries LEFT JOIN invoice_line_items AS line ON line.id = time_entries.invoice_line_item_id"
        " LEFT JOIN invoices ON invoices.id = line.invoice_id"
        " WHERE time_entries.invoice_line_item_id IS NOT NULL AND (invoices.id IS NULL OR invoices.status = 'void')"
    ),
    "I13 what is paid is what was received": (
        "SELECT count(*) FROM invoices WHERE paid_minor <> (SELECT coalesce(sum(amount_minor), 0)"
        " FROM payments WHERE payments.invoice_id = invoices.id AND payments.status = 'succeeded')"
    ),
    "I13 a total is its parts": (
        "SELECT count(*) FROM invoices WHERE status <> 'draft' AND prices_include_tax = false AND discount_bps = 0"
        " AND total_minor <> subtotal_minor + tax_minor"
    ),
    "I15 every posting balances": (
        "SELECT count(*) FROM (SELECT 1 FROM ledger_entries GROUP BY workspace_id, posting, currency"
        " HAVING sum(amount_minor) <> 0) AS broken"
    ),
    "I16 numbers have no gap and no twin": (
        "SELECT count(*) FROM (SELECT 1 FROM invoices WHERE counter IS NOT NULL GROUP BY workspace_id, series"
        " HAVING max(counter) - min(counter) + 1 <> count(*) OR count(DISTINCT number) <> count(*)) AS broken"
    ),
    "I17 no receipt without its payment": (
        "SELECT count(*) FROM receipts JOIN payments ON payments.id = receipts.payment_id WHERE payments.status <> 'succeeded'"
    ),
    "I18 a void invoice holds no money": (
        "SELECT count(*) FROM invoices WHERE status = 'void' AND paid_minor <> 0 AND paid_minor <>"
        " (SELECT coalesce(sum(refunded_minor), 0) FROM payments WHERE payments.invoice_id = invoices.id)"
    ),
    "I19 a period begins where the last one ended": (
        "SELECT count(*) FROM retainer_periods AS one JOIN retainer_periods AS next ON next.retainer_id = one.retainer_id"
        ' AND next."index" = one."index" + 1 WHERE next.starts_on <> one.ends_on'
    ),
}
_BY_NOW = {
    "I9 an accepted proposal has its project": (
        "SELECT count(*) FROM proposals WHERE status = 'accepted' AND project_template_id IS NOT NULL AND decided_at < :settled"
        " AND NOT EXISTS (SELECT 1 FROM projects WHERE projects.proposal_id = proposals.id)"
        " AND NOT EXISTS (SELECT 1 FROM skipped_duties WHERE action = 'projects.kick_off' AND subject_id = proposals.id)"
    ),
    "I17 a payment has its receipt": (
        "SELECT count(*) FROM payments WHERE status = 'succeeded' AND succeeded_at < :settled"
        " AND NOT EXISTS (SELECT 1 FROM receipts WHERE receipts.payment_id = payments.id)"
        " AND NOT EXISTS (SELECT 1 FROM skipped_duties WHERE action = 'receipt' AND subject_id = payments.invoice_id"
        " AND skipped_duties.created_at >= succeeded_at)"
    ),
    "I20 every event reached its workflow": (
        "SELECT count(*) FROM deliveries WHERE (delivered_at IS NULL AND created_at < :settled) OR outcome = 'dead'"
    ),
    "I21 every message of a provider is applied": (
        "SELECT count(*) FROM webhook_events WHERE status = 'stored' AND created_at < :settled"
    ),
    "I25 both sides know of their call": (
        "SELECT count(*) FROM bookings WHERE status = 'confirmed' AND told_sequence < sequence AND created_at < :settled"
        " AND NOT EXISTS (SELECT 1 FROM skipped_duties WHERE action = 'confirm' AND subject_id = bookings.id"
        ' AND skipped_duties."index" = bookings.sequence)'
    ),
    "I25 a signed document is sealed": (
        "SELECT count(*) FROM proposals WHERE status = 'accepted' AND sealed_file_id IS NULL AND decided_at < :settled"
        " AND NOT EXISTS (SELECT 1 FROM skipped_duties WHERE action = 'proposals.seal' AND subject_id = proposals.id)"
    ),
    "I25 no mail is left lying": "SELECT count(*) FROM emails WHERE status = 'queued' AND created_at < :settled",
    "I25 nothing needs repair": "SELECT count(*) FROM waits WHERE kind = 'repair' AND closed_at IS NULL",
}


def count_violations(session: Session, *, now: datetime) -> dict[str, int]:
    """How often each invariant is broken, over all workspaces; all zeros is a sound record.

    session: in the system scope. The numbers are those of the list of invariants (I1 to I30).
    """
    counted = {name: _count(session, statement) for name, statement in {**_AT_MOST_ONE, **_CONSISTENT}.items()}
    counted |= {name: _count(session, statement, settled=now - SETTLED_AFTER) for name, statement in _BY_NOW.items()}
    counted["I22 nothing refers to another workspace"] = sum(_count(session, one) for one in _references())
    counted["I23 no chain of evidence is broken"] = _broken_chains(session)
    return counted


def _count(session: Session, statement: str, **values: Any) -> int:
    return int(session.connection().execute(text(statement), values).scalar_one())


def _references() -> list[str]:
    """A count for every foreign key between tables that have workspaces."""
    return [
        f"SELECT count(*) FROM {table.name} AS child JOIN {key.column.table.name} AS parent"  # noqa: S608 - our own names
        f" ON parent.{key.column.name} = child.{key.parent.name} WHERE parent.workspace_id <> child.workspace_id"
        for table in SQLModel.metadata.tables.values()
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name)
        if "workspace_id" in table.columns and "workspace_id" in key.column.table.columns
    ]


def _broken_chains(session: Session) -> int:
    chains: dict[str, list[EvidenceEntry]] = {}
    for entry in session.exec(select(EvidenceEntry).order_by(col(EvidenceEntry.subject_id), col(EvidenceEntry.number))):
        chains.setdefault(entry.subject_id, []).append(entry)
    return sum(first_broken(chain) is not None for chain in chains.values())
