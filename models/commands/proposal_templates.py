"""Templates of proposals: what a new one starts from."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.db import workspace_id_of
from models.ids import new_id
from models.tables.bookings import Scheduler
from models.tables.contracts import ContractTemplate
from models.tables.projects import ProjectTemplate
from models.tables.proposals import ProposalTemplate
from models.types.errors import Invalid
from models.types.proposals import ProposalLine

_NAMED = (
    ("contract_template_id", ContractTemplate),
    ("scheduler_id", Scheduler),
    ("project_template_id", ProjectTemplate),
)


def add_proposal_template(session: Session, values: dict[str, Any]) -> ProposalTemplate:
    """Keep a template. values: its columns, and `lines` for its price table. Raises Invalid without a name."""
    template = ProposalTemplate(id=new_id("prt"), workspace_id=workspace_id_of(session), name="")
    return change_proposal_template(session, template, values)


def change_proposal_template(session: Session, template: ProposalTemplate, values: dict[str, Any]) -> ProposalTemplate:
    """Correct a template; proposals drafted from it stay as they are. Raises Invalid for a name or a part that is missing."""
    columns = dict(values)
    lines: Sequence[ProposalLine] | None = columns.pop("lines", None)
    for name, table in _NAMED:
        if columns.get(name) and session.get(table, columns[name]) is None:
            raise Invalid(f"There is no such {name.removesuffix('_id').replace('_', ' ')}.", field=name)
    for name, value in columns.items():
        setattr(template, name, value)
    if lines is not None:
        template.line_items = [_stored(line) for line in lines]
    if not template.name.strip():
        raise Invalid("A template needs a name.", field="name")
    session.add(template)
    session.flush()
    return template


def archive_proposal_template(session: Session, template: ProposalTemplate, *, now: datetime) -> None:
    """Put a template away. Twice is once."""
    template.archived_at = template.archived_at or now
    session.add(template)


def unarchive_proposal_template(session: Session, template: ProposalTemplate) -> ProposalTemplate:
    """Offer a template again. Twice is once."""
    template.archived_at = None
    session.add(template)
    return template


def _stored(line: ProposalLine) -> dict[str, Any]:
    stored = asdict(line)
    stored.pop("id")
    stored["tax_rates_mpct"] = None if line.tax_rates_mpct is None else list(line.tax_rates_mpct)
    return stored
