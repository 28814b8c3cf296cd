"""The inbox in words: whom with, what about, what was said last."""

from typing import Any

from sqlmodel import Session, select

from models.queries.conversations import last_messages
from models.tables.contacts import Contact
from models.tables.contracts import Contract
from models.tables.conversations import Conversation
from models.tables.engagements import Engagement
from models.tables.invoices import Invoice
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.types.conversations import InboxRow

_SNIPPET = 120
_DOCUMENTS: dict[str, tuple[Any, str, str]] = {
    "proposal": (Proposal, "title", "Proposal: {}"),
    "contract": (Contract, "title", "Contract: {}"),
    "invoice": (Invoice, "number", "Invoice {}"),
    "project": (Project, "name", "Project: {}"),
}


def list_inbox_rows(session: Session, conversations: list[Conversation]) -> list[InboxRow]:
    """The conversations in their order, each in words."""
    contacts = _titles(session, Contact, "name", {one.contact_id for one in conversations})
    about = _subjects(session, conversations)
    said = last_messages(session, [one.id for one in conversations])
    rows = []
    for one in conversations:
        last = said.get(one.id)
        title = f"#{one.name}" if one.kind == "channel" else contacts.get(one.contact_id or "", "Somebody")
        snippet = " ".join(f"{last.author_name}: {last.body}".split())[:_SNIPPET] if last else ""
        rows.append(
            InboxRow(
                id=one.id,
                kind=one.kind,
                title=title,
                about=about.get(one.id, ""),
                snippet=snippet,
                at=one.last_message_at or one.created_at,
                is_waiting_on_us=one.is_waiting_on_us,
                contact_id=one.contact_id,
                engagement_id=one.engagement_id,
            )
        )
    return rows


def conversation_about(session: Session, conversation: Conversation) -> str:
    """What a conversation is about: its document's title, else its engagement's; "" for a channel."""
    return _subjects(session, [conversation]).get(conversation.id, "")


def _subjects(session: Session, conversations: list[Conversation]) -> dict[str, str]:
    engagements = _titles(session, Engagement, "title", {one.engagement_id for one in conversations})
    found = {one.id: engagements.get(one.engagement_id or "", "") for one in conversations}
    for kind, (table, column, words) in _DOCUMENTS.items():
        tied = [one for one in conversations if one.subject_kind == kind]
        titles = _titles(session, table, column, {one.subject_id for one in tied})
        found |= {one.id: words.format(titles[one.subject_id]) for one in tied if titles.get(one.subject_id)}
    return found


def _titles(session: Session, table: Any, column: str, ids: set[str | None]) -> dict[str, str]:
    wanted = {one for one in ids if one}
    return (
        {row.id: getattr(row, column) or "" for row in session.exec(select(table).where(table.id.in_(wanted)))} if wanted else {}
    )
