"""Arithmetic on minor units: rounding, sharing out, reading. The one rounding of the product is half away from zero."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from models.types.errors import Invalid
from models.types.money import Money, exponent

WHOLE_BPS = 10_000
"""One hundred percent in basis points."""
WHOLE_MPCT = 100_000
"""One hundred percent in thousandths of a percent, the unit of tax rates (9.975 % = 9975)."""
_LARGEST_MINOR = 10**15
_LONGEST_TEXT = 40


def round_half_up(value: Decimal | Fraction | int) -> int:
    """The nearest whole number, halves away from zero: 815.5 becomes 816, -815.5 becomes -816."""
    if isinstance(value, Decimal):
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    exact = Fraction(value)
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return magnitude if exact >= 0 else -magnitude


def percent_bps(minor: int, bps: int) -> int:
    """A share of an amount in basis points (1 % = 100), rounded once to the minor unit."""
    return round_half_up(Fraction(minor * bps, WHOLE_BPS))


def percent_mpct(minor: int, mpct: int) -> int:
    """A share of an amount in thousandths of a percent (9.975 % = 9975), rounded once to the minor unit."""
    return round_half_up(Fraction(minor * mpct, WHOLE_MPCT))


def allocate(total_minor: int, weights: Sequence[int | Fraction]) -> list[int]:
    """The total shared out by weight, in the order given; the parts always sum to the total.

    Largest remainder: each part is within one minor unit of its exact share, ties go to the earlier part.
    Weights may be negative (a credit among the lines). Where they cancel out, their sizes count; where all are zero, equal parts.
    Raises Invalid when there is nothing to share among.
    """
    if not weights:
        raise Invalid("An amount cannot be shared among nothing.")
    if total_minor < 0:
        return [-part for part in allocate(-total_minor, weights)]
    usable = _usable_weights(weights)
    whole = sum(usable)
    shares = [total_minor * weight / whole for weight in usable]
    parts = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - shares[index], index))
    for index in by_remainder[: total_minor - sum(parts)]:
        parts[index] += 1
    return parts


def _usable_weights(weights: Sequence[int | Fraction]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    if sum(exact) != 0:
        return exact
    sizes = [abs(weight) for weight in exact]
    return sizes if sum(sizes) else [Fraction(1)] * len(sizes)


def convert_exponent(minor: int, from_digits: int, to_digits: int) -> int:
    """An amount counted in another minor unit, for processors that count differently from ISO 4217.

    Raises Invalid when the target cannot express the amount exactly; nothing is ever rounded away on the wire.
    """
    if to_digits >= from_digits:
        return int(minor * 10 ** (to_digits - from_digits))
    step = 10 ** (from_digits - to_digits)
    if minor % step:
        raise Invalid(f"{minor} cannot be expressed with {to_digits} decimal digits.")
    return int(minor // step)


def plain_amount(money: Money) -> str:
    """An amount for logs and sentences, in no locale: `1234.50 EUR`, `500 JPY`."""
    digits = exponent(money.currency)
    return f"{Decimal(money.minor).scaleb(-digits):.{digits}f} {money.currency}"


def parse_amount(text: str, currency: str, *, decimal_mark: str | None = None) -> Money:
    """The money a person typed, with or without currency sign, grouping marks and a leading minus.

    decimal_mark: "." or "," of the reader's locale; without it the text must speak for itself.
    Raises Invalid when it is no number, has too many decimals, is too large, or could mean two amounts (`1,234` with no locale).
    """
    cleaned = _bare_number(text, currency)
    digits = exponent(currency)
    whole, fraction = _split_number(cleaned, text, digits, decimal_mark)
    if len(fraction) > digits:
        raise Invalid(f"{currency} has {digits} decimal digits, “{text.strip()}” has more.", field="amount")
    minor = int((whole + fraction.ljust(digits, "0")) or "0")
    if minor > _LARGEST_MINOR:
        raise Invalid("This amount is too large.", field="amount")
    return Money(-minor if cleaned.startswith("-") else minor, currency)


def _bare_number(text: str, currency: str) -> str:
    # NFKC turns full-width digits and no-break spaces into plain ones.
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").upper().replace(currency, "")
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Sc", "Zs") and sign not in "'’_\t")


def _split_number(cleaned: str, text: str, digits: int, decimal_mark: str | None) -> tuple[str, str]:
    if len(cleaned) > _LONGEST_TEXT or not re.fullmatch(r"-?(\d+([.,]\d+)*[.,]?|[.,]\d+)", cleaned):
        raise Invalid(f"“{text.strip()}” is not an amount of money. Write it like 1234.50.", field="amount")
    unsigned = cleaned.lstrip("-")
    mark = decimal_mark or _guess_mark(unsigned, text, digits)
    whole, _, fraction = unsigned.partition(mark)
    grouping = "," if mark == "." else "."
    if grouping in fraction or mark in fraction or not re.fullmatch(_grouped(grouping), whole):
        raise Invalid(f"The marks in “{text.strip()}” do not add up to one amount. Write it like 1234.50.", field="amount")
    return whole.replace(grouping, ""), fraction


def _grouped(mark: str) -> str:
    # Thousands everywhere, lakhs in India; only the last group is always of three.
    return rf"\d*|\d{{1,3}}({re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}"


def _guess_mark(unsigned: str, text: str, digits: int) -> str:
    marks: list[str] = re.findall("[.,]", unsigned)
    if len(set(marks)) == 2:
        return marks[-1]
    if not marks:
        return "."
    other = "," if marks[0] == "." else "."
    if len(marks) > 1:
        return other  # a mark that comes twice groups thousands
    head, _, tail = unsigned.partition(marks[0])
    if len(tail) != 3 or head in ("", "0") or len(head) > 3:
        return marks[0]
    if digits == 0:
        return other
    raise Invalid(f"“{text.strip()}” could be two amounts. Write the decimals too, as in 1234.50.", field="amount")
