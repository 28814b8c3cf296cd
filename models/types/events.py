"""The event catalogue: every fact that the product records, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of fact. subject: the noun it is about. payload: names of the extra values it carries."""

    name: str
    says: str
    subject: str
    payload: tuple[str, ...] = ()
    is_client_visible: bool = False
    """Whether the client's half of the timeline shows it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as a workflow hears it. Ids only: the record is read through the API."""

    event_id: str
    type: str
    subject_kind: str
    subject_id: str
    workspace_id: str
    engagement_id: str | None = None
    payload: dict[str, str | int | bool | None] | None = None
    """Small, flat, without personal data."""


def _types(subject: str, *rows: tuple[str, str, tuple[str, ...], bool]) -> list[EventType]:
    return [EventType(f"{subject}.{verb}", says, subject, payload, seen) for verb, says, payload, seen in rows]


CATALOGUE: dict[str, EventType] = {
    event_type.name: event_type
    for event_type in (
        *_types(
            "submission",
            ("accepted", "A form was submitted", ("form_id",), True),
            ("quarantined", "A submission was held back as possible spam", ("form_id",), False),
            ("discarded", "A submission was thrown away", ("form_id",), False),
        ),
        *_types(
            "contact",
            ("added", "A contact was added", (), False),
            ("changed", "A contact was changed", (), False),
            ("archived", "A contact was archived", (), False),
            ("unarchived", "A contact was brought back", (), False),
        ),
        *_types(
            "company",
            ("added", "A company was added", (), False),
            ("changed", "A company was changed", (), False),
            ("archived", "A company was archived", (), False),
            ("unarchived", "A company was brought back", (), False),
        ),
        *_types(
            "form",
            ("published", "A form was published", ("version",), False),
            ("closed", "A form was closed", (), False),
            ("archived", "A form was archived", (), False),
        ),
        *_types(
            "engagement",
            ("opened", "An engagement began", (), False),
            ("changed", "An engagement was changed", (), False),
            ("status_changed", "An engagement moved on", ("from", "to"), False),
            ("paused", "An engagement was paused", ("from",), False),
            ("resumed", "An engagement was resumed", ("to",), False),
            ("closed", "An engagement was closed", (), False),
            ("lost", "An engagement was lost", (), False),
            ("archived", "An engagement was archived", (), False),
            ("unarchived", "An engagement was brought back", (), False),
        ),
        *_types(
            "proposal",
            ("drafted", "A proposal was drafted", (), False),
            ("sent", "A proposal was sent", (), True),
            ("viewed", "A proposal was viewed", (), False),
            ("accepted", "A proposal was accepted", ("contract_id", "project_template_id", "scheduler_id"), True),
            ("declined", "A proposal was declined", (), True),
            ("expired", "A proposal expired", (), True),
            ("withdrawn", "A proposal was withdrawn", (), True),
            ("superseded", "A proposal was replaced by a new version", ("by_id",), True),
            ("sealed", "The signed documents were sealed and sent", (), True),
        ),
        *_types(
            "contract",
            ("drafted", "A contract was drafted", (), False),
            ("sent", "A contract was sent", (), True),
            ("completed", "A contract was signed by everybody", (), True),
            ("declined", "A contract was declined", (), True),
            ("voided", "A contract was voided", (), True),
            ("archived", "A contract was archived", (), False),
            ("unarchived", "A contract was brought back", (), False),
        ),
        *_types(
            "project",
            ("started", "A project began", (), True),
            ("changed", "A project was changed", (), False),
            ("reanchored", "The dates of a project were moved", (), False),
            ("completed", "A project was completed", (), True),
            ("reopened", "A project was reopened", (), False),
            ("archived", "A project was archived", (), False),
            ("unarchived", "A project was brought back", (), False),
        ),
        *_types(
            "project_template",
            ("added", "A project template was added", (), False),
            ("changed", "A project template was changed", (), False),
            ("archived", "A project template was archived", (), False),
            ("unarchived", "A project template was brought back", (), False),
        ),
        *_types(
            "task_board",
            ("added", "A board was added", ("project_id",), False),
            ("changed", "A board was changed", ("project_id",), False),
            ("archived", "A board was archived", ("project_id",), False),
            ("unarchived", "A board was brought back", ("project_id",), False),
        ),
        *_types(
            "task",
            ("created", "A task was created", (), False),
            ("changed", "A task was changed", (), False),
            ("assigned", "A task was assigned", ("assignee_id",), False),
            ("moved", "A task was moved", (), False),
            ("completed", "A task was completed", (), False),
            ("reopened", "A task was reopened", (), False),
            ("archived", "A task was archived", (), False),
            ("unarchived", "A task was brought back", (), False),
        ),
        *_types(
            "comment",
            ("added", "A comment was added", ("is_shared",), False),
            ("changed", "A comment was changed", ("is_shared",), False),
            ("removed", "A comment was removed", ("is_shared",), False),
        ),
        *_types(
            "file",
            ("added", "A file was added", ("is_shared",), False),
            ("shared", "A file was shared with the client", (), False),
            ("unshared", "A file was made private again", (), False),
            ("archived", "A file was put away", (), False),
        ),
        *_types(
            "booking",
            ("made", "A call was booked", ("scheduler_id",), True),
            ("changed", "The note of a call was changed", (), False),
            ("rescheduled", "A call was moved", (), True),
            ("canceled", "A call was cancelled", (), True),
            ("held", "A call took place", (), False),
        ),
        *_types(
            "time_entry",
            ("started", "A timer was started", (), False),
            ("stopped", "A timer was stopped", (), False),
            ("logged", "Time was logged", (), False),
            ("changed", "Logged time was changed", (), False),
            ("deleted", "Logged time was deleted", ("seconds",), False),
        ),
        *_types(
            "invoice",
            ("drafted", "An invoice was drafted", (), False),
            ("deleted", "The draft of an invoice was thrown away", (), False),
            ("issued", "An invoice was issued", ("kind",), False),
            ("sent", "An invoice was sent", (), True),
            ("reminded", "A payment reminder was sent", (), True),
            ("rescheduled", "What is due next for an invoice was computed anew", (), False),
            ("paid", "An invoice was paid", (), True),
            ("voided", "An invoice was voided", (), True),
            ("overdue", "An invoice became overdue", (), False),
            ("changed", "The reminders of an invoice were changed", (), False),
            ("written_off", "An invoice was written off", (), False),
        ),
        *_types(
            "payment",
            ("started", "A payment was begun", ("invoice_id",), False),
            ("succeeded", "A payment arrived", ("invoice_id",), True),
            ("failed", "A payment failed", ("invoice_id",), False),
            ("refunded", "A payment was refunded", ("invoice_id", "amount_minor"), True),
        ),
        *_types("receipt", ("issued", "A receipt was sent", ("invoice_id", "payment_id"), True)),
        *_types(
            "retainer",
            ("started", "A retainer began", (), True),
            ("period_billed", "A retainer period was billed", ("index", "invoice_id"), False),
            ("period_issued", "The invoice of a retainer period was issued", ("index", "invoice_id"), False),
            ("period_skipped", "A retainer period was skipped", ("index",), False),
            ("period_asked", "A missed retainer period waits for a decision", ("index",), False),
            ("period_paid", "A retainer period was paid", ("index", "invoice_id"), False),
            ("period_unpaid", "A charge for a retainer period failed", ("index", "invoice_id"), False),
            ("period_written_off", "A retainer period will not be paid", ("index", "invoice_id"), False),
            ("changed", "A retainer was changed", (), False),
            ("paused", "A retainer was paused", (), True),
            ("resumed", "A retainer was resumed", (), True),
            ("hours_reached", "So much of a retainer's hours is used", ("index", "percent"), False),
            ("past_due", "A retainer is past due", ("index", "invoice_id"), False),
            ("ended", "A retainer ended", (), True),
        ),
        *_types(
            "message",
            ("received", "A message came in from a client", ("conversation_id",), True),
            ("posted", "A message was posted", ("conversation_id",), False),
        ),
        *_types("email", ("sent", "A mail was sent", (), False), ("refused", "A mail could not be delivered", (), False)),
        *_types(
            "member",
            ("added", "Somebody joined the studio", (), False),
            ("changed", "A member was changed", (), False),
            ("archived", "A member was archived", (), False),
            ("unarchived", "A member was brought back", (), False),
            ("signed_in", "A member signed in", (), False),
            ("password_changed", "A member set a new password", (), False),
        ),
        *_types("workspace", ("created", "The studio was set up", (), False), ("changed", "Settings were changed", (), False)),
        *_types("api_token", ("created", "A key was made", (), False), ("revoked", "A key was revoked", (), False)),
        *_types(
            "credential",
            ("added", "A credential was kept", (), False),
            ("changed", "A credential was changed", (), False),
            ("removed", "A credential was forgotten", (), False),
        ),
        *_types(
            "portal",
            ("entered", "The client came into the portal", (), False),
            ("invited", "The client was invited to the portal", (), False),
        ),
        *_types(
            "automation",
            ("drawn", "An automation was drawn", (), False),
            ("changed", "An automation was changed", (), False),
            ("published", "An automation was published", ("number",), False),
            ("switched_off", "An automation was switched off", (), False),
        ),
        *_types(
            "automation_run",
            ("requested", "An automation was triggered", ("automation_id",), False),
            ("finished", "An automation run ended", ("automation_id", "status"), False),
            ("parked", "An automation run needs repair", ("automation_id",), False),
            ("woken", "An automation run heard what it waited for", ("wait_id", "happened"), False),
            ("canceled", "An automation run was cancelled", (), False),
            ("moved", "An automation run moved to another version", ("from_version", "to_version"), False),
            ("moved_back", "An automation run moved back to its version", ("from_version", "to_version"), False),
        ),
        *_types("wait", ("repaired", "A stuck step was dealt with", ("action", "workflow_id", "key"), False)),
    )
}
