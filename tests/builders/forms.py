"""Builders of forms: one that asks for who, what and how much, and is public."""

from typing import Any

from sqlmodel import Session

from models import clock
from models.commands.forms import draft_form, publish_form
from models.rules.forms import as_json
from models.tables.forms import Form
from models.types.forms import FieldCondition, FieldKind, FieldRole, FormField

ENQUIRY = (
    FormField("name", FieldKind.TEXT, "Your name", required=True, role=FieldRole.CONTACT_NAME),
    FormField("email", FieldKind.EMAIL, "Your mail address", required=True, role=FieldRole.CONTACT_EMAIL),
    FormField("phone", FieldKind.PHONE, "Phone", role=FieldRole.CONTACT_PHONE),
    FormField("company", FieldKind.TEXT, "Company", role=FieldRole.COMPANY_NAME),
    FormField("kind", FieldKind.CHOICE, "What is it about?", required=True, options=("Website", "Brand film")),
    FormField("pages", FieldKind.NUMBER, "How many pages?", required=True, show_if=(FieldCondition("kind", "is", "Website"),)),
    FormField("budget", FieldKind.MONEY, "Budget", role=FieldRole.ENGAGEMENT_VALUE),
    FormField("brief", FieldKind.FILE, "Brief"),
    FormField("consent", FieldKind.CONSENT, "You may store my details.", required=True),
    FormField("utm_source", FieldKind.HIDDEN, "Source"),
)
ANSWERS: dict[str, Any] = {
    "name": "Grace Okafor",
    "email": "grace@okafor.example",
    "phone": "+49 30 1234567",
    "company": "Okafor & Daughters",
    "kind": "Website",
    "pages": "12",
    "budget": "4,500",
    "consent": "on",
    "utm_source": "newsletter",
}


def make_form(session: Session, *, fields: tuple[FormField, ...] = ENQUIRY, slug: str = "enquiry", **values: Any) -> Form:
    """A published form of the session's workspace."""
    form = draft_form(session, name="Website enquiry", slug=slug, fields=as_json(fields), **values)
    publish_form(session, form, now=clock.now())
    return form
