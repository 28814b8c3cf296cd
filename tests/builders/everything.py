"""One row of every table for one workspace, made from the tables themselves, so that a new table is never forgotten."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Column, Date, Float, Integer, LargeBinary, Table
from sqlmodel import AutoString, Session, SQLModel

from models import clock
from models.ids import digest, new_id
from models.rules.automation_plan.records import plan_to_json
from models.tables.rows import UtcDateTime
from models.types.retainers import RetainerTerms
from tests.builders.automations import planned, task
from tests.builders.retainers import care_terms
from tests.builders.workspaces import Studio

Ids = dict[str, str]
"""Table to the id of its row."""

BLOB = "x/00/" + 64 * "0"
"""The storage key of every file row."""
_POINTS_AT = {
    "root_id": "proposals",
    "source_id": "time_entries",
    "run_id": "automation_runs",
    "template_id": "project_templates",
    "board_id": "task_boards",
    "group_id": "task_groups",
    "task_id": "tasks",
    "account": "",
}
"""Columns whose name is not that of the table they point at."""
_LEFT_EMPTY = frozenset(
    {
        *("archived_at", "merged_into_id", "logo_file_id", "sealed_file_id", "pdf_file_id", "credits_invoice_id"),
        *("closed_at", "revoked_at", "unsubscribed_at", "invoice_line_item_id", "used_at", "redirect_url", "off_reason"),
        *("canceled_at", "voided_at", "removed_at", "custom_domain", "holidays_region", "seal_key_pem", "seal_certificate_pem"),
        *("password_hash", "trigger_kind", "trigger_type", "account", "completed_at", "ended_at", "paused_at"),
        *(
            "concurrency_key",
            "locale",
            "saved_method_id",
            "invoice_line_item_id",
            "contract_sha256",
            "content_sha256",
            "payer_id",
        ),
    }
)
"""Columns that mean something else when they are set."""
_WORDS: dict[str, Any] = {
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "door": "portal",
    "whom": "us",
    "author": "member",
    "provider": "stripe",
    "media_type": "text/plain",
    "bookings.status": "confirmed",
    "credentials.kind": "bearer",
    "credentials.hosts": ["api.example.com"],
    "calendar_connections.kind": "ics",
    "calendar_connections.url": "https://calendar.example/feed.ics",
    "capability_links.kind": "proposal",
    "events.type": "submission.accepted",
    "evidence_entries.kind": "sent",
    "emails.reply_to": "",
    "emails.in_reply_to": "",
    "event_subscriptions.event_type": "proposal.sent",
    "invoices.series": "",
    "ledger_entries.account": "receivable",
    "one_time_links.kind": "portal",
    "payments.method": "card",
    "signatures.kind": "typed",
    "signatures.image": "",
    "bookings.meeting_url": "https://meet.jit.si/room",
    "automation_versions.plan": plan_to_json(planned(task("task"))),
    "files.storage_key": BLOB,
    "retainers.terms": TypeAdapter(RetainerTerms).dump_python(care_terms(), mode="json"),
    "tasks.checklist": [{"text": "Paper", "done": False}],
    "waits.kind": "repair",
    "waits.key": "repair:step",
    "step_runs.kind": "action",
    "step_runs.action": "tasks.create",
    "step_runs.node_path": "task",
    "projects.status": "active",
    "contacts.source": "form",
}
"""Columns with a vocabulary or a syntax of their own, by name or by table and name."""


def make_everything(session: Session, studio: Studio, *, canary: str) -> Ids:
    """Fill every table for the studio, `canary` in each text a person could have typed.

    What the studio's builder made already is used as it is, with the canary put in.
    """
    ids: Ids = {
        "workspaces": studio.workspace_id,
        "members": studio.member_id,
        "companies": studio.company_id,
        "contacts": studio.contact_id,
        "engagements": studio.engagement_id,
    }
    classes = {str(mapper.local_table): mapper.class_ for mapper in SQLModel._sa_registry.mappers}
    for name in sorted(set(classes) - set(ids)):
        ids[name] = new_id("row")
    for table in SQLModel.metadata.sorted_tables:
        shape = classes[table.name]
        known = session.get(shape, ids[table.name]) if "id" in table.columns else None
        values = {column.name: _value(table, column, ids, studio, canary) for column in table.columns if not is_counted(column)}
        if known is None:
            session.add(shape(**{**values, **({"id": ids[table.name]} if "id" in values else {})}))
        else:
            _mark(known, table, values, canary)
        session.flush()
    return ids


def is_counted(column: Column[Any]) -> bool:
    """The database numbers these itself."""
    return column.primary_key and isinstance(column.type, Integer)


def _mark(row: Any, table: Table, values: dict[str, Any], canary: str) -> None:
    """Put the canary in what the row leaves empty and in its name."""
    for column in table.columns:
        value = values.get(column.name)
        if isinstance(value, str) and canary in value and (not getattr(row, column.name) or column.name in ("name", "title")):
            setattr(row, column.name, value)


def _value(table: Table, column: Column[Any], ids: Ids, studio: Studio, canary: str) -> Any:
    name = column.name
    if name == "workspace_id":
        return studio.workspace_id
    if name in _LEFT_EMPTY:
        return _default(column)
    for known in (f"{table.name}.{name}", name):
        if known in _WORDS:
            return _WORDS[known]
    target = _target(column, ids)
    if target is not None:
        return studio.contact_id if name == "person_id" else ids[target]
    return _by_type(table, column, ids, canary)


def _target(column: Column[Any], ids: Ids) -> str | None:
    for key in column.foreign_keys:
        return key.column.table.name
    if column.name == "person_id":
        return "contacts"
    if column.name in ("owner_id", "assignee_id"):
        return "members"
    if not column.name.endswith("_id"):
        return None
    noun = column.name.removesuffix("_id")
    plurals = (f"{noun}s", f"{noun[:-1]}ies", noun)
    return _POINTS_AT.get(column.name) or next((plural for plural in plurals if plural in ids), None)


def _by_type(table: Table, column: Column[Any], ids: Ids, canary: str) -> Any:
    if isinstance(column.type, AutoString):
        return _text(table, column, ids, canary)
    if column.default is not None:
        return _default(column)
    makers: list[tuple[type, Callable[[], Any]]] = [
        (UtcDateTime, lambda: _moment(column.name)),
        (Date, lambda: date(2026, 11, 30)),
        (JSON, dict),
        (LargeBinary, canary.encode),
        (Integer, lambda: None if column.nullable else 1),
        (Float, lambda: 1.0),
    ]
    return next((make() for kind, make in makers if isinstance(column.type, kind)), None)


def _moment(name: str) -> datetime | None:
    """Deadlines lie ahead, beginnings behind."""
    if name.endswith(("until", "expires_at", "_wake_at", "_try_at")):
        return clock.now() + timedelta(days=30)
    if name == "checked_at":
        return clock.now()
    return datetime(2026, 11, 2, 10 if name in ("stopped_at", "ends_at") else 9, tzinfo=UTC)


def _text(table: Table, column: Column[Any], ids: Ids, canary: str) -> str:
    default = _default(column)
    if default:
        return str(default)
    if column.name.endswith(("_digest", "_hash", "sha256")) or column.name in ("hash", "storage_key", "token", "dedupe_key"):
        return digest(f"{table.name} {column.name} {canary}")
    if column.name == "slug":
        return f"{canary}-{table.name}".replace("_", "-")
    if column.name == "subject_kind":
        return "engagement"
    if column.name == "subject_id":
        return ids["engagements"]
    if column.name.startswith("email") or (column.name.endswith("_address") and table.name != "workspaces"):
        return f"{table.name}@{canary}.example".lower()
    return f"{canary} {table.name} {column.name}".lower()


def _default(column: Column[Any]) -> Any:
    if column.default is None:
        return None if column.nullable else ""
    argument: Any = getattr(column.default, "arg", None)
    return argument(None) if callable(argument) else argument
