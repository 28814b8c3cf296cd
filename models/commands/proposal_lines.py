"""The price table of a proposal: its rows, its sums, and freezing both."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlmodel import Session

from models.db import workspace_id_of
from models.ids import new_id
from models.queries.proposals import list_line_items, totals_of
from models.rules.proposals import deposit_of
from models.tables.proposals import Proposal, ProposalLineItem
from models.tables.workspaces import Workspace
from models.types.errors import Invalid
from models.types.proposals import ProposalLine


def set_lines(session: Session, proposal: Proposal, lines: Sequence[ProposalLine]) -> None:
    """Replace the price table: rows keep their ids where they are named, the others go."""
    known = {row.id: row for row in list_line_items(session, proposal.id)}
    workspace = session.get(Workspace, workspace_id_of(session))
    own_tax = [workspace.tax_rate_mpct] if workspace and workspace.tax_rate_mpct else []
    rows = []
    for position, line in enumerate(lines):
        if not line.description.strip():
            raise Invalid("Say what this line is.", field=f"line_items.{position}.description")
        row = known.pop(line.id or "", None) or ProposalLineItem(
            id=new_id("pli"), workspace_id=proposal.workspace_id, proposal_id=proposal.id, position=position, description=""
        )
        rates = own_tax if line.tax_rates_mpct is None else list(line.tax_rates_mpct)
        columns = {**asdict(line), "position": position, "tax_rates_mpct": [] if line.kind == "discount" else rates}
        for name, value in columns.items():
            if name != "id":
                setattr(row, name, value)
        rows.append(row)
    for gone in known.values():
        session.delete(gone)
    session.add_all(rows)
    session.flush()
    set_sums(session, proposal, rows)


def set_sums(session: Session, proposal: Proposal, rows: Sequence[ProposalLineItem]) -> None:
    """Keep the three sums that lists show in step with the rows."""
    totals = totals_of(proposal, rows)
    proposal.subtotal_minor, proposal.tax_minor, proposal.total_minor = (
        totals.subtotal_minor,
        totals.tax_minor,
        totals.total_minor,
    )
    session.add(proposal)


def line_of(row: ProposalLineItem) -> ProposalLine:
    """A row as it would come in anew, for a copy."""
    return ProposalLine(
        description=row.description,
        unit_price_minor=row.unit_price_minor,
        kind=row.kind,
        quantity_milli=row.quantity_milli,
        tax_rates_mpct=tuple(row.tax_rates_mpct),
        discount_bps=row.discount_bps,
        is_optional=row.is_optional,
        is_selected=row.is_selected,
        retainer_terms=row.retainer_terms,
    )


def freeze_totals(proposal: Proposal, rows: Sequence[ProposalLineItem], chosen: Sequence[str]) -> None:
    """Write down what a choice comes to; from now on page, PDF, mail and invoice read it here."""
    totals = totals_of(proposal, rows, chosen=chosen)
    proposal.totals = {
        **asdict(totals),
        "line_ids": [row.id for row in rows],
        "chosen": list(chosen),
        "deposit_minor": deposit_of(totals, proposal.deposit_bps),
    }
    proposal.subtotal_minor, proposal.tax_minor, proposal.total_minor = (
        totals.subtotal_minor,
        totals.tax_minor,
        totals.total_minor,
    )
