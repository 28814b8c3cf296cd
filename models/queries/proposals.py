"""Reading proposals, their lines and what they come to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from models.queries.contacts import get_contact
from models.queries.waits import is_skipped, list_skipped
from models.rules.line_items import document_totals
from models.tables.contacts import Contact
from models.tables.contracts import Contract, Signature
from models.tables.emails import Email
from models.tables.proposals import Proposal, ProposalLineItem, ProposalTemplate, ProposalView
from models.tables.workspaces import Workspace
from models.types.errors import NotFound
from models.types.line_items import DocumentTotals, LineItem, LineItemKind, Rounding
from models.types.proposals import FollowUpFacts, ProposalStatus


def get_proposal(session: Session, proposal_id: str) -> Proposal:
    """One version of a proposal. Raises NotFound."""
    proposal = session.exec(select(Proposal).where(Proposal.id == proposal_id)).one_or_none()
    if proposal is None:
        raise NotFound("There is no such proposal.")
    return proposal


def lock_proposal(session: Session, proposal_id: str) -> Proposal:
    """One version as it is now, held until the transaction ends: whoever decides about it comes one after the other.

    Raises NotFound.
    """
    statement = select(Proposal).where(Proposal.id == proposal_id).with_for_update().execution_options(populate_existing=True)
    proposal = session.exec(statement).one_or_none()
    if proposal is None:
        raise NotFound("There is no such proposal.")
    return proposal


def list_line_items(session: Session, proposal_id: str) -> list[ProposalLineItem]:
    """The rows of the price table, in order."""
    statement = select(ProposalLineItem).where(ProposalLineItem.proposal_id == proposal_id)
    return list(session.exec(statement.order_by(col(ProposalLineItem.position), col(ProposalLineItem.id))))


def totals_of(proposal: Proposal, rows: Sequence[ProposalLineItem], *, chosen: Collection[str] | None = None) -> DocumentTotals:
    """Every figure of a proposal, by the one money function. chosen: ids of the optional rows that count; None as stored.

    Raises Invalid for lines that do not add up to a document.
    """
    return document_totals(
        [_as_item(row, chosen) for row in rows],
        currency=proposal.currency,
        prices_include_tax=proposal.prices_include_tax,
        rounding=Rounding(proposal.tax_rounding),
        discount_bps=proposal.discount_bps,
    )


def chosen_ids(rows: Sequence[ProposalLineItem]) -> list[str]:
    """The optional rows that are chosen as stored, in order."""
    return [row.id for row in rows if row.is_optional and row.is_selected]


def find_newest_version(session: Session, root_id: str) -> Proposal | None:
    """The newest version of an offer, whatever its status."""
    statement = select(Proposal).where(Proposal.root_id == root_id).order_by(col(Proposal.number).desc()).limit(1)
    return session.exec(statement).first()


def list_versions(session: Session, root_id: str) -> list[Proposal]:
    """All versions of an offer, newest first."""
    return list(session.exec(select(Proposal).where(Proposal.root_id == root_id).order_by(col(Proposal.number).desc())))


def find_signature(session: Session, proposal_id: str) -> Signature | None:
    """The signature under a proposal, or None."""
    return session.exec(select(Signature).where(Signature.proposal_id == proposal_id)).one_or_none()


def find_contract_of(session: Session, proposal: Proposal) -> Contract | None:
    """The contract that is signed together with a proposal, or None."""
    return session.get(Contract, proposal.contract_id) if proposal.contract_id else None


def list_views(session: Session, proposal_id: str) -> list[ProposalView]:
    """Who opened the page and when, newest first."""
    statement = select(ProposalView).where(ProposalView.proposal_id == proposal_id)
    return list(session.exec(statement.order_by(col(ProposalView.created_at).desc()).limit(100)))


def has_viewed_since(session: Session, proposal_id: str, contact_id: str | None, agent: str, since: datetime) -> bool:
    """Whether the same browser's visit was recorded a moment ago."""
    statement = select(func.count()).where(
        ProposalView.proposal_id == proposal_id,
        ProposalView.contact_id == contact_id,
        ProposalView.agent == agent,
        ProposalView.created_at > since,
    )
    return session.exec(statement).one() > 0


def proposals_statement(
    *,
    status: str = "",
    engagement_id: str = "",
    contact_id: str = "",
    root_id: str = "",
    text: str = "",
    is_archived: bool = False,
) -> Any:
    """A select of proposals. status: one of them, or `live` for all that are neither over nor replaced."""
    archived = col(Proposal.archived_at)
    statement = select(Proposal).where(archived.is_not(None) if is_archived else archived.is_(None))
    if status == "live":
        statement = statement.where(col(Proposal.status).in_(("draft", "sent")))
    elif status:
        statement = statement.where(Proposal.status == status)
    for column, value in (
        (Proposal.engagement_id, engagement_id),
        (Proposal.contact_id, contact_id),
        (Proposal.root_id, root_id),
    ):
        if value:
            statement = statement.where(col(column) == value)
    if text.strip():
        people = select(Contact.id).where(col(Contact.name).icontains(text.strip(), autoescape=True))
        titled = col(Proposal.title).icontains(text.strip(), autoescape=True)
        statement = statement.where(or_(titled, col(Proposal.contact_id).in_(people)))
    return statement


def get_follow_up_facts(session: Session, proposal: Proposal, workspace: Workspace) -> FollowUpFacts:
    """What decides the next thing to do about a proposal."""
    contact = get_contact(session, proposal.contact_id)
    prefix = f"proposal:{proposal.id}:"
    keys = set(session.exec(select(Email.key).where(Email.subject_id == proposal.id, col(Email.key).startswith(prefix))))
    reminded = {int(key.rsplit(":", 1)[1]) - 1 for key in keys if key.startswith(f"{prefix}reminder:")}
    reminded |= {one.index - 1 for one in list_skipped(session, proposal.id, "remind")}
    return FollowUpFacts(
        status=ProposalStatus(proposal.status),
        client=contact.name.split()[0] if contact.name.strip() else "the client",
        zone=workspace.timezone,
        sent_at=proposal.sent_at,
        expires_at=proposal.expires_at,
        reminder_days=tuple(proposal.reminder_days),
        is_delivered=f"{prefix}delivery" in keys or is_skipped(session, proposal.id, "deliver"),
        can_be_mailed=bool(contact.email),
        reminded=frozenset(reminded),
        is_expiry_skipped=is_skipped(session, proposal.id, "expire"),
    )


def get_proposal_template(session: Session, template_id: str, *, with_archived: bool = False) -> ProposalTemplate:
    """What a new proposal starts from. Raises NotFound, also for one that was put away unless those are wanted too."""
    template = session.get(ProposalTemplate, template_id)
    if template is None or (template.archived_at is not None and not with_archived):
        raise NotFound("There is no such proposal template.")
    return template


def list_proposal_templates(session: Session) -> list[ProposalTemplate]:
    """The templates in use, by name."""
    statement = select(ProposalTemplate).where(col(ProposalTemplate.archived_at).is_(None))
    return list(session.exec(statement.order_by(col(ProposalTemplate.name))))


def _as_item(row: ProposalLineItem, chosen: Collection[str] | None) -> LineItem:
    return LineItem(
        kind=LineItemKind(row.kind),
        description=row.description,
        unit_price_minor=row.unit_price_minor,
        quantity_milli=row.quantity_milli,
        tax_rates_mpct=tuple(row.tax_rates_mpct),
        discount_bps=row.discount_bps,
        is_optional=row.is_optional,
        is_selected=row.is_selected if chosen is None else row.id in chosen,
    )
