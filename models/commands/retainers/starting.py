"""Starting retainers: every recurring line of an accepted proposal starts one, once; or a member starts one by hand."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.commands.retainers.rows import check_projects, say, set_terms
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.retainers import find_retainer_from, terms_from
from models.rules.dates import local_date
from models.rules.line_items import line_amount
from models.rules.retainers import period, period_on
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.proposals import Proposal, ProposalLineItem
from models.tables.retainers import Retainer
from models.tables.workspaces import Workspace
from models.types.errors import Invalid, NotFound, Refused
from models.types.line_items import LineItem, LineItemKind
from models.types.retainers import Collection, RetainerDraft, RetainerTerms
from models.types.zones import zone_info

_OWN = ("collect", "review_days", "name")
"""What a line's terms may say besides RetainerTerms."""


def start_retainer(session: Session, draft: RetainerDraft, *, now: datetime) -> Retainer:
    """Begin an agreement; the same source again returns the retainer it has started.

    Periods that were over before are left out unless the draft says otherwise. Raises Invalid for terms that cannot be
    billed by, NotFound for an unknown client or engagement.
    """
    known = find_retainer_from(session, draft.source) if draft.source else None
    if known is not None:
        return known
    _check(session, draft)
    first = 0 if draft.bills_past else _first_index(draft.terms, local_date(now, draft.terms.zone))
    retainer = Retainer(
        id=new_id("ret"),
        engagement_id=draft.engagement_id,
        contact_id=draft.contact_id,
        source=draft.source,
        name=draft.name.strip(),
        anchor_on=draft.terms.anchor_on,
        tax_rates_mpct=list(draft.tax_rates_mpct),
        prices_include_tax=draft.prices_include_tax,
        collect=Collection(draft.collect).value,
        review_days=draft.review_days,
        first_index=first,
        next_index=first,
    )
    set_terms(session, retainer, draft.terms)
    say(session, retainer, "retainer.started")
    return retainer


def start_retainers(session: Session, proposal: Proposal, *, now: datetime) -> list[Retainer]:
    """A retainer for every recurring line that the client has accepted, each once however often this is called.

    They begin on the day of acceptance unless the line says when. Raises Refused while the proposal is not accepted.
    """
    held = select(Proposal).where(Proposal.id == proposal.id).with_for_update()
    proposal = session.exec(held.execution_options(populate_existing=True)).one()
    if proposal.status != "accepted":
        raise Refused("Retainers start when the proposal is accepted.", field="status")
    statement = select(ProposalLineItem).where(ProposalLineItem.proposal_id == proposal.id)
    rows = session.exec(statement.order_by(col(ProposalLineItem.position))).all()
    lines = [(line, amount) for line in rows if (amount := _accepted_amount(proposal, line)) is not None]
    sells_work = any(line.kind in ("fixed", "hourly") for line, _ in lines)
    return [
        start_retainer(session, _draft_of(session, proposal, line, amount, sells_work=sells_work, now=now), now=now)
        for line, amount in lines
        if line.kind == "recurring"
    ]


def _draft_of(
    session: Session, proposal: Proposal, line: ProposalLineItem, amount_minor: int, *, sells_work: bool, now: datetime
) -> RetainerDraft:
    workspace = session.get_one(Workspace, workspace_id_of(session))
    own = {name: line.retainer_terms[name] for name in _OWN if name in line.retainer_terms}
    said = {name: value for name, value in line.retainer_terms.items() if name not in _OWN}
    accepted_on = local_date(proposal.decided_at or now, workspace.timezone)
    base: dict[str, Any] = {
        "anchor_on": accepted_on.isoformat(),
        "zone": workspace.timezone,
        "currency": proposal.currency,
        "amount_minor": amount_minor,
    }
    if sells_work and "hours" in said:
        # The time of the work sold beside it is billed on its own: only what is named fills the bucket.
        said["hours"] = {"project_ids": [], **said["hours"]}
    return RetainerDraft(
        engagement_id=proposal.engagement_id,
        contact_id=proposal.contact_id,
        name=str(own.get("name") or line.description.strip().partition("\n")[0].strip()),
        terms=terms_from({**base, **said}),
        tax_rates_mpct=tuple(line.tax_rates_mpct),
        prices_include_tax=proposal.prices_include_tax,
        collect=Collection(own.get("collect", Collection.SEND)),
        review_days=int(own.get("review_days", 0)),
        source=f"proposal_line_item:{line.id}",
        bills_past=True,  # the worker may come late; the anchor is the day of the yes
    )


def _accepted_amount(proposal: Proposal, line: ProposalLineItem) -> int | None:
    """What the client agreed to for one period, as entered and after discounts; None for a line they left out."""
    line_ids = proposal.totals.get("line_ids", [])
    if line.id in line_ids:
        frozen = proposal.totals["lines"][line_ids.index(line.id)]
        return frozen["amount_minor"] - frozen["discount_minor"] if frozen["counted"] else None
    if line.is_optional and not line.is_selected:
        return None
    return line_amount(
        LineItem(
            LineItemKind.RECURRING,
            line.description,
            line.unit_price_minor,
            quantity_milli=line.quantity_milli,
            discount_bps=line.discount_bps,
        )
    )


def _first_index(terms: RetainerTerms, today: date) -> int:
    current = period_on(today, terms)
    return current.index if current else 0


def _check(session: Session, draft: RetainerDraft) -> None:
    terms = draft.terms
    if not draft.name.strip():
        raise Invalid("Give it a name that the client knows it by.", field="name")
    if terms.amount_minor < 0 or terms.hours.included_seconds < 0 or terms.hours.overage_rate_minor_per_hour < 0:
        raise Invalid("Amounts and hours cannot be negative.", field="amount_minor")
    if draft.review_days < 0:
        raise Invalid("The days of review cannot be negative.", field="review_days")
    zone_info(terms.zone)
    period(0, terms)
    for table, row_id, missing in (
        (Engagement, draft.engagement_id, "There is no such engagement."),
        (Contact, draft.contact_id, "There is no such contact."),
    ):
        row: Any = session.get(table, row_id)
        if row is None or row.workspace_id != workspace_id_of(session):
            raise NotFound(missing)
    check_projects(session, draft.engagement_id, terms.hours.project_ids)
