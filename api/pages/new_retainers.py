"""Starting a retainer by hand."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from api.attempts import attempt
from api.deps import Call, Read, Write
from api.files import Posted
from api.render import member_page, redirect
from api.retainer_words import MISSED, RHYTHMS
from api.routing import Router
from models.commands.retainers import start_retainer
from models.queries.engagements import get_engagement, select_engagements
from models.queries.people import names_of_people
from models.queries.retainers import terms_from
from models.rules.dates import local_date
from models.rules.money import parse_amount
from models.tables.retainers import Retainer
from models.types.errors import Invalid
from models.types.principals import Door
from models.types.retainers import Collection, RetainerDraft, RetainerTerms

router = Router("retainers", Door.MEMBER)
_FIELDS = {
    "engagement_id": "",
    "name": "",
    "amount": "",
    "anchor_on": "",
    "rhythm": "months",
    "every": "1",
    "billing": "advance",
    "ends_on": "",
    "collect": "send",
    "review_days": "0",
    "missed": "bill",
    "hours": "",
    "rolls_over": "",
    "overage": "",
}
_MOST_HOURS = 1000


@dataclass
class NewRetainerPage:
    """`retainers/new.html`."""

    engagements: list[tuple[str, str]]
    rhythms: list[tuple[str, str]]
    missed: list[tuple[str, str]]
    currency: str
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/retainers/new")
def new(call: Read, engagement_id: Annotated[str, Query(max_length=64)] = "") -> Response:
    """What is to be agreed."""
    today = local_date(call.now, call.workspace.timezone)
    return _form(call, {**_FIELDS, "engagement_id": engagement_id, "anchor_on": today.isoformat()}, {})


@router.post("/retainers")
def create(call: Write, posted: Posted) -> Response:
    """Start it. Its first invoice is made when its first period is due."""
    values = {name: posted.value(name) for name in _FIELDS}
    made: list[Retainer] = []
    errors = attempt(call, lambda: made.append(start_retainer(call.session, _draft(call, values), now=call.now)))
    if errors:
        return _form(call, values, errors)
    return redirect(call, f"/retainers/{made[0].id}", flash=f"{made[0].name} has begun.")


def _draft(call: Call, values: dict[str, str]) -> RetainerDraft:
    if not values["engagement_id"]:
        raise Invalid("Choose the engagement that it belongs to.", field="engagement_id")
    engagement = get_engagement(call.session, values["engagement_id"])
    rate = call.workspace.tax_rate_mpct
    return RetainerDraft(
        engagement_id=engagement.id,
        contact_id=engagement.contact_id,
        name=values["name"],
        terms=_terms(call, values, engagement.currency),
        tax_rates_mpct=(rate,) if rate else (),
        collect=Collection.CHARGE if values["collect"] == "charge" else Collection.SEND,
        review_days=_number(values["review_days"], "review_days", most=90),
    )


def _terms(call: Call, values: dict[str, str], currency: str) -> RetainerTerms:
    hours = {
        "included_seconds": _seconds(values["hours"]),
        "rolls_over": values["rolls_over"] == "on",
        "overage_rate_minor_per_hour": _minor(values["overage"], currency, "overage") if values["overage"].strip() else 0,
    }
    return terms_from(
        {
            "anchor_on": _day(values["anchor_on"], "anchor_on"),
            "zone": call.workspace.timezone,
            "amount_minor": _minor(values["amount"], currency, "amount"),
            "currency": currency,
            "rhythm": values["rhythm"],
            "every": _number(values["every"], "every", least=1, most=120),
            "billing": values["billing"],
            "missed": values["missed"],
            "ends_on": _day(values["ends_on"], "ends_on") if values["ends_on"] else None,
            "hours": hours,
        }
    )


def _form(call: Call, values: dict[str, str], errors: dict[str, str]) -> Response:
    rows = list(call.session.exec(select_engagements(status="live").limit(300)).all())
    names = names_of_people(call.session, (row.contact_id for row in rows))
    page = NewRetainerPage(
        engagements=[(row.id, f"{row.title} · {names.get(row.contact_id, '')}") for row in rows],
        rhythms=RHYTHMS,
        missed=MISSED,
        currency=call.workspace.currency,
        values=values,
        errors=errors,
    )
    return member_page(call, "retainers/new.html", page, nav="retainers", status=422 if errors else 200)


def _minor(text: str, currency: str, name: str) -> int:
    try:
        return parse_amount(text, currency).minor
    except Invalid as wrong:
        raise Invalid(wrong.detail, field=name) from None


def _number(text: str, name: str, *, least: int = 0, most: int) -> int:
    if not text.strip().isdigit() or not least <= int(text) <= most:
        raise Invalid(f"Type a number from {least} to {most}.", field=name)
    return int(text)


def _seconds(text: str) -> int:
    """Hours as people type them: `10`, `7.5`, `7:30`; nothing is none."""
    whole, mark, rest = text.strip().replace(",", ".").partition(":")
    try:
        seconds = int(whole) * 3600 + int(rest) * 60 if mark else int(float(whole or "0") * 3600)
    except (ValueError, OverflowError):
        raise Invalid("Type hours such as 10 or 7:30.", field="hours") from None
    if not 0 <= seconds <= _MOST_HOURS * 3600:
        raise Invalid(f"A period has at most {_MOST_HOURS} hours.", field="hours")
    return seconds


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose a day.", field=name) from None
