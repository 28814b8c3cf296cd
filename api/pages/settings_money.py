"""Money settings: what new documents start with."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response

from api.deps import Read, Write
from api.pages.settings import Tab, check_owner, tabs_of
from api.render import member_page, redirect
from api.routing import Router
from api.web.choices import countries, currencies
from models.commands.workspaces import change_workspace
from models.rules.money import parse_amount, plain_amount
from models.types.errors import Invalid
from models.types.money import Money
from models.types.principals import Door

router = Router("settings", Door.MEMBER, prefix="")


@dataclass
class MoneyPage:
    tabs: list[Tab]
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    currencies: list[tuple[str, str]] = field(default_factory=currencies)
    countries: list[tuple[str, str]] = field(default_factory=countries)


@router.get("/settings/money")
def show_money(call: Read) -> Response:
    check_owner(call)
    workspace = call.workspace
    values = {
        "currency": workspace.currency,
        "country": workspace.country,
        "tax": f"{workspace.tax_rate_mpct / 1000:g}",
        "rate": plain_amount(Money(workspace.rate_minor_per_hour, workspace.currency)) if workspace.rate_minor_per_hour else "",
        "invoice_prefix": workspace.invoice_prefix,
        "invoice_due_days": str(workspace.invoice_due_days),
        "reminder_days": ", ".join(str(days) for days in workspace.reminder_days),
        "legal_name": workspace.legal_name,
        "legal_address": workspace.legal_address,
        "tax_id": workspace.tax_id,
    }
    return member_page(call, "settings/money.html", MoneyPage(tabs_of(call, "money"), values), nav="settings")


@router.post("/settings/money")
def update_money(
    call: Write,
    currency: Annotated[str, Form(max_length=3)] = "",
    country: Annotated[str, Form(max_length=2)] = "",
    tax: Annotated[str, Form(max_length=12)] = "",
    rate: Annotated[str, Form(max_length=20)] = "",
    invoice_prefix: Annotated[str, Form(max_length=20)] = "",
    invoice_due_days: Annotated[str, Form(max_length=4)] = "",
    reminder_days: Annotated[str, Form(max_length=60)] = "",
    legal_name: Annotated[str, Form(max_length=200)] = "",
    legal_address: Annotated[str, Form(max_length=500)] = "",
    tax_id: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Change what new documents start with; issued ones keep what they said."""
    check_owner(call)
    values = {"currency": currency, "country": country, "tax": tax, "rate": rate, "invoice_prefix": invoice_prefix.strip()}
    values |= {"invoice_due_days": invoice_due_days, "reminder_days": reminder_days, "legal_name": legal_name.strip()}
    values |= {"legal_address": legal_address.strip(), "tax_id": tax_id.strip()}
    changes, errors = _read(values)
    if errors:
        page = MoneyPage(tabs_of(call, "money"), values, errors)
        return member_page(call, "settings/money.html", page, nav="settings", status=422)
    change_workspace(call.session, call.workspace, changes)
    return redirect(call, "/settings/money", flash="Saved. Documents that were issued keep what they said.")


def _read(values: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed about money as the workspace's columns, and what is wrong with it, by field."""
    changes: dict[str, Any] = {name: values[name] for name in ("invoice_prefix", "legal_name", "legal_address", "tax_id")}
    errors: dict[str, str] = {}
    for name, known in (("currency", currencies()), ("country", countries())):
        changes[name] = values[name].strip().upper()
        if changes[name] not in {code for code, _ in known}:
            errors[name] = "Choose one of the list."
    readers = {
        "tax": ("tax_rate_mpct", _rate_mpct, "Write a percentage such as 19 or 8.1."),
        "rate": ("rate_minor_per_hour", lambda text: _minor(text, changes["currency"]), "Write an amount such as 100."),
        "invoice_due_days": ("invoice_due_days", _days, "Write a number of days, 0 to 365."),
        "reminder_days": ("reminder_days", _day_list, "Write days after the due date, such as 3, 7, 14."),
    }
    for name, (column, read, sentence) in readers.items():
        try:
            changes[column] = read(values[name].strip())
        except (ValueError, Invalid):
            errors[name] = sentence
    return changes, errors


def _rate_mpct(text: str) -> int:
    rate = round(float(text.replace(",", ".").removesuffix("%") or 0) * 1000)
    if not 0 <= rate <= 100_000:
        raise ValueError(text)
    return rate


def _minor(text: str, currency: str) -> int:
    return max(0, parse_amount(text, currency).minor) if text else 0


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= 365:
        raise ValueError(text)
    return days


def _day_list(text: str) -> list[int]:
    return sorted({_days(part) for part in text.replace(";", ",").split(",") if part.strip()})
