"""For every action: the rows it is about, and an input with which it does its work."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from models import clock
from models.commands.bookings import list_open_slots, make_booking
from models.commands.companies import add_company
from models.commands.contract_templates import add_contract_template
from models.commands.contracts import draft_contract, send_contract
from models.commands.engagement_archive import archive_engagement
from models.commands.engagements import open_engagement
from models.commands.payments import record_payment
from models.commands.project_templates import add_project_template
from models.commands.proposal_templates import add_proposal_template
from models.commands.retainers import pause_retainer
from models.commands.time_entries import start_timer
from models.ids import new_id
from models.queries.contacts import get_contact
from models.queries.contracts import get_contract
from models.queries.engagements import get_engagement
from models.queries.members import get_member
from models.tables.bookings import Booking
from models.tables.engagements import Engagement
from models.tables.files import File
from models.tables.invoices import Invoice
from models.types.time_entries import WorkPlace
from tests import cast
from tests.builders.bookings import make_scheduler
from tests.builders.forms import make_form
from tests.builders.invoices import make_draft as make_invoice_draft
from tests.builders.invoices import make_invoice
from tests.builders.projects import make_project, make_task, make_time_entry
from tests.builders.proposals import make_draft, make_sent
from tests.builders.retainers import care_terms, make_retainer
from tests.builders.workspaces import Studio
from tests.standins.service import lasting_service

Given = dict[str, Any]
Case = Callable[[Session, Studio], Given]

STRUCTURE = {"boards": [{"name": "Build", "groups": [{"name": "To do", "tasks": [{"title": "Brief", "role": "lead"}]}]}]}


def booking(session: Session, studio: Studio) -> Booking:
    """A call in the open hours of the coming days."""
    scheduler = make_scheduler(session, studio)
    now = clock.now()
    slots = list_open_slots(session, scheduler, now=now, since=now, until=now + timedelta(days=10))
    contact = get_contact(session, studio.contact_id)
    return make_booking(session, scheduler, contact, starts_at=slots[0], zone="Europe/London", now=now)


def another_slot(session: Session, studio: Studio) -> Given:
    """A call, and another open time for it."""
    made = booking(session, studio)
    return {"booking_id": made.id, "starts_at": (made.starts_at + timedelta(hours=2)).isoformat()}


def engagement(session: Session, studio: Studio) -> Engagement:
    """A second piece of work for the client."""
    return open_engagement(session, title="A shop", contact_id=studio.contact_id, now=clock.now())


def archived(session: Session, studio: Studio) -> Given:
    """An engagement that was put away."""
    made = engagement(session, studio)
    archive_engagement(session, made, now=clock.now())
    return {"engagement_id": made.id}


def file(session: Session, studio: Studio, *, is_shared: bool) -> Given:
    """A file of the engagement."""
    row = File(
        id=new_id("fil"),
        workspace_id=studio.workspace_id,
        filename="Brief.pdf",
        media_type="application/pdf",
        size=3,
        sha256="a" * 64,
        storage_key="a",
        engagement_id=studio.engagement_id,
        is_shared=is_shared,
        uploaded_by="member",
    )
    session.add(row)
    session.flush()
    return {"file_id": row.id}


def contract(session: Session, studio: Studio) -> Given:
    """A draft that stands by itself."""
    about = get_engagement(session, studio.engagement_id)
    return {"contract_id": draft_contract(session, about, now=clock.now(), title="Secrecy", body="We keep quiet.").id}


def sent_contract(session: Session, studio: Studio) -> Given:
    """A contract that waits for its signature."""
    given = contract(session, studio)
    drafted = get_contract(session, given["contract_id"])
    send_contract(session, drafted, content_sha256="a" * 64, to=cast.ADA[1], now=clock.now())
    return given


def paid(session: Session, studio: Studio) -> Given:
    """A payment by bank transfer of a whole invoice."""
    invoice = make_invoice(session, studio)
    payment = record_payment(
        session, invoice, amount_minor=119000, method="Bank transfer", received_at=clock.now() - timedelta(hours=1)
    )
    return {"payment_id": payment.id, "amount_minor": 11900}


def running(session: Session, studio: Studio) -> Given:
    """A member whose timer runs."""
    start_timer(session, get_member(session, studio.member_id), WorkPlace(), now=clock.now() - timedelta(hours=1))
    return {"member_id": studio.member_id}


def paused(session: Session, studio: Studio) -> Given:
    """A retainer that rests."""
    retainer = retainer_of(session, studio)
    pause_retainer(session, retainer, now=clock.now())
    return {"retainer_id": retainer.id}


def retainer_of(session: Session, studio: Studio) -> Any:
    """A retainer of the engagement that begins in the coming year."""
    return make_retainer(session, studio, terms=care_terms(clock.now().date() + timedelta(days=60)))


def unbilled(session: Session, studio: Studio) -> Given:
    """An hour that is on no invoice."""
    make_time_entry(session, studio)
    return {}


def task_to_move(session: Session, studio: Studio) -> Given:
    """A task in one column, and another column."""
    work = make_project(session, studio)
    return {"task_id": make_task(session, studio, work).id, "group_id": work.doing_id}


def issued(session: Session, studio: Studio) -> Invoice:
    """An invoice of 1,190.00."""
    return make_invoice(session, studio)


CASES: dict[str, Case] = {
    "messages.send_mail": lambda session, studio: {"to": cast.ADA[1], "subject": "Hello", "body": "We read it."},
    "messages.write_to_client": lambda session, studio: {"text": "We begin on Monday."},
    "inbox.post": lambda session, studio: {"channel": "crm", "text": "A lead."},
    "members.notify": lambda session, studio: {"member_id": studio.member_id, "text": "Look here."},
    "contacts.create": lambda session, studio: {"name": "Grace Hopper", "email": "grace@cobol-works.example", "tags": ["new"]},
    "contacts.update": lambda session, studio: {"title": "Head", "company_id": studio.company_id, "owner_id": studio.member_id},
    "contacts.tag": lambda session, studio: {"add": ["client"], "contact_id": studio.contact_id},
    "contacts.find": lambda session, studio: {"email": cast.ADA[1]},
    "contacts.archive": lambda session, studio: {"contact_id": studio.contact_id},
    "companies.create": lambda session, studio: {"name": "Cobol Works", "domain": "cobol-works.example"},
    "companies.update": lambda session, studio: {"company_id": studio.company_id, "tax_id": "GB 1"},
    "companies.link_contact": lambda session, studio: {"company_id": add_company(session, name="Cobol Works").id},
    "engagements.open": lambda session, studio: {"title": "A shop", "owner_id": studio.member_id},
    "engagements.change_status": lambda session, studio: {"status": "lost", "reason": "Too dear"},
    "engagements.update": lambda session, studio: {"title": "A new title", "owner_id": studio.member_id},
    "engagements.archive": lambda session, studio: {"engagement_id": make_sent(session, studio).engagement_id},
    "engagements.unarchive": archived,
    "forms.send": lambda session, studio: {"form_id": make_form(session).id, "text": "A few questions."},
    "proposals.create_from_template": lambda session, studio: {
        "template_id": add_proposal_template(session, {"name": "Website", "title": "Your website"}).id
    },
    "proposals.send": lambda session, studio: {"proposal_id": make_draft(session, studio).id},
    "proposals.remind": lambda session, studio: {"proposal_id": make_sent(session, studio).id},
    "proposals.withdraw": lambda session, studio: {"proposal_id": make_sent(session, studio).id, "reason": "Another date"},
    "contracts.create_from_template": lambda session, studio: {
        "template_id": add_contract_template(session, name="Secrecy", body="We keep quiet.").id
    },
    "contracts.send": contract,
    "contracts.void": sent_contract,
    "bookings.send_link": lambda session, studio: {"scheduler_id": make_scheduler(session, studio).id},
    "bookings.reschedule": another_slot,
    "bookings.cancel": lambda session, studio: {"booking_id": booking(session, studio).id, "reason": "Declined"},
    "projects.start": lambda session, studio: {
        "template_id": add_project_template(session, name="Website", structure=STRUCTURE).id
    },
    "projects.complete": lambda session, studio: {"project_id": make_project(session, studio).project_id},
    "projects.add_person": lambda session, studio: {
        "project_id": make_project(session, studio).project_id,
        "person_id": studio.member_id,
        "role": "member",
    },
    "projects.reanchor": lambda session, studio: {
        "project_id": make_project(session, studio).project_id,
        "starts_on": date(2027, 1, 4).isoformat(),
    },
    "task_boards.add": lambda session, studio: {"project_id": make_project(session, studio).project_id, "name": "Launch"},
    "task_groups.add": lambda session, studio: {"board_id": make_project(session, studio).board_id, "name": "Waiting"},
    "tasks.create": lambda session, studio: {
        "title": "Call Ada",
        "assignee_id": studio.member_id,
        "group_id": make_project(session, studio).todo_id,
    },
    "tasks.update": lambda session, studio: {"task_id": make_task(session, studio).id, "due_on": "2027-01-04", "title": "New"},
    "tasks.complete": lambda session, studio: {"task_id": make_task(session, studio).id},
    "tasks.move": task_to_move,
    "tasks.assign": lambda session, studio: {"task_id": make_task(session, studio).id, "assignee_id": studio.member_id},
    "tasks.archive": lambda session, studio: {"task_id": make_task(session, studio).id},
    "comments.add": lambda session, studio: {"subject_id": make_task(session, studio).id, "text": "Approved."},
    "files.share": lambda session, studio: file(session, studio, is_shared=False),
    "files.unshare": lambda session, studio: file(session, studio, is_shared=True),
    "time_entries.log": lambda session, studio: {
        "member_id": studio.member_id,
        "minutes": 45,
        "task_id": make_task(session, studio, make_project(session, studio)).id,
    },
    "time_entries.stop": running,
    "invoices.draft_from_time": unbilled,
    "invoices.draft": lambda session, studio: {"description": "Workshop", "amount_minor": 90000},
    "invoices.issue": lambda session, studio: {"invoice_id": make_invoice_draft(session, studio).id},
    "invoices.send": lambda session, studio: {"invoice_id": issued(session, studio).id},
    "invoices.remind": lambda session, studio: {"invoice_id": issued(session, studio).id},
    "invoices.void": lambda session, studio: {"invoice_id": issued(session, studio).id},
    "payments.record": lambda session, studio: {"invoice_id": issued(session, studio).id, "amount_minor": 50000},
    "payments.send_link": lambda session, studio: {"invoice_id": issued(session, studio).id},
    "payments.refund": paid,
    "http.request": lambda session, studio: {"method": "POST", "url": lasting_service().url, "json_body": "{}"},
    "retainers.start": lambda session, studio: {"name": "Care plan", "amount_minor": 120000, "included_hours": 10},
    "retainers.pause": lambda session, studio: {"retainer_id": retainer_of(session, studio).id},
    "retainers.resume": paused,
    "retainers.end": lambda session, studio: {"retainer_id": retainer_of(session, studio).id},
}
