"""What a journey leaves behind, counted wherever it can be counted: the record, the files, the provider's book, the mail sink."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import Connection, text

from models import clock
from models.db import Database
from models.queries.invariants import count_violations
from models.types.scope import Scope
from tests.journeys.world import World
from tests.stack import Stack

TABLES = (
    *("submissions", "contacts", "companies", "engagements", "automation_runs", "step_runs"),
    *("tasks", "task_boards", "task_groups", "projects", "project_people", "comments", "files", "time_entries"),
    *("proposals", "proposal_line_items", "contracts", "signatures", "evidence_entries", "bookings"),
    *("conversations", "messages", "invoices", "invoice_line_items", "receipts"),
    *("retainers", "retainer_periods", "saved_methods"),
)
"""What people and automations make. Not among them is what repeats leave on purpose: logins, links, attempts, answers."""
_LEDGER = "SELECT count(*) FROM ledger_entries WHERE posting NOT LIKE '%\\:fee'"
"""Without the provider's fee, which is known at once or some minutes later, as it happens to be asked for."""
QUIET_SECONDS = 6.0
"""Longer than a worker that died keeps its share from the others: its heartbeat is missed before."""
_WAITING = (
    "SELECT (SELECT count(*) FROM deliveries WHERE delivered_at IS NULL)"
    " + (SELECT count(*) FROM emails WHERE status = 'queued') + (SELECT count(*) FROM webhook_events WHERE status = 'stored')"
)
_MAILS = "SELECT 'mails ' || template, count(*) FROM emails WHERE template <> 'portal/link' GROUP BY template"


def record_of(stack: Stack) -> Counter[str]:
    """How many rows each table has, and how many mails of each kind were queued."""
    with _connection(stack) as connection:
        rows = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}  # noqa: S608
        rows["ledger_entries"] = connection.execute(text(_LEDGER)).scalar_one()
        mails = {str(name): int(count) for name, count in connection.execute(text(_MAILS))}
    return Counter({**rows, **mails})


def differences(one: Counter[str], other: Counter[str]) -> dict[str, int]:
    """By how much `other` has more of each; empty when both are the same."""
    return {name: other[name] - one[name] for name in sorted({*one, *other}) if other[name] != one[name]}


def settled(stack: Stack, *, at_least: Counter[str] | None = None, seconds: float = 480) -> Counter[str]:
    """The record once nothing is on its way any more: no event, mail or message waits, and for a while nothing was added.

    at_least: rows that must be there by then, such as those that a workflow has yet to write whose worker was killed.
    Who waits for them in vain gets the record as it is.
    """
    deadline = time.monotonic() + seconds
    last, since = record_of(stack), time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.25)
        record = record_of(stack)
        if record != last or _is_waiting(stack):
            last, since = record, time.monotonic()
        is_whole = not (at_least or Counter()) - record
        if is_whole and time.monotonic() - since > QUIET_SECONDS:
            return record
    assert not _is_waiting(stack), "events, mails or messages are still on their way"
    return record_of(stack)


def what_is_wrong(stack: Stack, world: World, *, kills: int) -> list[str]:
    """What may never be, in words; empty when all is well."""
    return [*_broken_invariants(stack), *_missing_blobs(stack), *_wrong_charges(stack, world), *_wrong_mails(world, kills=kills)]


def _broken_invariants(stack: Stack) -> list[str]:
    database = Database(stack.settings.database_url)
    try:
        with database.read(Scope(None)) as session:
            counted = count_violations(session, now=clock.now())
    finally:
        database.engine.dispose()
    return [f"{name}: {count}" for name, count in counted.items() if count]


def _missing_blobs(stack: Stack) -> list[str]:
    with _connection(stack) as connection:
        keys = connection.execute(text("SELECT storage_key FROM files")).scalars().all()
    return [f"the content of {key} is gone" for key in keys if not (stack.settings.files_dir / key).is_file()]


def _wrong_charges(stack: Stack, world: World) -> list[str]:
    """The provider took each payment that we know of, no other, and at most one for an invoice."""
    found = []
    with httpx.Client(base_url=stack.settings.stripe_base_url, timeout=30) as provider:
        for invoice in world.items("/invoices", engagement_id=world.known["engagement"], limit=100):
            charges = provider.get("/sandbox/charges", params={"invoice_id": invoice["id"]}).json()
            taken = [one["amount"] for one in charges if one["status"] == "succeeded"]
            payments = world.read(f"/invoices/{invoice['id']}/payments")
            ours = [one["amount_minor"] for one in payments if one["status"] == "succeeded"]
            if taken != ours or len(taken) > 1:
                found.append(f"{invoice['number']}: the provider took {taken}, we know of {ours}")
    return found


def _wrong_mails(world: World, *, kills: int) -> list[str]:
    """Every mail arrived, under the Message-ID that was fixed before; what arrived twice has the same one.

    SMTP cannot do better: who dies between the server's yes and their own note of it sends the mail again, and the receiver
    tells by its Message-ID that it is the same.
    """
    arrived = Counter(mail["message_id"] for mail in world.mails(world.email))
    queued = world.items("/emails", contact_id=world.known["contact"], limit=100)
    sent = {one["message_id"] for one in queued if one["to_address"].lower() == world.email}
    found = [f"{one} arrived and is not in the outbox" for one in arrived.keys() - sent]
    found += [f"{one} was sent and never arrived" for one in sent - arrived.keys()]
    repeats = arrived.total() - len(arrived)
    return [*found, f"{repeats} mails came again after {kills} kills"] if repeats > kills else found


def _is_waiting(stack: Stack) -> bool:
    with _connection(stack) as connection:
        return bool(connection.execute(text(_WAITING)).scalar_one())


@contextmanager
def _connection(stack: Stack) -> Iterator[Connection]:
    database = Database(stack.settings.database_url)
    try:
        with database.engine.connect().execution_options(read_only=True) as connection:
            yield connection
    finally:
        database.engine.dispose()
