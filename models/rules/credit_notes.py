"""What a credit note comes to. Its figures are negative: it stands against an invoice."""

from collections.abc import Sequence
from dataclasses import replace

from models.rules.invoices import credit_tax_minor
from models.rules.money import allocate
from models.types.errors import Refused
from models.types.line_items import DocumentTotals, LineTotals, TaxTotal


def credited_lines(
    invoiced: Sequence[LineTotals], credited: Sequence[LineTotals], wanted: Sequence[int | None]
) -> list[LineTotals]:
    """The lines of a credit note, negative, one for each line of the invoice.

    invoiced, credited: the invoice's lines, and what earlier credit notes took of each (negative).
    wanted: how much of each to credit, with tax and of the sign of the line; None is all that is left.
    Raises Refused when a line would be credited beyond what was invoiced.
    """
    return [_line(line, before, gross) for line, before, gross in zip(invoiced, credited, wanted, strict=True)]


def credit_totals(original: DocumentTotals, lines: Sequence[LineTotals], rates: Sequence[Sequence[int]]) -> DocumentTotals:
    """The figures of a credit note with these lines. rates: the tax rates of each line, in thousandths of a percent.

    A credit note over everything is the exact negative of the invoice. Raises Refused when it comes to nothing.
    """
    total = sum(line.gross_minor for line in lines)
    if total >= 0:
        raise Refused("There is nothing to credit.", field="lines")
    is_whole = all(-line.gross_minor == was.gross_minor for line, was in zip(lines, original.lines, strict=True))
    by_rate = _negative(original.tax_by_rate) if is_whole else _by_rate(lines, rates)
    return replace(
        original,
        lines=tuple(lines),
        subtotal_minor=sum(line.amount_minor for line in lines),
        discount_minor=0,
        net_minor=sum(line.net_minor for line in lines),
        tax_by_rate=by_rate,
        tax_minor=sum(line.tax_minor for line in lines),
        total_minor=total,
        recurring_minor=0,
    )


def spread(amount_minor: int, left: Sequence[int]) -> list[int]:
    """An amount to credit shared out over what is left of each line. Raises Refused when that is less."""
    open_lines = [max(0, minor) for minor in left]
    if not 0 < amount_minor <= sum(open_lines):
        raise Refused("A credit cannot be larger than what was invoiced and is not credited yet.", field="amount")
    return allocate(amount_minor, open_lines)


def _line(line: LineTotals, before: LineTotals, wanted: int | None) -> LineTotals:
    gross = line.gross_minor + before.gross_minor if wanted is None else wanted
    tax = (
        credit_tax_minor(
            gross,
            line_gross_minor=line.gross_minor,
            line_tax_minor=line.tax_minor,
            credited_minor=-before.gross_minor,
            credited_tax_minor=-before.tax_minor,
        )
        if gross
        else 0
    )
    return LineTotals(line.counted, -(gross - tax), 0, -(gross - tax), -tax, -gross)


def _by_rate(lines: Sequence[LineTotals], rates: Sequence[Sequence[int]]) -> tuple[TaxTotal, ...]:
    bases: dict[int, int] = {}
    taxes: dict[int, int] = {}
    for line, own in zip(lines, rates, strict=True):
        for rate, tax in zip(own, allocate(line.tax_minor, list(own)) if own else [], strict=True):
            bases[rate] = bases.get(rate, 0) + line.net_minor
            taxes[rate] = taxes.get(rate, 0) + tax
    return tuple(TaxTotal(rate, bases[rate], taxes[rate]) for rate in sorted(bases))


def _negative(by_rate: Sequence[TaxTotal]) -> tuple[TaxTotal, ...]:
    return tuple(TaxTotal(one.rate_mpct, -one.base_minor, -one.tax_minor) for one in by_rate)
