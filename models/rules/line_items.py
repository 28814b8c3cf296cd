"""The one money function of documents. Half away from zero, tax per rate, and the lines always sum to the total."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from models.rules.money import WHOLE_BPS, WHOLE_MPCT, allocate, percent_bps, round_half_up
from models.types.errors import Invalid
from models.types.line_items import DocumentTotals, LineItem, LineItemKind, LineTotals, Rounding, TaxTotal, TaxTreatment

_SECONDS_PER_HOUR = 3600
_Taxes = dict[tuple[int, int], int]  # (line, rate) -> tax in minor units


def document_totals(
    items: Sequence[LineItem],
    *,
    currency: str,
    prices_include_tax: bool = False,
    rounding: Rounding = Rounding.DOCUMENT,
    tax_treatment: TaxTreatment = TaxTreatment.STANDARD,
    discount_bps: int = 0,
    discount_minor: int = 0,
) -> DocumentTotals:
    """Every figure of a proposal or an invoice.

    tax_treatment: anything but standard overrides all lines: no tax, prices stay as they are.
    discount_bps, discount_minor: off the whole document, on top of its discount lines; spread over the lines before tax.
    Document rounding rounds each rate once and shares the tax out by largest remainder; line rounding rounds each line.
    With prices that include tax the gross is what was entered, to the minor unit, and the net gives way.
    Raises Invalid for a rate or discount out of range, or a discount larger than what it is taken from.
    """
    treated = [_treated(item, tax_treatment) for item in items]
    for item in treated:
        _check(item)
    amounts = [0 if item.kind == LineItemKind.DISCOUNT else line_amount(item) for item in treated]
    counted = [is_counted(item) for item in treated]
    entered = [amount if counts else 0 for amount, counts in zip(amounts, counted, strict=True)]
    document_discount = LineItem(LineItemKind.DISCOUNT, "", discount_minor, discount_bps=discount_bps)
    discounts = [_discount_amount(item, entered) if counted[index] else 0 for index, item in enumerate(treated)]
    shares = _shared_discount(sum(discounts) + _discount_amount(document_discount, entered), entered)
    after = [amount - share for amount, share in zip(entered, shares, strict=True)]
    taxed = [_with_included(item, prices_include_tax) for item in treated]
    taxes = _taxes(taxed, after, rounding)
    lines = []
    for index, item in enumerate(taxed):
        tax = sum(part for (line, _), part in taxes.items() if line == index)
        net = after[index] - tax if item.tax_included else after[index]
        shown = amounts[index] - discounts[index]
        lines.append(LineTotals(counted[index], shown, shares[index], net, tax, net + tax))
    return _summed(currency, taxed, lines, taxes)


def line_amount(item: LineItem) -> int:
    """Price by quantity (or by tracked seconds) less the line's own discount, rounded once."""
    keep = Fraction(WHOLE_BPS - item.discount_bps, WHOLE_BPS)
    if item.amount_minor is not None:
        return round_half_up(item.amount_minor * keep)
    quantity = Fraction(item.quantity_milli, 1000) if item.seconds is None else Fraction(item.seconds, _SECONDS_PER_HOUR)
    return round_half_up(item.unit_price_minor * quantity * keep)


def amount_for_seconds(seconds: int, rate_minor_per_hour: int) -> int:
    """The price of a stretch of work, rounded once: 20 minutes at 100.00 an hour are 33.33, an hour is 100.00."""
    return round_half_up(Fraction(seconds * rate_minor_per_hour, _SECONDS_PER_HOUR))


def is_counted(item: LineItem) -> bool:
    """Whether the line belongs to the total: it is not optional, or it was chosen."""
    return item.is_selected or not item.is_optional


def _treated(item: LineItem, document: TaxTreatment) -> LineItem:
    treatment = item.tax_treatment if document == TaxTreatment.STANDARD else document
    rates = item.tax_rates_mpct if treatment == TaxTreatment.STANDARD else ()
    if item.kind == LineItemKind.DISCOUNT:
        rates, treatment = (), TaxTreatment.STANDARD  # it lowers the base of the lines it is spread over
    return replace(item, tax_treatment=treatment, tax_rates_mpct=rates)


def _with_included(item: LineItem, prices_include_tax: bool) -> LineItem:
    return replace(item, tax_included=prices_include_tax if item.tax_included is None else item.tax_included)


def _check(item: LineItem) -> None:
    if not 0 <= item.discount_bps <= WHOLE_BPS:
        raise Invalid("A discount is between 0 and 100 percent.", field="discount_bps")
    if any(not 0 <= rate <= WHOLE_MPCT for rate in item.tax_rates_mpct):
        raise Invalid("A tax rate is between 0 and 100 percent.", field="tax_rates_mpct")
    if item.quantity_milli < 0 or (item.seconds or 0) < 0:
        raise Invalid("A quantity cannot be negative; make the price negative instead.", field="quantity_milli")
    if item.kind == LineItemKind.DISCOUNT and item.unit_price_minor < 0:
        raise Invalid("Write the amount of a discount without a minus sign.", field="unit_price_minor")


def _discount_amount(item: LineItem, entered: Sequence[int]) -> int:
    if item.kind != LineItemKind.DISCOUNT:
        return 0
    base = sum(amount for amount in entered if amount > 0)
    fixed = round_half_up(Fraction(item.unit_price_minor * item.quantity_milli, 1000))
    return fixed + percent_bps(base, item.discount_bps)


def _shared_discount(discount: int, entered: Sequence[int]) -> list[int]:
    # A credit among the lines takes no share: a discount never makes it larger.
    weights = [max(amount, 0) for amount in entered]
    if discount < 0 or discount > sum(weights):
        raise Invalid("The discount is larger than the lines it is taken from.", field="discount")
    return allocate(discount, weights) if discount else [0] * len(entered)


def _taxes(items: Sequence[LineItem], amounts: Sequence[int], rounding: Rounding) -> _Taxes:
    exact: dict[tuple[int, int], Fraction] = {}
    for index, item in enumerate(items):
        whole = WHOLE_MPCT + sum(item.tax_rates_mpct) if item.tax_included else WHOLE_MPCT
        for rate in item.tax_rates_mpct:
            # Two taxes may share a rate on one line, so the share is added to what is there.
            exact[index, rate] = exact.get((index, rate), Fraction()) + Fraction(amounts[index] * rate, whole)
    if rounding == Rounding.LINE:
        return {key: round_half_up(share) for key, share in exact.items()}
    taxes: _Taxes = {}
    for rate in {rate for _, rate in exact}:
        keys = [key for key in exact if key[1] == rate]
        shares = [exact[key] for key in keys]
        taxes.update(zip(keys, allocate(round_half_up(sum(shares, Fraction())), shares), strict=True))
    return taxes


def _summed(currency: str, items: Sequence[LineItem], lines: Sequence[LineTotals], taxes: _Taxes) -> DocumentTotals:
    pairs = list(zip(items, lines, strict=True))
    rated = {rate for item, line in pairs if line.counted for rate in item.tax_rates_mpct}
    by_rate = [
        TaxTotal(
            rate,
            sum(line.net_minor for item, line in pairs if rate in item.tax_rates_mpct),
            sum(tax for (_, taxed_at), tax in taxes.items() if taxed_at == rate),
        )
        for rate in sorted(rated)
    ]
    notes = {item.tax_treatment for item, line in pairs if line.counted} - {TaxTreatment.STANDARD}
    return DocumentTotals(
        currency=currency,
        lines=tuple(lines),
        subtotal_minor=sum(line.amount_minor for item, line in pairs if line.counted and item.kind != LineItemKind.DISCOUNT),
        discount_minor=sum(line.discount_minor for line in lines),
        net_minor=sum(line.net_minor for line in lines),
        tax_by_rate=tuple(by_rate),
        tax_minor=sum(line.tax_minor for line in lines),
        total_minor=sum(line.gross_minor for line in lines),
        recurring_minor=sum(line.gross_minor for item, line in pairs if item.kind == LineItemKind.RECURRING),
        tax_notes=tuple(sorted(notes)),
    )
