"""Finding any record by a few letters of its name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, or_, select

from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.tables.tasks import Task


@dataclass(frozen=True, slots=True)
class Found:
    """One record. kind: its noun; more: a word that tells it from others of its name."""

    kind: str
    id: str
    title: str
    more: str = ""


def search_records(session: Session, text: str, *, limit: int = 5) -> list[Found]:
    """Up to `limit` records of each kind whose name holds all the words, those that begin with the text first."""
    words = text.split()
    if not words:
        return []
    found: list[Found] = []
    for kind, table, columns, conditions, title, more in _KINDS:
        statement = select(table).where(*conditions)
        for word in words:
            escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            statement = statement.where(or_(*(col(column).ilike(f"%{escaped}%", escape="\\") for column in columns)))
        rows = list(session.exec(statement.order_by(table.id.desc()).limit(limit * 4)))
        rows.sort(key=lambda row: not title(row).casefold().startswith(text.casefold()))
        found += [Found(kind, row.id, title(row), more(row)) for row in rows[:limit]]
    return found


_Words = Callable[[Any], str]
_KINDS: tuple[tuple[str, Any, tuple[Any, ...], tuple[Any, ...], _Words, _Words], ...] = (
    (
        "contact",
        Contact,
        (Contact.name, Contact.email),
        (col(Contact.merged_into_id).is_(None), col(Contact.archived_at).is_(None)),
        lambda row: row.name,
        lambda row: row.email or "",
    ),
    (
        "engagement",
        Engagement,
        (Engagement.title,),
        (col(Engagement.archived_at).is_(None),),
        lambda row: row.title,
        lambda row: row.status,
    ),
    (
        "company",
        Company,
        (Company.name, Company.domain),
        (col(Company.archived_at).is_(None),),
        lambda row: row.name,
        lambda row: row.domain,
    ),
    ("project", Project, (Project.name,), (col(Project.archived_at).is_(None),), lambda row: row.name, lambda row: row.status),
    (
        "invoice",
        Invoice,
        (Invoice.number, Invoice.purchase_order),
        (),
        lambda row: row.number or "Draft invoice",
        lambda row: row.status,
    ),
    (
        "proposal",
        Proposal,
        (Proposal.title,),
        (Proposal.status != "superseded", col(Proposal.archived_at).is_(None)),
        lambda row: row.title,
        lambda row: row.status,
    ),
    ("task", Task, (Task.title,), (col(Task.archived_at).is_(None),), lambda row: row.title, lambda row: row.status),
)
