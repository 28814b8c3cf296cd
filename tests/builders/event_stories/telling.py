"""What a story is told with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models import clock
from models.queries.engagements import get_engagement
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.types.contacts import ContactFacts
from tests.builders.workspaces import Studio


@dataclass(frozen=True)
class Teller:
    """A transaction in a studio that has one client with one engagement."""

    session: Session
    studio: Studio

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def engagement(self) -> Engagement:
        return get_engagement(self.session, self.studio.engagement_id)

    @property
    def contact(self) -> Contact:
        return self.session.get_one(Contact, self.studio.contact_id)

    @property
    def owner(self) -> Member:
        return self.session.get_one(Member, self.studio.owner_id)


Story = Callable[[Teller], object]
Stories = Mapping[Story, set[str]]
"""What happens, and the events that it is told for. A story may record others besides."""

GRACE = ContactFacts(name="Grace Okafor", email="grace@okafor.example", company="Okafor & Daughters")
