"""What an action would have done, told from its schema alone: a new action needs nothing here."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from models.rules.automation_simulation.samples import sample_value
from models.rules.json_schemas import properties
from models.rules.money import round_half_up
from models.types.automation_simulations import Effect, EntryKind
from models.types.automations import Json

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
_HEADINGS = ("subject", "title", "name", "url")
_TITLE = 80
_BODIES = ("body", "text", "message", "note", "description", "reason")
_DEAREST_FIRST = ("total_minor", "gross_minor", "amount_minor", "value_minor")

Row = Mapping[str, Json]


def described(
    action: str,
    entry: Row,
    given: Mapping[str, Json],
    *,
    now: datetime,
    serial: int,
    record: Mapping[str, Json],
    names: Mapping[str, str],
) -> Effect:
    """The effect of an action with this input.

    entry: the action's row of the catalogue. serial: makes the ids in the output its own. record: the trigger's, whose people
    and currency the output shares. names: ids to what people call them.
    """
    names = {**_named(record), **names}
    output = sample_value(entry.get("output", {}), name="output", now=now, serial=serial, hints=_hints(given, record))
    heading = next((name for name in _HEADINGS if _is_words(given.get(name))), "")
    body = next((name for name in _BODIES if name != heading and _is_words(given.get(name))), "")
    amount, currency = _money(given, record)
    return Effect(
        output=output if isinstance(output, dict) else {"value": output},
        kind=kind_of(action, entry),
        title=_shown(given[heading], names) if heading else _first_line(given.get(body)) or str(entry.get("title", action)),
        text=str(given[body]) if body else "",
        details=tuple(_details(entry, given, {heading, body}, names)),
        amount_minor=amount,
        currency=currency if amount is not None else "",
    )


def kind_of(action: str, entry: Row) -> EntryKind:
    """What an action's effect is, told by its noun; what has a recipient and a subject is a mail."""
    wanted = properties(entry.get("input", {}))
    if {"to", "subject"} <= set(wanted) or "mail" in action.partition(".")[2].split("_"):
        return EntryKind.MAIL
    return _KINDS.get(action.partition(".")[0], EntryKind.CHANGE)


def caused_by(entry: Row, given: Mapping[str, Json]) -> str | None:
    """The event that an action causes: the one of several whose verb its input names, else the first."""
    emits = [str(one) for one in entry.get("emits", [])]
    said = {value for value in given.values() if isinstance(value, str)}
    return next((one for one in emits if one.partition(".")[2] in said), emits[0] if emits else None)


def _hints(given: Mapping[str, Json], record: Mapping[str, Json]) -> dict[str, Json]:
    """What an output most likely repeats: what the action was given, and whom the run is about."""
    about = {name: record.get(name) for name in ("engagement_id", "contact_id") if record.get(name)}
    owner = record.get("owner")
    if isinstance(owner, dict) and owner.get("id"):
        about |= {"assignee_id": owner["id"], "owner_id": owner["id"], "member_id": owner["id"], "member_ids": [owner["id"]]}
    return {**about, **{name: value for name, value in given.items() if value is not None}}


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
        return ", ".join(f"{name.replace('_', ' ')}: {_shown(item, names)}" for name, item in value.items())
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
