"""The editor of a draft: from rows to what is typed, and back, with every slip at its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from api.files import PostedForm
from api.invoice_documents import hours
from api.web.formats import quantity
from models.queries.invoices import as_line_item
from models.rules.money import parse_amount
from models.tables.invoices import Invoice, InvoiceLineItem
from models.types.errors import Invalid
from models.types.invoices import DraftLine
from models.types.line_items import LineItem, LineItemKind
from models.types.money import exponent

_LINE_FIELDS = ("line_id", "line_kind", "line_what", "line_quantity", "line_price", "line_tax")
_NEW_KINDS = {"fixed", "hourly", "discount"}
_MOST_LINES = 300


@dataclass(frozen=True, slots=True)
class LineTyped:
    """One line as it stands in the fields."""

    id: str = ""
    kind: str = "fixed"
    what: str = ""
    quantity: str = "1"
    price: str = ""
    tax: str = ""
    hours: str = ""
    """Tracked time, which is not typed."""
    is_settled: bool = False
    """A deposit set off: its amount stands."""

    @property
    def is_empty(self) -> bool:
        return not self.id and not self.what.strip() and not self.price.strip()


@dataclass
class DraftForm:
    """What the editor shows. values: texts by field name."""

    values: dict[str, str]
    lines: list[LineTyped]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class DraftRead:
    """What was typed, understood as far as it could be."""

    form: DraftForm
    changes: dict[str, Any]
    lines: list[DraftLine]


def form_of(invoice: Invoice, rows: Sequence[InvoiceLineItem], *, default_tax_mpct: int) -> DraftForm:
    """The editor of a draft, with an empty line at the end."""
    values = {
        "due_days": str(invoice.due_days),
        "reminder_days": ", ".join(str(one) for one in invoice.reminder_days),
        "purchase_order": invoice.purchase_order,
        "notes": invoice.notes,
        "discount": quantity(invoice.discount_bps * 10) if invoice.discount_bps else "",
        "prices_include_tax": "on" if invoice.prices_include_tax else "",
    }
    empty = LineTyped(tax=_percents([default_tax_mpct] if default_tax_mpct else []))
    return DraftForm(values, [*(_typed(row, invoice.currency) for row in rows), empty])


def read_draft(posted: PostedForm, invoice: Invoice, rows: Sequence[InvoiceLineItem]) -> DraftRead:
    """What the editor posted. Slips are in `form.errors`, by field; what is right is understood all the same."""
    known = {row.id: row for row in rows}
    typed = [replace(line, hours=_hours(known.get(line.id))) for line in _posted_lines(posted)]
    removed = set(posted.values.get("remove", []))
    shown = [line for number, line in enumerate(typed) if f"{number}" not in removed]
    values = {name: posted.value(name) for name in _READERS} | {"prices_include_tax": posted.value("prices_include_tax")}
    form = DraftForm(values, shown)
    changes: dict[str, Any] = {"prices_include_tax": values["prices_include_tax"] == "on"}
    for name, (column, read) in _READERS.items():
        try:
            changes[column] = read(values[name])
        except (ValueError, Invalid) as slip:
            form.errors[name] = getattr(slip, "detail", str(slip))
    lines = []
    for number, line in enumerate(shown):
        if not line.is_empty:
            try:
                lines.append(DraftLine(line.id or None, _item(line, known.get(line.id), invoice.currency)))
            except (ValueError, Invalid) as slip:
                form.errors[f"line-{number}"] = f"Line {number + 1}: {getattr(slip, 'detail', slip)}"
    return DraftRead(form, changes, lines)


def plain_price(minor: int, currency: str) -> str:
    """An amount as it stands in a field: 123450 EUR is "1234.50"."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _typed(row: InvoiceLineItem, currency: str) -> LineTyped:
    return LineTyped(
        id=row.id,
        kind=row.kind,
        what=row.description,
        quantity=quantity(row.quantity_milli),
        price=plain_price(row.unit_price_minor, currency),
        tax=_percents(row.tax_rates_mpct),
        hours=_hours(row),
        is_settled=row.source_id is not None,
    )


def _hours(row: InvoiceLineItem | None) -> str:
    return hours(row.seconds) if row is not None and row.seconds is not None else ""


def _posted_lines(posted: PostedForm) -> list[LineTyped]:
    columns = [posted.values.get(name, []) for name in _LINE_FIELDS]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > _MOST_LINES:
        raise Invalid("The lines of this form do not fit together. Reload the page, please.")
    return [LineTyped(*one) for one in zip(*columns, strict=True)]


def _item(line: LineTyped, row: InvoiceLineItem | None, currency: str) -> LineItem:
    if row is not None and row.source_id is not None:
        return as_line_item(row)
    what = line.what.strip()
    if not what:
        raise ValueError("say what it is for.")
    kind = row.kind if row is not None else line.kind if line.kind in _NEW_KINDS else "fixed"
    price = parse_amount(line.price or "0", currency).minor
    item = LineItem(
        LineItemKind(kind),
        what,
        price,
        quantity_milli=_milli(line.quantity),
        tax_rates_mpct=() if kind == "discount" else _rates(line.tax),
        discount_bps=row.discount_bps if row is not None else 0,
    )
    if row is not None and row.seconds is not None:
        settled = row.amount_minor if price == row.unit_price_minor else None
        return replace(item, seconds=row.seconds, amount_minor=settled, quantity_milli=row.quantity_milli)
    return item


def _decimal(text: str, slip: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", ".") or "0")
    except InvalidOperation:
        raise ValueError(slip) from None


def _milli(text: str) -> int:
    value = _decimal(text, f"“{text}” is not a quantity. Write it like 1.5.") * 1000
    if value != value.to_integral_value() or not 0 <= value <= 10**9:
        raise ValueError("a quantity has three decimals at most.")
    return int(value)


def _rates(text: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[+;]", text.replace("%", "")) if part.strip()]
    rates = [_decimal(part, f"“{text}” is not a tax rate. Write it like 19.") * 1000 for part in parts]
    return tuple(int(rate) for rate in rates if rate)


def _percents(rates_mpct: Sequence[int]) -> str:
    return " + ".join(quantity(rate) for rate in rates_mpct)


def _days(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text.strip()):
        raise ValueError("Write a number of days, such as 14.")
    return int(text)


def day_list(text: str) -> list[int]:
    """Days as typed, such as "3, 7, 14", rising. Raises Invalid."""
    parts = [part.strip() for part in re.split(r"[,; ]+", text.strip()) if part.strip()]
    if not all(re.fullmatch(r"-?\d{1,3}", part) for part in parts):
        raise Invalid("Write days after the due date, such as 3, 7, 14.", field="reminder_days")
    return sorted({int(part) for part in parts})


def _share_bps(text: str) -> int:
    share = _decimal(text.replace("%", ""), "Write a percentage, such as 10.")
    if not 0 <= share <= 100:
        raise ValueError("A discount is between 0 and 100 percent.")
    return int(share * 100)


_READERS: dict[str, tuple[str, Any]] = {
    "due_days": ("due_days", _days),
    "reminder_days": ("reminder_days", day_list),
    "purchase_order": ("purchase_order", lambda text: text.strip()[:200]),
    "notes": ("notes", lambda text: text.strip()[:5000]),
    "discount": ("discount_bps", _share_bps),
}
