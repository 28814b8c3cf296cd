"""Writing people. A person is found by mail address, then by phone; what is known is never overwritten by a form."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.commands.companies import upsert_company
from models.commands.contact_archive import revive_contact
from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.contacts import find_contact_by_email, find_contact_by_phone
from models.queries.references import check_references
from models.rules.contacts import company_domain, filled_blanks, name_from_email, normalised_email, normalised_phone
from models.tables.contacts import Contact
from models.tables.workspaces import Workspace
from models.types.contacts import ContactFacts
from models.types.errors import Conflict, Invalid

_EDITABLE = (
    *("name", "email", "phone", "company_id", "title", "address", "timezone", "locale", "tags", "custom", "source"),
    "owner_id",
)


def upsert_contact(session: Session, facts: ContactFacts, *, source: str, now: datetime, owner_id: str | None = None) -> Contact:
    """The person these facts are about: found and completed, or added.

    Found by normalised mail address; by phone only where one side has no address, because two people may share a number
    and mail must never reach the wrong one. Blanks are filled, nothing is overwritten, and each filled fact remembers
    `source` (`submission:sub_…`). A person who was put away is
    brought back, without what was put away with them. Two transactions at once add one person.
    """
    contact = _find(session, facts)
    if contact is None:
        try:
            with session.begin_nested():
                contact = _add(session, facts, source=source, now=now, owner_id=owner_id)
        except IntegrityError:  # PostgreSQL: another transaction added the person meanwhile
            contact = find_contact_by_email(session, facts.email)
            if contact is None:
                raise
        else:
            record(session, "contact.added", contact.id, contact_id=contact.id)
            return contact
    _complete(session, contact, facts, source=source, now=now)
    revive_contact(session, contact, now=now)
    return contact


def _find(session: Session, facts: ContactFacts) -> Contact | None:
    contact = find_contact_by_email(session, facts.email)
    if contact is not None:
        return contact
    phone = normalised_phone(facts.phone, _country(session)) if facts.phone else None
    known = find_contact_by_phone(session, phone) if phone else None
    if known is not None and known.email_norm and normalised_email(facts.email):
        return None
    return known


def _add(session: Session, facts: ContactFacts, *, source: str, now: datetime, owner_id: str | None) -> Contact:
    contact = Contact(id=new_id("con"), workspace_id=workspace_id_of(session), name="", source=source, owner_id=owner_id)
    contact.created_at = now
    _complete(session, contact, facts, source=source, now=now)
    if not contact.name:
        contact.name = name_from_email(contact.email) if contact.email else contact.phone or "Unknown"
    session.add(contact)
    session.flush()
    return contact


def _complete(session: Session, contact: Contact, facts: ContactFacts, *, source: str, now: datetime) -> None:
    """Fill what is blank and write down where it came from."""
    offered: dict[str, object] = {
        "name": facts.name.strip(),
        "email": facts.email.strip(),
        "phone": facts.phone.strip(),
        "title": facts.title.strip(),
        "address": facts.address.strip(),
        "timezone": facts.timezone,
        "locale": facts.locale,
    }
    kept = {name: getattr(contact, name) for name in (*offered, "company_id")}
    if facts.company.strip() and not contact.company_id:
        offered["company_id"] = upsert_company(session, facts.company, domain=company_domain(normalised_email(facts.email))).id
    filled = filled_blanks(kept, offered)
    for name, value in filled.items():
        setattr(contact, name, value)
    _normalise(session, contact)
    if filled:
        stamp = {"source": source, "at": now.isoformat()}
        contact.provenance = {**contact.provenance, **dict.fromkeys(filled, stamp)}
    if set(facts.tags) - set(contact.tags):
        contact.tags = [*contact.tags, *(tag for tag in facts.tags if tag not in contact.tags)]


def add_contact(session: Session, *, actor: str, now: datetime, **values: Any) -> Contact:
    """Add a person by hand. values: columns. Raises Invalid without a name, Conflict when the address is somebody's."""
    contact = Contact(id=new_id("con"), workspace_id=workspace_id_of(session), name="", created_at=now)
    _set(session, contact, values, actor=actor, now=now)
    session.add(contact)
    session.flush()
    record(session, "contact.added", contact.id, contact_id=contact.id)
    return contact


def change_contact(
    session: Session, contact: Contact, changes: dict[str, Any], *, actor: str, now: datetime, version: int | None = None
) -> None:
    """Change what is known of a person. changes: columns to values; others are left.

    Raises Conflict when `version` is not the present one or the address is somebody else's, Invalid for a wrong value.
    """
    if version is not None and version != contact.version:
        raise Conflict("Somebody else changed this contact at the same moment. Reload and try again.")
    if _set(session, contact, changes, actor=actor, now=now):
        record(session, "contact.changed", contact.id, contact_id=contact.id)


def _set(session: Session, contact: Contact, values: dict[str, Any], *, actor: str, now: datetime) -> list[str]:
    changed = [name for name in _EDITABLE if name in values and values[name] != getattr(contact, name)]
    for name in changed:
        setattr(contact, name, values[name])
    if not contact.name.strip():
        raise Invalid("A contact needs a name.", field="name")
    contact.email = contact.email or None
    _normalise(session, contact)
    if contact.email and contact.email_norm is None:
        raise Invalid("This does not look like a mail address.", field="email")
    if contact.timezone and contact.timezone not in available_timezones():
        raise Invalid("There is no such time zone. Write it like Europe/London.", field="timezone")
    with session.no_autoflush:
        check_references(session, {name: values[name] for name in changed})
        other = find_contact_by_email(session, contact.email or "")
    if other is not None and other.id != contact.id:
        raise Conflict(f"{other.name} has this mail address already.", field="email")
    stamp = {"source": actor, "at": now.isoformat()}
    contact.provenance = {**contact.provenance, **dict.fromkeys(changed, stamp)}
    return changed


def _normalise(session: Session, contact: Contact) -> None:
    contact.email_norm = normalised_email(contact.email)
    contact.phone_norm = normalised_phone(contact.phone, _country(session)) if contact.phone else None


def unsubscribe_contact(session: Session, contact: Contact, *, now: datetime) -> None:
    """Send a person no more mail that they did not order. Doing it twice changes nothing."""
    if contact.unsubscribed_at is None:
        contact.unsubscribed_at = now
        session.add(contact)
        record(session, "contact.changed", contact.id, contact_id=contact.id)


def _country(session: Session) -> str:
    with session.no_autoflush:
        workspace = session.get(Workspace, workspace_id_of(session))
    return workspace.country if workspace else ""
