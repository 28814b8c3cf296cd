"""Forms, what comes in through them, and the engagements that follow."""

from typing import Any

from models.commands.engagement_archive import archive_engagement, unarchive_engagement
from models.commands.engagements import (
    change_engagement,
    change_status,
    close_engagement,
    lose_engagement,
    open_engagement,
    pause_engagement,
    resume_engagement,
)
from models.commands.forms import archive_form, close_form
from models.commands.submissions import Posted, discard_submission, submit_form
from models.queries.forms import get_version
from models.tables.forms import Submission
from models.types.engagements import EngagementStatus
from tests.builders.event_stories.telling import Stories, Teller
from tests.builders.forms import ANSWERS, make_form
from tests.builders.invoices import make_invoice


def a_form(teller: Teller) -> None:
    form = make_form(teller.session)
    close_form(teller.session, form)
    archive_form(teller.session, form, now=teller.now)


def an_enquiry(teller: Teller) -> None:
    _submitted(teller)


def an_enquiry_from_a_machine(teller: Teller) -> None:
    discard_submission(teller.session, _submitted(teller, is_suspect=True))


def an_engagement_opened_by_hand(teller: Teller) -> None:
    """Of a client without a company, and nobody's yet."""
    made = open_engagement(teller.session, title="Brand film", contact_id=teller.studio.contact_id, now=teller.now)
    change_engagement(teller.session, made, {"value_minor": 450000})


def an_engagement_paused(teller: Teller) -> None:
    change_status(teller.session, teller.engagement, EngagementStatus.PROPOSED, now=teller.now)
    pause_engagement(teller.session, teller.engagement, now=teller.now)
    resume_engagement(teller.session, teller.engagement, now=teller.now)


def an_engagement_closed(teller: Teller) -> None:
    change_status(teller.session, teller.engagement, EngagementStatus.ACTIVE, now=teller.now)
    close_engagement(teller.session, teller.engagement, now=teller.now)


def an_engagement_lost(teller: Teller) -> None:
    lose_engagement(teller.session, teller.engagement, reason="Too dear", now=teller.now)


def an_engagement_put_away(teller: Teller) -> None:
    make_invoice(teller.session, teller.studio)
    archive_engagement(teller.session, teller.engagement, now=teller.now)
    unarchive_engagement(teller.session, teller.engagement, now=teller.now)


def _submitted(teller: Teller, **posted: Any) -> Submission:
    form = make_form(teller.session, owner_id=teller.studio.owner_id)
    version = get_version(teller.session, form.id, form.published_version)
    return submit_form(teller.session, form, version, ANSWERS, Posted("a token", **posted), now=teller.now)


STORIES: Stories = {
    a_form: {"form.published", "form.closed", "form.archived"},
    an_enquiry: {"submission.accepted", "engagement.opened", "contact.added", "company.added"},
    an_enquiry_from_a_machine: {"submission.quarantined", "submission.discarded"},
    an_engagement_opened_by_hand: {"engagement.opened", "engagement.changed"},
    an_engagement_paused: {"engagement.status_changed", "engagement.paused", "engagement.resumed"},
    an_engagement_closed: {"engagement.closed"},
    an_engagement_lost: {"engagement.lost"},
    an_engagement_put_away: {"engagement.archived", "engagement.unarchived", "invoice.rescheduled"},
}
