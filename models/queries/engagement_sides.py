"""What stands beside an engagement's thread: its people, its documents, its money."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import Contract
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.members import Member
from models.tables.projects import Project, ProjectPerson
from models.tables.proposals import Proposal
from models.tables.retainers import Retainer
from models.tables.waits import Wait
from models.types.waits import WaitKind, Whom


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, project or retainer of an engagement."""

    kind: str
    id: str
    title: str
    status: str
    amount_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class EngagementMoney:
    """Sums in the engagement's own currency, minor units."""

    agreed_minor: int = 0
    invoiced_minor: int = 0
    paid_minor: int = 0
    open_minor: int = 0
    """Issued and not paid."""


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """An engagement in a list."""

    engagement: Engagement
    client: str
    company: str
    owner: str
    wait: Wait | None
    """The most pressing of its open waits."""


def list_papers(session: Session, engagement_id: str) -> list[Paper]:
    """An engagement's proposals, contracts, projects, invoices and retainers, in the order in which they came."""

    def rows(table: type[Any], *conditions: Any) -> list[Any]:
        statement = select(table).where(table.engagement_id == engagement_id, *conditions)
        return list(session.exec(statement.order_by(table.id)))

    return [
        *(
            Paper("proposal", row.id, row.title, row.status, row.total_minor, row.currency)
            for row in rows(Proposal, Proposal.status != "superseded", col(Proposal.archived_at).is_(None))
        ),
        *(Paper("contract", row.id, row.title, row.status) for row in rows(Contract, col(Contract.archived_at).is_(None))),
        *(Paper("project", row.id, row.name, row.status) for row in rows(Project)),
        *(
            Paper("invoice", row.id, row.number or "Draft invoice", row.status, row.total_minor, row.currency)
            for row in rows(Invoice)
        ),
        *(Paper("retainer", row.id, row.name, row.status, row.amount_minor, row.currency) for row in rows(Retainer)),
    ]


def get_engagement_money(papers: list[Paper], invoices: list[Invoice], currency: str) -> EngagementMoney:
    """Sums of one currency over an engagement's papers."""
    live = [row for row in invoices if row.status in ("open", "paid") and row.currency == currency]
    agreed = (one for one in papers if one.kind == "proposal" and one.status == "accepted" and one.currency == currency)
    return EngagementMoney(
        agreed_minor=sum(one.amount_minor or 0 for one in agreed),
        invoiced_minor=sum(row.total_minor for row in live),
        paid_minor=sum(row.paid_minor for row in live),
        open_minor=sum(row.total_minor - row.paid_minor for row in live if row.status == "open"),
    )


def list_invoices_of(session: Session, engagement_id: str) -> list[Invoice]:
    """An engagement's invoices of every kind, oldest first."""
    return list(session.exec(select(Invoice).where(Invoice.engagement_id == engagement_id).order_by(col(Invoice.id))))


def list_people(session: Session, engagement: Engagement) -> list[tuple[Member | Contact, str]]:
    """Who is involved, each with their part in words: the owner, then the people of its projects."""
    owner = session.get(Member, engagement.owner_id) if engagement.owner_id else None
    found: dict[str, tuple[Member | Contact, str]] = {owner.id: (owner, "Owner")} if owner else {}
    projects = select(Project.id).where(Project.engagement_id == engagement.id)
    for part in session.exec(select(ProjectPerson).where(col(ProjectPerson.project_id).in_(projects))):
        person = session.get(Member, part.person_id) or session.get(Contact, part.person_id)
        if person is not None and person.id not in found:
            found[person.id] = (person, part.role.replace("_", " ").capitalize())
    return list(found.values())


def engagement_rows(session: Session, engagements: list[Engagement]) -> list[EngagementRow]:
    """Engagements with the names and the wait that a list shows, in the same order."""

    def names(table: type[Any], ids: set[str]) -> dict[str, str]:
        return {row.id: row.name for row in session.exec(select(table).where(table.id.in_(ids)))} if ids else {}

    contacts = names(Contact, {one.contact_id for one in engagements})
    companies = names(Company, {one.company_id for one in engagements if one.company_id})
    owners = names(Member, {one.owner_id for one in engagements if one.owner_id})
    waits = _pressing_waits(session, [one.id for one in engagements])
    return [
        EngagementRow(
            engagement=one,
            client=contacts.get(one.contact_id, ""),
            company=companies.get(one.company_id or "", ""),
            owner=owners.get(one.owner_id or "", ""),
            wait=waits.get(one.id),
        )
        for one in engagements
    ]


def _pressing_waits(session: Session, engagement_ids: list[str]) -> dict[str, Wait]:
    """Engagement id to the wait that a list shows: what is stuck, else on the client, else on us, else any; the oldest."""
    if not engagement_ids:
        return {}
    order = {Whom.CLIENT: 1, Whom.US: 2}
    statement = select(Wait).where(col(Wait.engagement_id).in_(engagement_ids), col(Wait.closed_at).is_(None))
    waits = sorted(
        session.exec(statement),
        key=lambda wait: (0 if wait.kind == WaitKind.REPAIR else order.get(Whom(wait.whom), 3), wait.since),
        reverse=True,
    )
    return {wait.engagement_id: wait for wait in waits if wait.engagement_id}
