"""Builders of the ground: a studio with its people, its tokens and a client."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from models import clock
from models.ids import digest, new_id, new_token
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import ApiToken, Login, Member
from models.tables.workspaces import Workspace
from models.types.scope import Scope
from tests import cast


@dataclass(frozen=True)
class Studio:
    """Ids of a studio's rows, and what opens its doors."""

    workspace_id: str
    owner_id: str
    member_id: str
    contact_id: str
    company_id: str
    engagement_id: str
    api_token: str
    member_cookie: str
    portal_cookie: str

    @property
    def scope(self) -> Scope:
        return Scope(self.workspace_id, f"member:{self.owner_id}")

    @property
    def bearer(self) -> dict[str, str]:
        """Headers of a program with every right."""
        return {"Authorization": f"Bearer {self.api_token}"}


def make_studio(session: Session, *, slug: str = "atelier-nord", name: str = cast.STUDIO) -> Studio:
    """A studio with two people, one client with an engagement, an API token and a signed-in browser at each door."""
    workspace = Workspace(
        id=new_id("ws"),
        name=name,
        slug=slug,
        timezone="Europe/Berlin",
        sender_name=name,
        sender_address=f"hello@{slug}.example",
        weekly_hours={str(day): [["09:00", "17:00"]] for day in range(5)},
        rate_minor_per_hour=10000,
        tax_rate_mpct=19000,
    )
    session.add(workspace)
    session.flush()
    owner = _member(session, workspace.id, *cast.OWNER, role="owner")
    member = _member(session, workspace.id, *cast.MEMBER, role="member")
    company = Company(id=new_id("cmp"), workspace_id=workspace.id, name=cast.ADA[2], name_norm=cast.ADA[2].lower())
    session.add(company)
    session.flush()
    contact = Contact(
        id=new_id("con"),
        workspace_id=workspace.id,
        name=cast.ADA[0],
        email=cast.ADA[1],
        email_norm=cast.ADA[1],
        company_id=company.id,
        timezone="Europe/London",
        owner_id=owner.id,
    )
    session.add(contact)
    session.flush()
    engagement = Engagement(
        id=new_id("eng"),
        workspace_id=workspace.id,
        title=f"{cast.ADA[2]}: new website",
        contact_id=contact.id,
        company_id=company.id,
        owner_id=owner.id,
        status_since=clock.now(),
    )
    session.add(engagement)
    token = new_token()
    session.add(ApiToken(id=new_id("tok"), workspace_id=workspace.id, name="test", token_digest=digest(token), scopes=["*"]))
    cookies = [_login(session, workspace.id, door, person) for door, person in (("member", owner.id), ("portal", contact.id))]
    session.flush()
    return Studio(workspace.id, owner.id, member.id, contact.id, company.id, engagement.id, token, *cookies)


def _member(session: Session, workspace_id: str, name: str, email: str, *, role: str) -> Member:
    member = Member(
        id=new_id("mem"),
        workspace_id=workspace_id,
        name=name,
        email=email,
        email_norm=email,
        role=role,
        timezone="Europe/Berlin",
        cost_minor_per_hour=4000,
    )
    session.add(member)
    return member


def _login(session: Session, workspace_id: str, door: str, person_id: str) -> str:
    token = new_token()
    session.add(
        Login(
            id=new_id("log"),
            workspace_id=workspace_id,
            door=door,
            person_id=person_id,
            token_digest=digest(token),
            expires_at=clock.now() + timedelta(days=30),
        )
    )
    return token
