"""The automation a new workspace begins with."""

from datetime import datetime

from sqlmodel import Session

from models.commands.automations import draw_automation, publish_automation
from models.seed.drawings import new_lead_drawing
from models.tables.automations import Automation
from models.types.automations import Catalogue
from models.types.errors import Invalid


def publish_new_lead(session: Session, *, catalogue: Catalogue, now: datetime, author: str = "system") -> Automation:
    """Draw and publish “New lead”: thanks by mail, a post for the team, a follow-up, a reminder when no proposal goes out.

    catalogue: of the actions that exist, `api/actions/catalogue.py` `schemas()`. Raises Invalid when they do not fit.
    """
    automation = draw_automation(
        session,
        name="New lead",
        description="Thanks the lead, tells the team, notes a follow-up and reminds when no proposal goes out in three days.",
        drawing=new_lead_drawing(),
        now=now,
    )
    published = publish_automation(
        session, automation, catalogue=catalogue, author=author, note="What every studio starts with.", now=now
    )
    if isinstance(published, list):
        raise Invalid("; ".join(f"{problem.node_id}: {problem.message}" for problem in published))
    return automation
