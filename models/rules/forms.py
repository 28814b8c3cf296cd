"""What a form asks, and when. The browser warns early; this decides."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from models.types.forms import Comparison, FieldCondition, FieldKind, FieldRole, FormField
from models.types.money import exponent

BLANK: tuple[object, ...] = ("", None, [], {}, (), False)
"""What counts as no answer. Numbers are kept as text, so zero is one."""
_ROLE_KINDS: dict[str, tuple[str, ...]] = {
    FieldRole.CONTACT_NAME: (FieldKind.TEXT,),
    FieldRole.CONTACT_EMAIL: (FieldKind.EMAIL,),
    FieldRole.CONTACT_PHONE: (FieldKind.PHONE,),
    FieldRole.CONTACT_TITLE: (FieldKind.TEXT,),
    FieldRole.CONTACT_ADDRESS: (FieldKind.ADDRESS,),
    FieldRole.COMPANY_NAME: (FieldKind.TEXT,),
    FieldRole.ENGAGEMENT_TITLE: (FieldKind.TEXT, FieldKind.CHOICE),
    FieldRole.ENGAGEMENT_VALUE: (FieldKind.MONEY,),
    FieldRole.SOURCE: (FieldKind.HIDDEN, FieldKind.CHOICE, FieldKind.TEXT),
}


def as_field(raw: Mapping[str, Any]) -> FormField:
    """A field as it is kept in a form's JSON. Unknown names are dropped, so that newer documents can be read."""
    known: dict[str, Any] = {name: raw[name] for name in FormField.__dataclass_fields__ if name in raw}
    for name in ("show_if", "required_if"):
        known[name] = tuple(FieldCondition(**condition) for condition in known.get(name, ()))
    known["options"] = tuple(known.get("options", ()))
    return FormField(**known)


def as_fields(raw: Iterable[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """All fields of a form, in order."""
    return tuple(as_field(one) for one in raw)


def as_json(fields: Iterable[FormField]) -> list[dict[str, Any]]:
    """Fields as a form keeps them."""
    return [{name: list(one) if isinstance(one, tuple) else one for name, one in asdict(field).items()} for field in fields]


def holds(condition: FieldCondition, answers: Mapping[str, Any]) -> bool:
    """Whether a condition is met by the answers so far. Texts are compared without regard to case."""
    said = answers.get(condition.field)
    if condition.comparison == Comparison.FILLED:
        return said not in BLANK
    if condition.comparison == Comparison.EMPTY:
        return said in BLANK
    if condition.comparison in (Comparison.OVER, Comparison.UNDER):
        return _is_beyond(said, condition)
    values = [_plain(one) for one in (said if isinstance(said, list) else [said])]
    wanted = _plain(condition.value)
    if condition.comparison == Comparison.CONTAINS:
        return any(wanted in value for value in values if value)
    return (wanted in values) is (condition.comparison == Comparison.IS)


def _is_beyond(said: Any, condition: FieldCondition) -> bool:
    """Numbers and ratings as such, money in whole units: 1,200.00 EUR is over 1000."""
    if isinstance(said, Mapping) and "minor" in said:
        said = Decimal(said["minor"]).scaleb(-exponent(said["currency"]))
    try:
        number, bound = Decimal(str(said)), Decimal(condition.value)
    except InvalidOperation:
        return False
    return number > bound if condition.comparison == Comparison.OVER else number < bound


def _plain(value: Any) -> str:
    if value is True:
        return "yes"
    return "" if value in BLANK else str(value).strip().casefold()


def is_asked(field: FormField, answers: Mapping[str, Any]) -> bool:
    """Whether a field is shown, given the answers to the fields before it."""
    return all(holds(condition, answers) for condition in field.show_if)


def is_required(field: FormField, answers: Mapping[str, Any]) -> bool:
    """Whether a field that is shown must be answered."""
    return field.required or (bool(field.required_if) and all(holds(condition, answers) for condition in field.required_if))


def roles_of(kind: str) -> tuple[str, ...]:
    """The roles that a field of a kind may have."""
    return tuple(role for role, kinds in _ROLE_KINDS.items() if kind in kinds)


def answers_by_role(fields: Iterable[FormField], answers: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, by what it means: {"contact.email": …}. Fields without a role, or without an answer, are left out."""
    return {field.role: answers[field.key] for field in fields if field.role and field.key in answers}


def field_problem(field: FormField, before: Sequence[FormField]) -> str | None:
    """What is wrong with one field of a form being edited, as a sentence, or None. before: the fields above it."""
    if field.kind not in set(FieldKind):
        return f"There is no kind of field called “{field.kind}”."
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", field.key) or field.key in {one.key for one in before}:
        return f"“{field.label or field.key}” needs a key of its own: small letters, digits and underscores."
    if not field.label.strip():
        return "Every field needs a label."
    if field.kind in (FieldKind.CHOICE, FieldKind.MULTI) and len(set(field.options) - {""}) < 1:
        return f"“{field.label}” offers nothing to choose from."
    if field.role and field.kind not in _ROLE_KINDS.get(field.role, ()):
        return f"“{field.label}” cannot be the {field.role.replace('.', ' ')}: that is another kind of field."
    return _logic_problem(field, before)


def _logic_problem(field: FormField, before: Sequence[FormField]) -> str | None:
    if field.role and any(one.role == field.role for one in before):
        return f"Two fields are the {field.role.replace('.', ' ')}. Keep one."
    if not 2 <= field.steps <= 10:
        return f"“{field.label}” needs between 2 and 10 steps."
    above = {one.key for one in before}
    for condition in (*field.show_if, *field.required_if):
        if condition.field not in above:
            return f"“{field.label}” depends on a field that does not stand above it."
        if condition.comparison not in set(Comparison):
            return f"“{field.label}” compares in a way we do not know: {condition.comparison}."
    return None


def form_problems(fields: Sequence[FormField]) -> list[str]:
    """What keeps a form from being published, as sentences; empty when it may be."""
    found = [problem for at, field in enumerate(fields) if (problem := field_problem(field, fields[:at]))]
    if not fields:
        found.append("The form asks nothing yet.")
    elif not {FieldRole.CONTACT_EMAIL, FieldRole.CONTACT_PHONE} & {field.role for field in fields}:
        found.append("Nobody could be answered: add a mail or phone field that is the contact's.")
    return found
