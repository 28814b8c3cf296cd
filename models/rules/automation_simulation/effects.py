"""What an action would have done, told from its schema alone: a new action needs nothing here."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from models.rules.automation_simulation.samples import sample_value
from models.rules.json_schemas import properties
from models.rules.money import percent_mpct, plain_amount, round_half_up
from models.rules.secret_names import without_secrets
from models.types.automation_courses import Course
from models.types.automation_simulations import Effect, EntryKind, Ground
from models.types.automations import Json
from models.types.money import Money

_KINDS: Mapping[str, EntryKind] = {
    "messages": EntryKind.MESSAGE,
    "inbox": EntryKind.MESSAGE,
    "conversations": EntryKind.MESSAGE,
    "comments": EntryKind.MESSAGE,
    "members": EntryKind.NOTICE,
    "notifications": EntryKind.NOTICE,
    "tasks": EntryKind.TASK,
    "invoices": EntryKind.INVOICE,
    "credit_notes": EntryKind.INVOICE,
    "payments": EntryKind.CHARGE,
    "proposals": EntryKind.DOCUMENT,
    "contracts": EntryKind.DOCUMENT,
    "forms": EntryKind.DOCUMENT,
    "files": EntryKind.DOCUMENT,
    "bookings": EntryKind.BOOKING,
    "http": EntryKind.REQUEST,
}
_BOOKS: Mapping[str, int] = {"invoice.issued": 1, "invoice.voided": -1, "payment.succeeded": 1, "payment.refunded": -1}
"""The event that an action causes to the sign with which its amount counts as invoiced or received."""
_HEADINGS = ("subject", "title", "name", "url")
_TITLE = 80
_BODIES = ("body", "text", "message", "note", "description", "reason")
_DEAREST_FIRST = ("total_minor", "gross_minor", "amount_minor", "value_minor")

Row = Mapping[str, Json]


def described(ground: Ground, course: Course, action: str, given: Mapping[str, Json]) -> Effect:
    """The effect of an action with this input, in a run as it stands.

    What earlier actions of the run made is known by its id: an invoice that is issued has the total of its draft.
    """
    row = ground.catalogue.get(action, {})
    names = {**_named(course.trigger), **ground.names}
    kind, causes = kind_of(action, row), caused_by(row, given)
    known = [course.stage.made[value] for value in given.values() if isinstance(value, str) and value in course.stage.made]
    amount, currency = _money(given, course.trigger)
    net = amount
    if amount is not None and kind is EntryKind.INVOICE:
        amount += percent_mpct(amount, ground.tax_rate_mpct)
    if amount is None and known:
        amount, currency = _amount(known[0]), str(known[0].get("currency") or currency)
    hints = _hints(given, course.trigger, known, {"total_minor": amount, "currency": currency})
    serial = course.number * 10_000 + course.stage.serial
    output = sample_value(row.get("output", {}), name="output", now=course.now, serial=serial, hints=hints)
    heading, body = _words(given)
    details = tuple(_details(row, given, {heading, body}, names))
    if amount is not None and net is not None and amount != net:
        details = (*details, ("Without tax", plain_amount(Money(net, currency))))
    return Effect(
        output=output if isinstance(output, dict) else {"value": output},
        kind=kind,
        title=_titled(given, known, heading, body, names) or str(row.get("title", action)),
        text=str(given[body]) if body else "",
        details=details,
        amount_minor=amount,
        currency=currency if amount is not None else "",
        booked_minor=_BOOKS.get(causes or "", 0) * (amount or 0),
        causes=causes,
    )


def _words(given: Mapping[str, Json]) -> tuple[str, str]:
    """Which inputs are the heading and the text; empty where there is none."""
    heading = next((name for name in _HEADINGS if _is_words(given.get(name))), "")
    return heading, next((name for name in _BODIES if name != heading and _is_words(given.get(name))), "")


def _titled(
    given: Mapping[str, Json], known: Sequence[Mapping[str, Json]], heading: str, body: str, names: Mapping[str, str]
) -> str:
    """A heading: what it was given, or what the thing it is about is called, or the first line of its text."""
    if heading:
        return _shown(given[heading], names)
    return next((str(one["title"]) for one in known if _is_words(one.get("title"))), "") or _first_line(given.get(body))


def kind_of(action: str, entry: Row) -> EntryKind:
    """What an action's effect is, told by its noun; what queues a mail, or has a recipient and a subject, is a mail."""
    if "email_id" in properties(entry.get("output", {})) or {"to", "subject"} <= set(properties(entry.get("input", {}))):
        return EntryKind.MAIL
    return _KINDS.get(action.partition(".")[0], EntryKind.CHANGE)


def caused_by(entry: Row, given: Mapping[str, Json]) -> str | None:
    """The event that an action causes: the one of several whose verb its input names, else the first."""
    emits = [str(one) for one in entry.get("emits", [])]
    said = {value for value in given.values() if isinstance(value, str)}
    return next((one for one in emits if one.partition(".")[2] in said), emits[0] if emits else None)


def _hints(
    given: Mapping[str, Json], record: Mapping[str, Json], known: Sequence[Mapping[str, Json]], money: Mapping[str, Json]
) -> dict[str, Json]:
    """What an output most likely repeats: what the action was given, what is known of it, and whom the run is about."""
    about = {name: record.get(name) for name in ("engagement_id", "contact_id") if record.get(name)}
    owner = record.get("owner")
    if isinstance(owner, dict) and owner.get("id"):
        about |= {"assignee_id": owner["id"], "owner_id": owner["id"], "member_id": owner["id"], "member_ids": [owner["id"]]}
    for part in (*known, money, given):
        about |= {name: value for name, value in part.items() if value is not None and not (part in known and name == "status")}
    return about


def _named(record: Mapping[str, Json]) -> dict[str, str]:
    """What the people and things of a record are called, by id."""
    parts = (part for part in record.values() if isinstance(part, dict) and part.get("id"))
    return {str(part["id"]): str(part.get("name") or part["title"]) for part in parts if part.get("name") or part.get("title")}


def _first_line(text: Json) -> str:
    line = text.strip().partition("\n")[0] if isinstance(text, str) else ""
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"


def _is_words(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _details(entry: Row, given: Mapping[str, Json], told: set[str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    wanted = properties(entry.get("input", {}))
    for name, value in given.items():
        if name not in told and value not in (None, "", [], {}) and not name.endswith("_minor"):
            label = wanted.get(name, {}).get("title") or name.replace("_", " ").capitalize()
            yield str(label), _shown(value, names)


def _shown(value: Json, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(item, names) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')}: {_shown(item, names)}" for name, item in without_secrets(value).items())
    text = str(value)
    return names.get(text.removeprefix("member:"), text)


def _money(given: Mapping[str, Json], record: Mapping[str, Json]) -> tuple[int | None, str]:
    """The amount an input names: as a whole, or added up over its lines. None when it names none."""
    currency = str(given.get("currency") or _currency(record))
    found = _amount(given)
    for value in given.values():
        if found is None and isinstance(value, list):
            amounts = [amount for line in value if isinstance(line, dict) and (amount := _line_amount(line)) is not None]
            found = sum(amounts) if amounts else None
    return found, currency


def _amount(given: Mapping[str, Json]) -> int | None:
    minor = {name: value for name, value in given.items() if name.endswith("_minor") and _is_whole(value)}
    best = next((name for name in _DEAREST_FIRST if name in minor), next(iter(minor), None))
    if best is not None:
        return int(minor[best])
    nested = (value.get("minor") for value in given.values() if isinstance(value, dict) and "currency" in value)
    return next((value for value in nested if isinstance(value, int)), None)


def _line_amount(line: Mapping[str, Json]) -> int | None:
    price = _amount(line)
    quantity = line.get("quantity_milli", 1000)
    return None if price is None else round_half_up(Fraction(price * (quantity if _is_whole(quantity) else 1000), 1000))


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _currency(record: Mapping[str, Json]) -> str:
    parts = (record.get(name) for name in ("subject", "engagement", "workspace"))
    return next((str(part["currency"]) for part in parts if isinstance(part, dict) and part.get("currency")), "EUR")
