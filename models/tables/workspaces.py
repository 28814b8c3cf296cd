"""A workspace is the tenant: one studio, its brand, its rules of trade."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from models.tables.rows import Row, Versioned


class Workspace(Row, Versioned, table=True):
    """One studio. Everything else belongs to one of these."""

    __tablename__ = "workspaces"

    name: str
    slug: str = Field(unique=True)
    """Names the workspace in public addresses: `/w/{slug}/…`."""
    timezone: str = "UTC"
    locale: str = "en"
    currency: str = "EUR"
    country: str = "DE"
    custom_domain: str | None = Field(default=None, unique=True)
    brand_color: str = "#4f46e5"
    logo_file_id: str | None = None
    sender_name: str = ""
    sender_address: str = ""
    legal_name: str = ""
    legal_address: str = ""
    tax_id: str = ""
    weekly_hours: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Weekday number (0 = Monday, as a string) to a list of [start, end] such as ["09:00", "17:00"]."""
    holidays_region: str = ""
    """A country or country-subdivision of the `holidays` package, such as DE or DE-BE; empty for none."""
    invoice_prefix: str = "INV-"
    invoice_due_days: int = 14
    reminder_days: list[int] = Field(default_factory=lambda: [3, 7, 14], sa_type=JSON)
    """Days after the due date on which a reminder goes out."""
    tax_rate_mpct: int = 0
    """The tax that new line items start with, in thousandths of a percent: 19 % is 19000."""
    rate_minor_per_hour: int = 0
    runs_per_minute: int = 6000
    """Runs of automations that may begin within a minute; more are held back, not dropped."""
    runs_in_flight: int = 500
    """Runs of automations that may be at work at once; those that merely wait do not count."""
    seal_key_pem: str = ""
    """Encrypted with the installation's secret key."""
    seal_certificate_pem: str = ""
