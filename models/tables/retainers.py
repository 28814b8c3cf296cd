"""Work bought by the period."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from models.tables.rows import UtcDateTime, Versioned, WorkspaceRow


class Retainer(WorkspaceRow, Versioned, table=True):
    """One agreement that repeats. Period n is computed from the anchor, never from the period before."""

    __tablename__ = "retainers"
    __table_args__ = (UniqueConstraint("source"),)

    engagement_id: str = Field(foreign_key="engagements.id", index=True)
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    source: str | None = None
    """What started it, such as `proposal_line_item:pli_…`; unique, so it starts once."""
    name: str
    status: str = Field(default="active", index=True)
    """`active`, `paused`, `past_due` or `ended`."""
    currency: str = "EUR"
    amount_minor: int = 0
    tax_rates_mpct: list[int] = Field(default_factory=list, sa_type=JSON)
    prices_include_tax: bool = False
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The rhythm and the hours bucket; the JSON of `RetainerTerms` in models/types/retainers.py."""
    anchor_on: date
    timezone: str = "UTC"
    """The billing zone: periods begin and end at its midnight."""
    collect: str = "send"
    """`send` the invoice or `charge` the saved card."""
    review_days: int = 0
    """How long a period's draft can be reviewed before it is issued by itself."""
    saved_method_id: str | None = None
    first_index: int = 0
    """The first period that counts; later than 0 when it was started by hand with past periods left out."""
    next_index: int = 0
    """The first period not yet billed."""
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RetainerPeriod(WorkspaceRow, table=True):
    """One period, handled once and for ever."""

    __tablename__ = "retainer_periods"
    __table_args__ = (UniqueConstraint("retainer_id", "index"),)

    retainer_id: str = Field(foreign_key="retainers.id", index=True)
    index: int
    starts_on: date
    ends_on: date
    """Exclusive."""
    status: str = "billed"
    """`billed`, `skipped`, `merged` (on the invoice of a later period) or `asked` (missed, a person decides)."""
    invoice_id: str | None = None
