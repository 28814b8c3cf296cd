"""The bytes a client signs: a proposal or a contract as HTML, every word finished. The same rows give the same bytes."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from api.web.environment import environment
from api.web.formats import day, markdown, moment, money, percent, quantity
from models.db import workspace_id_of
from models.queries.contacts import get_contact
from models.queries.engagements import get_engagement
from models.queries.proposals import list_line_items, totals_of
from models.rules.dates import local_date
from models.rules.proposals import deposit_of
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import Contract
from models.tables.proposals import Proposal, ProposalLineItem
from models.tables.workspaces import Workspace
from models.types.errors import NotFound
from models.types.line_items import DocumentTotals, LineTotals

_PERIODS = {
    "weeks": ("week", "weeks"),
    "months": ("month", "months"),
    "calendar_months": ("month", "months"),
    "half_months": ("half month", "half months"),
    "last_workday": ("month", "months"),
}
_TEXT_KINDS = ("text", "terms")
_NO_TEXT = Markup("")


@dataclass(frozen=True, slots=True)
class BlockWords:
    """One block: its kind, and its text as clean HTML."""

    kind: str
    html: Markup = _NO_TEXT


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One row of the price table in words. option: the row's id when the client may choose it."""

    what: str
    more: str
    quantity: str
    price: str
    amount: str
    option: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class ProposalDocument:
    """What `proposals/_document.html` needs."""

    kind: str
    title: str
    to_lines: list[str]
    facts: list[tuple[str, str]]
    blocks: list[BlockWords]
    price_heading: str
    rows: list[PriceRow]
    before_total: list[tuple[str, str]]
    total: str
    after_total: list[tuple[str, str]]
    deposit_label: str
    deposit: str


@dataclass(frozen=True, slots=True)
class ContractDocument:
    """What `contracts/_document.html` needs."""

    title: str
    to_lines: list[str]
    facts: list[tuple[str, str]]
    html: Markup


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document's bytes and their hash."""

    content: bytes
    sha256: str

    @property
    def html(self) -> Markup:
        """For the page around it; it is our own template's output."""
        return Markup(self.content.decode())  # noqa: S704 - rendered with autoescaping, checked against its hash


def rendered(content: bytes) -> Rendered:
    """Bytes with their hash."""
    return Rendered(content, hashlib.sha256(content).hexdigest())


def render_proposal(session: Session, proposal: Proposal, *, now: datetime, chosen: Collection[str] | None = None) -> Rendered:
    """The proposal for one choice of options; None for the options as stored. now: its date while it is a draft.

    Raises Invalid when the lines do not add up.
    """
    rows = list_line_items(session, proposal.id)
    document = proposal_document(session, proposal, rows, totals_of(proposal, rows, chosen=chosen), now=now)
    return rendered(environment().get_template("proposals/_document.html").render(document=document).encode())


def render_contract(session: Session, contract: Contract, *, now: datetime) -> Rendered:
    """The contract as its client will see it; its body's date stands in its text."""
    workspace = _workspace(session)
    contact = get_contact(session, get_engagement(session, contract.engagement_id).contact_id)
    document = ContractDocument(
        title=contract.title,
        to_lines=[workspace.legal_name or workspace.name, *_lines(workspace.legal_address), "and", *_to_lines(session, contact)],
        facts=[("Date", day(local_date(now, workspace.timezone), workspace.locale))],
        html=markdown(contract.body),
    )
    return rendered(environment().get_template("contracts/_document.html").render(document=document).encode())


def proposal_document(
    session: Session, proposal: Proposal, rows: Sequence[ProposalLineItem], totals: DocumentTotals, *, now: datetime
) -> ProposalDocument:
    """Every word of a proposal, from its rows and the one money function's figures."""
    workspace = _workspace(session)
    locale = workspace.locale
    contact = get_contact(session, proposal.contact_id)
    blocks = [_block(block) for block in proposal.blocks if block.get("kind") in (*_TEXT_KINDS, "prices")]
    if not any(block.kind == "prices" for block in blocks):
        blocks.append(BlockWords("prices"))
    facts = [
        ("From", workspace.legal_name or workspace.name),
        ("Date", day(local_date(proposal.sent_at or now, workspace.timezone), locale)),
    ]
    if proposal.expires_at is not None:
        facts.append(("Valid until", moment(proposal.expires_at, workspace.timezone, locale)))
    deposit = deposit_of(totals, proposal.deposit_bps)
    return ProposalDocument(
        kind="Proposal" if proposal.number == 1 else f"Proposal · version {proposal.number}",
        title=proposal.title,
        to_lines=_to_lines(session, contact),
        facts=facts,
        blocks=blocks,
        price_heading="Prices include tax" if proposal.prices_include_tax else "What you get",
        rows=[_row(row, line, proposal.currency, locale) for row, line in zip(rows, totals.lines, strict=True)],
        before_total=_before_total(totals, proposal, locale),
        total=money(totals.total_minor, proposal.currency, locale),
        after_total=_after_total(totals, rows, proposal, locale),
        deposit_label=f"Due on signing: {percent(proposal.deposit_bps * 10)} deposit".replace(" %", "\u00a0%"),
        deposit=money(deposit, proposal.currency, locale) if deposit else "",
    )


def plain_lines(session: Session, proposal: Proposal) -> list[str]:
    """A proposal as lines of plain text, for telling two versions apart."""
    rows = list_line_items(session, proposal.id)
    totals = totals_of(proposal, rows)
    locale = _workspace(session).locale
    lines = [proposal.title]
    for block in proposal.blocks:
        lines += str(block.get("markdown", "")).splitlines()
    for row, line in zip(rows, totals.lines, strict=True):
        words = _row(row, line, proposal.currency, locale)
        choice = " (optional)" if words.option else ""
        lines.append(f"{words.what}{choice}: {words.quantity} × {words.price} = {words.amount}".replace(":  ×", ":"))
    lines.append(f"Total: {money(totals.total_minor, proposal.currency, locale)}")
    return lines


def period_words(terms: dict[str, Any]) -> str:
    """What a recurring line's price is for: "month", "2 weeks"."""
    one, many = _PERIODS.get(str(terms.get("rhythm", "months")), _PERIODS["months"])
    every = int(terms.get("every", 1))
    return one if every == 1 else f"{every} {many}"


def _row(row: ProposalLineItem, line: LineTotals, currency: str, locale: str) -> PriceRow:
    what, _, more = row.description.partition("\n")
    per = f" / {period_words(row.retainer_terms)}" if row.kind == "recurring" else ""
    unit = " h" if row.kind == "hourly" else ""
    is_discount = row.kind == "discount"
    price = money(row.unit_price_minor, currency, locale) + (" / h" if row.kind == "hourly" else "")
    if is_discount:
        price = percent(row.discount_bps * 10) if row.discount_bps else ""
    elif row.discount_bps:
        price += f" − {percent(row.discount_bps * 10)}"
    return PriceRow(
        what=what.strip(),
        more=more.strip(),
        quantity="" if is_discount else quantity(row.quantity_milli) + unit,
        price=price,
        amount=money(line.amount_minor, currency, locale) + per,
        option=row.id if row.is_optional else "",
        is_counted=line.counted,
    )


def _before_total(totals: DocumentTotals, proposal: Proposal, locale: str) -> list[tuple[str, str]]:
    def words(minor: int) -> str:
        return money(minor, proposal.currency, locale)

    found = []
    if totals.discount_minor:
        found += [("Subtotal", words(totals.subtotal_minor)), ("Discount", words(-totals.discount_minor))]
    if totals.tax_minor:
        found.append(("Net", words(totals.net_minor)))
    found += [(f"Tax {percent(tax.rate_mpct)}", words(tax.tax_minor)) for tax in totals.tax_by_rate if tax.rate_mpct]
    return found


def _after_total(
    totals: DocumentTotals, rows: Sequence[ProposalLineItem], proposal: Proposal, locale: str
) -> list[tuple[str, str]]:
    if not totals.recurring_minor:
        return []
    counted = [row for row, line in zip(rows, totals.lines, strict=True) if line.counted and row.kind == "recurring"]
    periods = {period_words(row.retainer_terms) for row in counted}
    label = f"of which every {periods.pop()}" if len(periods) == 1 else "of which recurring"
    once = totals.total_minor - totals.recurring_minor
    return [
        ("of which once", money(once, proposal.currency, locale)),
        (label, money(totals.recurring_minor, proposal.currency, locale)),
    ]


def _block(block: dict[str, Any]) -> BlockWords:
    kind = str(block["kind"])
    return BlockWords(kind, markdown(str(block.get("markdown", ""))) if kind in _TEXT_KINDS else _NO_TEXT)


def _to_lines(session: Session, contact: Contact) -> list[str]:
    company = session.get(Company, contact.company_id) if contact.company_id else None
    address = (company.address if company else "") or contact.address
    return [contact.name, *([company.name] if company else []), *_lines(address)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _workspace(session: Session) -> Workspace:
    workspace = session.get(Workspace, workspace_id_of(session))
    if workspace is None:
        raise NotFound("There is no such workspace.")
    return workspace
