"""Who is the same person, the same company; and which of two values of a fact is kept."""

import re
import unicodedata
from collections.abc import Mapping

import phonenumbers

from models.types.contacts import FieldProposal, FieldValue, MergedFields, MergePolicy

_EMAIL = re.compile(r"[^@\s\"<>(),:;\\\[\]]+@(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LONGEST_EMAIL, _LONGEST_LABEL = 254, 63  # RFC 5321, RFC 1035
_LEGAL_FORMS = re.compile(
    r"\b(gmbh(?: ?& ?co\.? ?kg)?|ag|kg|ug|ohg|e\.? ?v\.?|ltd|limited|llc|inc|incorporated|corp|plc|s\.?a\.?r\.?l|s\.?r\.?l|s\.?l|"
    r"b\.?v|n\.?v|s\.?a\.?s|oy|ab|aps|pty)\b\.?$"
)
# Every one of these is a mailbox provider: people who share it share no company.
_MAILBOXES = frozenset(
    (
        *(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "yahoo.com",
            "icloud.com",
            "me.com",
            "aol.com",
        ),
        *("gmx.de", "gmx.net", "web.de", "t-online.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com"),
        *("fastmail.com", "yandex.ru", "mail.ru", "qq.com", "163.com"),
    )
)


def normalised_email(text: str | None) -> str | None:
    """The form in which two spellings of one mail address are equal, or None when it is no mail address.

    Case, spaces, invisible characters and Unicode compatibility forms do not count; the domain is in its ASCII form.
    Dots and `+tags` do count: only some providers ignore them, and two people must never become one.
    """
    visible = "".join(
        mark for mark in unicodedata.normalize("NFKC", text or "") if unicodedata.category(mark) not in ("Cf", "Cc")
    )
    # Lower case, not case folding: that turns ß into ss, and groß@ into somebody else. It may split accents off, so NFKC again.
    lowered = unicodedata.normalize("NFKC", re.sub(r"\s", "", visible).lower())
    local, at, domain = lowered.replace("。", ".").rpartition("@")
    if not at or len(lowered) > _LONGEST_EMAIL:
        return None
    labels = [_ascii_label(label) for label in domain.split(".")]
    if any(len(label) > _LONGEST_LABEL for label in labels):
        return None
    email = f"{local}@{'.'.join(labels)}"
    return email if len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email) else None


def _ascii_label(label: str) -> str:
    # Python's own "idna" codec speaks the standard of 2003, for which straße.de is somebody else's strasse.de.
    return label if label.isascii() else "xn--" + label.encode("punycode").decode()


def normalised_phone(text: str | None, country: str) -> str | None:
    """The number in E.164 (`+493012345678`), or None when it cannot be a number.

    country: ISO 3166 code of where a number without prefix is dialled. Source: ITU E.164, Google's libphonenumber.
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text or ""), country)
    except phonenumbers.NumberParseException:
        return None
    # Some countries know no shortest number to the library; fewer than five digits is an extension, not a person.
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < 10_000:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalised_company_name(text: str) -> str:
    """The form in which two spellings of one company's name are equal: case, spaces, marks and legal form do not count."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .,")
    return _LEGAL_FORMS.sub("", plain).strip(" .,") or plain


def company_domain(email_norm: str | None) -> str:
    """The domain that tells a person's company, or "" for a mailbox provider's."""
    domain = (email_norm or "").rpartition("@")[2]
    return "" if domain in _MAILBOXES else domain


def filled_blanks(kept: Mapping[str, object], offered: Mapping[str, object]) -> dict[str, object]:
    """The offered facts that are not known yet. What is known is never overwritten by what a stranger typed."""
    return {name: value for name, value in offered.items() if value and not kept.get(name)}


def name_from_email(email: str) -> str:
    """A readable name for somebody of whom only the address is known: `ada.byron@…` is "Ada Byron"."""
    return " ".join(part.capitalize() for part in re.split(r"[._+-]+", email.partition("@")[0]) if part) or email


def merged_fields(
    current: Mapping[str, FieldValue],
    incoming: Mapping[str, FieldValue],
    *,
    policies: Mapping[str, MergePolicy] | None = None,
    default: MergePolicy = MergePolicy.FILL_BLANK,
) -> MergedFields:
    """What a contact knows after new values came in, by form, import or from a merged contact.

    policies: by field name; other fields follow the default. Values keep the provenance they came with.
    Applying the same values twice changes nothing the second time.
    """
    fields = {name: held for name, held in current.items() if not _is_blank(held)}
    changed: list[str] = []
    proposals: list[FieldProposal] = []
    for name, new in incoming.items():
        held = fields.get(name)
        if _is_blank(new) or (held is not None and _same(held, new)):
            continue
        policy = (policies or {}).get(name, default)
        if held is None or policy == MergePolicy.OVERWRITE:
            fields[name] = new
            changed.append(name)
        elif policy == MergePolicy.PROPOSE:
            proposals.append(FieldProposal(name, held, new))
    return MergedFields(fields, tuple(changed), tuple(proposals))


def _is_blank(held: FieldValue) -> bool:
    return not held.value.strip()


def _same(one: FieldValue, other: FieldValue) -> bool:
    return " ".join(one.value.split()) == " ".join(other.value.split())
