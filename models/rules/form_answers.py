"""What counts as an answer: from what a browser or a program sent to clean values, or a sentence for who typed it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from models.rules.contacts import normalised_email, normalised_phone
from models.rules.forms import BLANK, is_asked, is_required
from models.types.forms import CheckedAnswers, FieldKind, FormField, Upload
from models.types.money import exponent

ADDRESS_PARTS = ("street", "postal_code", "city", "country")
MAX_TEXT = 500
MAX_LONG = 20_000
MAX_FILES = 10
_MOST_MINOR = 10**15


def checked_answers(
    fields: Sequence[FormField], raw: Mapping[str, Any], *, country: str = "", currency: str = "EUR"
) -> CheckedAnswers:
    """What was sent, held against the form: clean answers of the fields that were asked, and a sentence per problem.

    raw: by field key, as a browser or a program sent it: texts, lists of texts, mappings for addresses and money, `Upload`s
    for files. Values of fields that are hidden by the logic are dropped, as are values nobody asked for.
    country: where phone numbers without prefix are dialled. currency: of money fields that name none.
    """
    found = CheckedAnswers()
    for field in fields:
        if not is_asked(field, {**found.answers, **found.uploads}):
            continue
        try:
            value: Any = _READERS[FieldKind(field.kind)](field, raw.get(field.key), country, currency)
        except ValueError as wrong:
            found.problems[field.key] = str(wrong)
            continue
        if value in BLANK:
            if is_required(field, found.answers):
                found.problems[field.key] = _missing(field)
        elif field.kind == FieldKind.FILE:
            found.uploads[field.key] = value
        else:
            found.answers[field.key] = value
    return found


def _missing(field: FormField) -> str:
    if field.kind == FieldKind.CONSENT:
        return "Please tick this box: without it we may not go on."
    if field.kind in (FieldKind.CHOICE, FieldKind.MULTI, FieldKind.RATING):
        return "Please choose an answer."
    return "Please add a file." if field.kind == FieldKind.FILE else "Please fill this in."


def _text(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = _one(raw).replace("\r\n", "\n").strip()
    limit = MAX_LONG if field.kind == FieldKind.LONG else MAX_TEXT
    if len(text) > limit:
        raise ValueError(f"This is too long: at most {limit} characters.")
    return text if field.kind == FieldKind.LONG else " ".join(text.split())


def _email(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = _one(raw).strip()
    if text and normalised_email(text) is None:
        raise ValueError("This does not look like a mail address. Check it, please: name@example.com.")
    return text


def _phone(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = " ".join(_one(raw).split())
    if text and normalised_phone(text, country) is None:
        raise ValueError("This does not look like a phone number. Write it with the country: +49 30 1234567.")
    return text


def _number(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = _one(raw).strip()
    return f"{_decimal(text):f}" if text else ""


def _money(field: FormField, raw: Any, country: str, currency: str) -> dict[str, Any]:
    """Money as {"minor", "currency"}; typed in whole units, such as "1200" or "1,200.50"."""
    kept = field.currency or currency
    if isinstance(raw, Mapping):
        minor = raw.get("minor")
        if type(minor) is not int or not 0 <= minor < _MOST_MINOR or raw.get("currency", kept) != kept:
            raise ValueError(f"Give the amount as whole minor units of {kept}.")
        return {"minor": minor, "currency": kept}
    text = _one(raw).strip()
    if not text:
        return {}
    scaled = _decimal(text).scaleb(exponent(kept))
    if scaled != scaled.to_integral_value() or scaled < 0:
        raise ValueError(f"Write an amount in {kept}, such as 1200.")
    return {"minor": int(scaled), "currency": kept}


def _date(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = _one(raw).strip()
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("This is not a date. Write it as year-month-day: 2026-11-30.") from None


def _choice(field: FormField, raw: Any, country: str, currency: str) -> str:
    text = _one(raw).strip()
    if text and text not in field.options:
        raise ValueError("Please choose one of the answers that are offered.")
    return text


def _multi(field: FormField, raw: Any, country: str, currency: str) -> list[str]:
    said = {str(one).strip() for one in (raw if isinstance(raw, list | tuple) else [raw or ""])} - {""}
    if said - set(field.options):
        raise ValueError("Please choose from the answers that are offered.")
    return [option for option in field.options if option in said]


def _rating(field: FormField, raw: Any, country: str, currency: str) -> int | None:
    text = _one(raw).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= field.steps:
        raise ValueError(f"Please choose a number from 1 to {field.steps}.")
    return int(text)


def _file(field: FormField, raw: Any, country: str, currency: str) -> tuple[Upload, ...]:
    files = tuple(raw) if isinstance(raw, list | tuple) else (raw,) if raw else ()
    if not all(isinstance(one, Upload) for one in files):
        raise ValueError("Files are uploaded with the form, as multipart/form-data.")
    if len(files) > MAX_FILES:
        raise ValueError(f"At most {MAX_FILES} files, please.")
    return files


def _address(field: FormField, raw: Any, country: str, currency: str) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raw = {"street": raw}
    parts = {name: " ".join(_one(raw.get(name)).split())[:MAX_TEXT] for name in ADDRESS_PARTS}
    return {name: part for name, part in parts.items() if part}


def _consent(field: FormField, raw: Any, country: str, currency: str) -> bool:
    return raw is True or _one(raw).strip().casefold() in ("on", "yes", "true", "1")


_READERS = {
    FieldKind.TEXT: _text,
    FieldKind.LONG: _text,
    FieldKind.HIDDEN: _text,
    FieldKind.EMAIL: _email,
    FieldKind.PHONE: _phone,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.MULTI: _multi,
    FieldKind.RATING: _rating,
    FieldKind.FILE: _file,
    FieldKind.ADDRESS: _address,
    FieldKind.CONSENT: _consent,
}


def _one(raw: Any) -> str:
    """The only value of a field that takes one; browsers send lists."""
    if isinstance(raw, list | tuple):
        raw = raw[0] if raw else ""
    if raw is None or isinstance(raw, Mapping | Upload):
        return ""
    # Neither database stores a null character, and half of a surrogate pair is no text at all.
    return str(raw).replace("\0", "").encode("utf-8", "replace").decode()


def _decimal(text: str) -> Decimal:
    """A number as people type it: "1,200.50", "1 200", "1200,50"."""
    plain = text.replace("\xa0", "").replace(" ", "").replace("'", "")
    if "," in plain and "." not in plain and not _is_grouped(plain):
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise ValueError("This is not a number.") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise ValueError("This is not a number we can use.")
    return number


def _is_grouped(text: str) -> bool:
    """Whether commas stand where thousands are grouped: 1,200 is; 1,5 is not."""
    first, *groups = text.lstrip("-").split(",")
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)
