"""The public forms of the demo workspace."""

from datetime import datetime

from sqlmodel import Session

from models.commands.forms import draft_form, publish_form
from models.rules.forms import as_json
from models.tables.forms import Form
from models.types.forms import FieldCondition, FieldKind, FieldRole, FormField

START_A_PROJECT = (
    FormField("name", FieldKind.TEXT, "Your name", required=True, role=FieldRole.CONTACT_NAME),
    FormField("email", FieldKind.EMAIL, "E-mail", required=True, role=FieldRole.CONTACT_EMAIL),
    FormField("company", FieldKind.TEXT, "Company", role=FieldRole.COMPANY_NAME),
    FormField("phone", FieldKind.PHONE, "Phone", role=FieldRole.CONTACT_PHONE),
    FormField(
        "need",
        FieldKind.CHOICE,
        "What do you need?",
        required=True,
        options=("A new website", "A brand identity", "Ongoing care", "Something else"),
    ),
    FormField("other", FieldKind.TEXT, "What is it?", required=True, show_if=(FieldCondition("need", value="Something else"),)),
    FormField("details", FieldKind.LONG, "Tell us about it", hint="Goals, dates, links: whatever you have."),
    FormField("budget", FieldKind.MONEY, "Budget", role=FieldRole.ENGAGEMENT_VALUE),
    FormField("brief", FieldKind.FILE, "A brief, if you have one"),
    FormField(
        "consent",
        FieldKind.CONSENT,
        "You may keep what I wrote here to answer my enquiry, until I ask you to delete it.",
        required=True,
    ),
    FormField("source", FieldKind.HIDDEN, "utm_source", role=FieldRole.SOURCE),
)
FEEDBACK = (
    FormField("name", FieldKind.TEXT, "Your name", required=True, role=FieldRole.CONTACT_NAME),
    FormField("email", FieldKind.EMAIL, "E-mail", required=True, role=FieldRole.CONTACT_EMAIL),
    FormField("rating", FieldKind.RATING, "How was working with us?", required=True),
    FormField("words", FieldKind.LONG, "What should we keep, what should we change?"),
)


def add_forms(session: Session, *, owner_id: str, now: datetime) -> list[Form]:
    """Two published forms: an enquiry at /f/start-a-project, and feedback at /f/feedback."""
    enquiry = draft_form(
        session,
        name="Start a project",
        slug="start-a-project",
        title="Start a project with us",
        intro="Tell us what you have in mind. We answer within one working day.",
        fields=as_json(START_A_PROJECT),
        thank_you="Thank you! Mara reads every enquiry herself and comes back to you within one working day.",
        owner_id=owner_id,
    )
    feedback = draft_form(
        session,
        name="Feedback",
        slug="feedback",
        title="How did we do?",
        fields=as_json(FEEDBACK),
        thank_you="Thank you, this helps us.",
        owner_id=owner_id,
    )
    for form in (enquiry, feedback):
        publish_form(session, form, now=now)
    return [enquiry, feedback]
