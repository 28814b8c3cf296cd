"""The studio of the demo workspace, its two people and its three clients. Tests and the manual know the same cast."""

from datetime import datetime

from sqlmodel import Session

from models.commands.contacts import upsert_contact
from models.commands.members import add_member
from models.commands.workspaces import change_workspace, create_workspace
from models.tables.contacts import Contact
from models.tables.members import Member
from models.tables.workspaces import Workspace
from models.types.contacts import ContactFacts
from models.types.members import MemberRole

CLIENTS = (
    ContactFacts(
        name="Ada Byron",
        email="ada@byron-mills.example",
        phone="+44 20 7946 0018",
        title="Head of Marketing",
        company="Byron Mills",
        timezone="Europe/London",
    ),
    ContactFacts(
        name="Grace Okafor",
        email="grace@okafor.example",
        phone="+234 803 555 0142",
        title="Founder",
        company="Okafor & Daughters",
        timezone="Africa/Lagos",
    ),
    ContactFacts(
        name="Tomás Rey",
        email="tomas@reyvinos.example",
        title="Owner",
        company="Rey Vinos",
        timezone="Europe/Madrid",
    ),
)
"""Ada signs slowly, Grace pays late, Tomás disputes."""


def add_studio(session: Session) -> Workspace:
    """The studio Atelier Nord in Berlin; the session works in it from here on."""
    workspace = create_workspace(
        session,
        name="Atelier Nord",
        timezone="Europe/Berlin",
        currency="EUR",
        country="DE",
        sender_address="hello@atelier-nord.example",
    )
    return change_workspace(
        session,
        workspace,
        {
            "legal_name": "Atelier Nord Lindqvist & Weber GbR",
            "legal_address": "Oderberger Straße 12\n10435 Berlin\nGermany",
            "tax_id": "DE 301 555 714",
            "brand_color": "#0f766e",
            "tax_rate_mpct": 19000,
            "rate_minor_per_hour": 9500,
            "holidays_region": "DE-BE",
        },
    )


def add_people(session: Session, *, password_hash: str) -> tuple[Member, Member]:
    """Mara, who owns the studio, and Jonas, who works in it. Both sign in with the same demo password."""
    mara = add_member(
        session,
        name="Mara Lindqvist",
        email="mara@atelier-nord.example",
        role=MemberRole.OWNER,
        title="Design",
        password_hash=password_hash,
    )
    jonas = add_member(
        session,
        name="Jonas Weber",
        email="jonas@atelier-nord.example",
        role=MemberRole.MEMBER,
        title="Development",
        password_hash=password_hash,
    )
    mara.cost_minor_per_hour, jonas.cost_minor_per_hour = 4800, 4200
    jonas.rate_minor_per_hour = 9000
    session.add_all((mara, jonas))
    session.flush()
    return mara, jonas


def add_clients(session: Session, *, owner_id: str, now: datetime) -> list[Contact]:
    """The three clients and their companies."""
    return [upsert_contact(session, facts, source="demo", now=now, owner_id=owner_id) for facts in CLIENTS]
