"""Published automations and the events that start them."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, update

from api.actions.catalogue import schemas
from models import clock
from models.commands.automations import draw_automation, publish_automation
from models.commands.events import record
from models.ids import new_id
from models.tables.automations import Automation, AutomationVersion
from models.tables.events import Event
from models.tables.forms import Form, Submission
from tests.builders.automations import drawing
from tests.builders.workspaces import Studio


def make_automation(session: Session, *nodes: dict[str, Any], **trigger: Any) -> Automation:
    """A published automation of these nodes in a line. trigger: its settings, by itself a submission that was accepted."""
    head = {"id": "trigger", "kind": "trigger", "settings": {"kind": "event", "type": "submission.accepted", **trigger}}
    return publish(session, drawing(head, *nodes).document)


def publish(session: Session, document: dict[str, Any], name: str = "Lead") -> Automation:
    """A published automation of a whole drawing."""
    automation = draw_automation(session, name=name, drawing=document, now=clock.now())
    made = publish_automation(session, automation, catalogue=schemas(), author="Mara", now=clock.now())
    assert isinstance(made, AutomationVersion), made
    return automation


def submit(session: Session, studio: Studio, **answers: Any) -> Event:
    """A submission of the studio's client, accepted."""
    form = Form(id=new_id("frm"), name="Contact us", slug=new_id("slug"))
    session.add(form)
    session.flush()
    submission = Submission(
        id=new_id("sub"),
        form_id=form.id,
        form_version=1,
        token=new_id("t"),
        answers=answers,
        contact_id=studio.contact_id,
        engagement_id=studio.engagement_id,
    )
    session.add(submission)
    session.flush()
    return accept(session, studio, submission.id, form_id=form.id)


def accept(session: Session, studio: Studio, submission_id: str = "sub_1", **payload: Any) -> Event:
    """The event of an accepted submission."""
    about = {"engagement_id": studio.engagement_id, "contact_id": studio.contact_id}
    return record(session, "submission.accepted", submission_id, **about, **{"form_id": "frm_1", **payload})


def post(text: str = "A lead", node_id: str = "post", **settings: Any) -> dict[str, Any]:
    """A node that posts in a channel: the smallest action there is."""
    given = {"channel": {"value": "crm"}, "text": {"text": text}}
    return {"id": node_id, "kind": "action", "settings": {"action": "inbox.post", "input": given, **settings}}


def backdate(session: Session, event: Event, *, days: int) -> None:
    """Let an event have happened so many days ago."""
    session.execute(update(Event).where(col(Event.id) == event.id).values(created_at=clock.now() - timedelta(days=days)))
