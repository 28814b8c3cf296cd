"""Line items and their totals, shared by proposals, invoices and retainers. Amounts are minor units of one currency."""

from dataclasses import dataclass
from enum import StrEnum


class LineItemKind(StrEnum):
    FIXED = "fixed"
    HOURLY = "hourly"
    RECURRING = "recurring"
    DISCOUNT = "discount"
    DEPOSIT = "deposit"


class TaxTreatment(StrEnum):
    """Why tax is or is not charged; everything but standard asks for its note on the document."""

    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    EXEMPT = "exempt"


class Rounding(StrEnum):
    """Where tax is rounded: once per rate on the document, or on every line."""

    DOCUMENT = "document"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of a proposal or an invoice."""

    kind: LineItemKind
    description: str
    unit_price_minor: int
    """Per unit or per hour; may be negative (a deposit set off). For a discount: the positive amount it takes off."""
    quantity_milli: int = 1000
    """Thousandths: 1.5 = 1500."""
    seconds: int | None = None
    """Tracked time; when given it replaces the quantity, so that 20 minutes are a third of an hour and not 0.333."""
    tax_rates_mpct: tuple[int, ...] = ()
    """Thousandths of a percent, because 9.975 % exists: 19 % = 19000, (5000, 9975) = two taxes on one line."""
    tax_treatment: TaxTreatment = TaxTreatment.STANDARD
    tax_included: bool | None = None
    """Whether this price includes its taxes; None follows the document."""
    discount_bps: int = 0
    """Off this line. On a discount line without a price: off all the lines, 10 % = 1000."""
    amount_minor: int | None = None
    """A price settled before, in place of price by quantity; the line's discount still comes off."""
    is_optional: bool = False
    is_selected: bool = True
    """Chosen by the client; matters for optional lines only."""


@dataclass(frozen=True, slots=True)
class LineTotals:
    """What one line comes to. Over all lines net, tax and gross each sum to the document's."""

    counted: bool
    """False for an optional line that was not chosen: net, tax and gross are then 0."""
    amount_minor: int
    """The line's amount column: after its own discount, as entered (with or without tax); negative on a discount line."""
    discount_minor: int
    """This line's share of the discounts on the whole document, as entered."""
    net_minor: int
    tax_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class TaxTotal:
    rate_mpct: int
    base_minor: int
    """Net amount the rate applies to."""
    tax_minor: int


@dataclass(frozen=True, slots=True)
class DocumentTotals:
    """The only figures that pages, PDFs, mails and processors may show."""

    currency: str
    lines: tuple[LineTotals, ...]
    """One for each item given, in the same order."""
    subtotal_minor: int
    """Counted lines as entered, before discounts on the document."""
    discount_minor: int
    net_minor: int
    tax_by_rate: tuple[TaxTotal, ...]
    """Rising by rate; a rate of zero is listed too."""
    tax_minor: int
    total_minor: int
    recurring_minor: int
    """The part of the total that comes from recurring lines, with tax."""
    tax_notes: tuple[TaxTreatment, ...]
    """The treatments that the document must state in words."""
