"""The form of text blocks and price lines, shared by proposals and their templates: rows in words, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, TypeVar

from api.files import PostedForm
from api.web.formats import quantity
from models.rules.money import parse_amount, round_half_up
from models.tables.proposals import ProposalLineItem
from models.types.errors import Invalid
from models.types.money import exponent
from models.types.proposals import ProposalLine

Item = TypeVar("Item")

KINDS = [("fixed", "Fixed price"), ("hourly", "By the hour"), ("recurring", "Recurring"), ("discount", "Discount")]
CHOICES = [("in", "Included"), ("on", "Optional, chosen"), ("off", "Optional, not chosen")]
PERIODS = [("months:1", "every month"), ("months:3", "every 3 months"), ("months:12", "every year"), ("weeks:1", "every week")]
BLOCKS = [("text", "Text"), ("terms", "Terms"), ("prices", "Price table")]
_NEW_BLOCKS = {kind for kind, _ in BLOCKS}


@dataclass(frozen=True, slots=True)
class LineWords:
    """A row of the price table as its fields show it."""

    id: str
    kind: str
    what: str
    more: str
    quantity: str
    price: str
    tax: str
    choice: str
    period: str
    hours: str


def line_words(row: ProposalLineItem | ProposalLine, currency: str) -> LineWords:
    """A row in the words of its fields."""
    what, _, more = row.description.partition("\n")
    terms = row.retainer_terms
    included = int(terms.get("hours", {}).get("included_seconds", 0))
    rates = row.tax_rates_mpct
    price = _percent(row.discount_bps * 10) if _is_share(row) else plain(row.unit_price_minor, currency)
    return LineWords(
        id=row.id or "",
        kind=row.kind,
        what=what,
        more=more,
        quantity=quantity(row.quantity_milli),
        price=price,
        tax="" if rates is None else " + ".join(quantity(rate) for rate in rates),
        choice="in" if not row.is_optional else "on" if row.is_selected else "off",
        period=f"{terms.get('rhythm', 'months')}:{terms.get('every', 1)}",
        hours=quantity(round_half_up(Fraction(included, 3600) * 1000)) if included else "",
    )


def posted_lines(posted: PostedForm, currency: str, known: Mapping[str, ProposalLineItem]) -> list[ProposalLine]:
    """The price table that a form says. known: rows by id, for what has no field. Raises Invalid at the row's field."""
    names = ("line_id", "line_kind", "line_what", "line_more", "line_quantity", "line_price", "line_tax", "line_choice")
    columns = [posted.values.get(name, []) for name in (*names, "line_period", "line_hours")]
    if len({len(column) for column in columns}) > 1:
        raise Invalid("The price table did not arrive whole. Reload the page and try again.")
    return [
        _line(place, dict(zip((*names, "line_period", "line_hours"), cells, strict=True)), currency, known)
        for place, cells in enumerate(zip(*columns, strict=True))
    ]


def posted_blocks(posted: PostedForm) -> list[dict[str, Any]]:
    """The text blocks that a form says, in order; blocks without text keep their place."""
    kinds, texts = posted.values.get("block_kind", []), posted.values.get("block_text", [])
    if len(kinds) != len(texts):
        raise Invalid("The text did not arrive whole. Reload the page and try again.")
    blocks: list[dict[str, Any]] = []
    for kind, text in zip(kinds, texts, strict=True):
        has_text = kind in ("text", "terms")
        blocks.append({"kind": kind, "markdown": text.replace("\r\n", "\n")} if has_text else {"kind": kind})
    return blocks


def moved(items: list[Item], act: str, noun: str) -> list[Item]:
    """A list after a button: `line:up:2`, `line:down:2`, `line:remove:2`, `line:add:fixed`; others leave it as it is."""
    whose, _, rest = act.partition(":")
    verb, _, detail = rest.partition(":")
    if whose != noun:
        return items
    if verb == "add":
        return [*items, _fresh(noun, detail)]
    place = int(detail) if detail.isdigit() else len(items)
    if place >= len(items):
        return items
    item, others = items[place], items[:place] + items[place + 1 :]
    if verb == "remove":
        return others
    to = max(0, place - 1) if verb == "up" else place + 1
    return [*others[:to], item, *others[to:]]


def posted_share(text: str, field: str) -> int:
    """A percentage as basis points: "30" is 3000. Empty is nothing. Raises Invalid when it is none, or beyond 100."""
    share = _decimal(text, field, "Write a percentage such as 30.") * 100 if text.strip() else Decimal(0)
    if not 0 <= share <= 10_000:
        raise Invalid("A share is between 0 and 100 percent.", field=field)
    return round_half_up(share)


def plain(minor: int, currency: str) -> str:
    """An amount as people type it: "1800.00"."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _line(place: int, cells: dict[str, str], currency: str, known: Mapping[str, ProposalLineItem]) -> ProposalLine:
    at = f"line_{place}"
    kind = cells["line_kind"] if cells["line_kind"] in dict(KINDS) else "fixed"
    before = known.get(cells["line_id"])
    more = cells["line_more"].replace("\r\n", "\n").strip()
    what = cells["line_what"].strip() or "New line"
    is_share = kind == "discount" and "%" in cells["line_price"]
    kept = before.discount_bps if before is not None and kind != "discount" else 0
    amount = _amount(cells["line_price"], currency, at) if not is_share else 0
    return ProposalLine(
        id=cells["line_id"] or None,
        kind=kind,
        description=f"{what}\n{more}" if more else what,
        quantity_milli=_quantity(cells["line_quantity"], at),
        unit_price_minor=abs(amount) if kind == "discount" else amount,
        tax_rates_mpct=_rates(cells["line_tax"], at),
        discount_bps=posted_share(cells["line_price"].replace("%", ""), at) if is_share else kept,
        is_optional=cells["line_choice"] != "in",
        is_selected=cells["line_choice"] != "off",
        retainer_terms=_retainer_terms(before, cells, at) if kind == "recurring" else {},
    )


def _retainer_terms(before: ProposalLineItem | None, cells: dict[str, str], at: str) -> dict[str, Any]:
    rhythm, _, every = cells["line_period"].partition(":")
    if rhythm not in ("months", "weeks") or not every.isdigit() or not 0 < int(every) <= 24:
        raise Invalid("Choose how often it repeats.", field=at)
    kept = dict(before.retainer_terms) if before is not None else {}
    hours = dict(kept.get("hours", {}))
    hours["included_seconds"] = _quantity(cells["line_hours"] or "0", at) * 3600 // 1000
    return {"billing": "advance", **kept, "rhythm": rhythm, "every": int(every), "hours": hours}


def _fresh(noun: str, kind: str) -> Any:
    if noun == "line":
        kinds = dict(KINDS)
        return ProposalLine("New line" if kind != "discount" else "Discount", kind=kind if kind in kinds else "fixed")
    return {"kind": kind, "markdown": ""} if kind in _NEW_BLOCKS - {"prices"} else {"kind": "prices"}


def _is_share(row: ProposalLineItem | ProposalLine) -> bool:
    return row.kind == "discount" and row.discount_bps > 0


def _amount(text: str, currency: str, at: str) -> int:
    if not text.strip():
        return 0
    try:
        return parse_amount(text, currency).minor
    except Invalid as error:
        raise Invalid(error.detail, field=at) from error


def _quantity(text: str, at: str) -> int:
    thousandths = _decimal(text or "1", at, "Write a quantity such as 1.5.") * 1000
    if not 0 <= thousandths <= 10**9:
        raise Invalid("A quantity is zero or more.", field=at)
    return round_half_up(thousandths)


def _rates(text: str, at: str) -> tuple[int, ...]:
    parts = [part for part in text.replace("%", "").split("+") if part.strip()]
    return tuple(round_half_up(_decimal(part, at, "Write a tax rate such as 19.") * 1000) for part in parts)


def _decimal(text: str, at: str, said: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise Invalid(said, field=at) from error
    if not value.is_finite():
        raise Invalid(said, field=at)
    return value


def _percent(mpct: int) -> str:
    return f"{quantity(mpct)} %"
