"""Forms for people: what each field looks like, what a browser sent, how an answer reads."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from api.files import PostedForm, as_upload
from api.web.formats import money
from models.ids import new_token
from models.rules.form_answers import ADDRESS_PARTS
from models.tables.forms import Submission
from models.types.errors import Invalid
from models.types.forms import Comparison, FieldCondition, FieldKind, FieldRole, FormField

HONEYPOT = "_website"
TOKEN = "_token"  # noqa: S105 - the name of a field
FASTEST_SECONDS = 1
"""Nobody reads, fills in and sends a form in less; machines do."""
_AUTOCOMPLETE = {
    FieldRole.CONTACT_NAME: "name",
    FieldRole.CONTACT_EMAIL: "email",
    FieldRole.CONTACT_PHONE: "tel",
    FieldRole.CONTACT_TITLE: "organization-title",
    FieldRole.COMPANY_NAME: "organization",
}
_PREFILLED = frozenset(FieldKind) - {FieldKind.ADDRESS, FieldKind.MULTI, FieldKind.FILE, FieldKind.CONSENT}
_COMPARISONS = {
    Comparison.IS: "is “{}”",
    Comparison.IS_NOT: "is not “{}”",
    Comparison.CONTAINS: "contains “{}”",
    Comparison.FILLED: "is answered",
    Comparison.EMPTY: "is not answered",
    Comparison.OVER: "is over {}",
    Comparison.UNDER: "is under {}",
}


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field, ready to be drawn."""

    key: str
    kind: str
    label: str
    hint: str
    is_required: bool
    """Whether the browser may insist: not for fields that the logic can hide, which a browser without scripts still shows."""
    is_optional: bool
    options: tuple[str, ...]
    steps: int
    currency: str
    value: Any
    """What was typed: a text; a list for multi; a mapping for an address."""
    error: str
    show_if: str
    """The conditions as JSON for the browser, or ""."""
    only_if: str
    """The conditions in words, for a browser without scripts."""
    autocomplete: str


def field_views(
    fields: Sequence[FormField],
    *,
    currency: str,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FieldView]:
    """Every field as the page draws it, with what was typed and what is wrong."""
    labels = {one.key: one.label for one in fields}
    typed, problems = values or {}, errors or {}
    return [
        FieldView(
            key=one.key,
            kind=one.kind,
            label=one.label,
            hint=one.hint,
            is_required=one.required and not one.show_if,
            is_optional=not one.required,
            options=one.options,
            steps=one.steps,
            currency=one.currency or currency,
            value=typed.get(one.key, ""),
            error=problems.get(one.key, ""),
            show_if=json.dumps([asdict(condition) for condition in one.show_if]) if one.show_if else "",
            only_if=conditions_text(one.show_if, labels),
            autocomplete=_AUTOCOMPLETE.get(FieldRole(one.role), ""),
        )
        for one in fields
    ]


def conditions_text(conditions: Sequence[FieldCondition], labels: Mapping[str, str]) -> str:
    """Conditions in words: "“Kind of work” is “Website” and “Pages” is over 5"."""
    return " and ".join(
        f"“{labels.get(one.field, one.field)}” {_COMPARISONS[Comparison(one.comparison)].format(one.value)}" for one in conditions
    )


def typed_values(fields: Sequence[FormField], posted: PostedForm) -> dict[str, Any]:
    """What a browser sent, by field key, in the shape the rules and the page expect. Files are left out."""
    typed: dict[str, Any] = {}
    for one in fields:
        if one.kind == FieldKind.ADDRESS:
            typed[one.key] = {part: posted.value(f"{one.key}.{part}") for part in ADDRESS_PARTS}
        elif one.kind == FieldKind.MULTI:
            typed[one.key] = posted.values.get(one.key, [])
        elif one.kind != FieldKind.FILE:
            typed[one.key] = posted.value(one.key)
    return typed


def prefilled_values(fields: Sequence[FormField], given: Mapping[str, str]) -> dict[str, str]:
    """What a link may fill in: texts and choices. Never a consent: that is the person's own act."""
    return {one.key: given[one.key] for one in fields if one.key in given and one.kind in _PREFILLED}


@dataclass(frozen=True, slots=True)
class ClaimedFiles:
    """Uploaded files before they are kept, by field key, and what is wrong with them."""

    uploads: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def claimed_files(fields: Sequence[FormField], posted: PostedForm) -> ClaimedFiles:
    """The files of the form's own file fields; others are ignored."""
    found = ClaimedFiles()
    for one in fields:
        if one.kind != FieldKind.FILE:
            continue
        try:
            found.uploads[one.key] = [as_upload(file) for file in posted.files.get(one.key, [])]
        except Invalid as refused:
            found.problems[one.key] = refused.detail
    return found


def page_token(secret: str, now: datetime) -> str:
    """A token for one rendering of a form: makes its posts one submission, and tells when it was rendered."""
    stamp = f"{int(now.timestamp() * 1000)}.{new_token()}"
    return f"{stamp}.{_proof(secret, stamp)}"


def is_hasty(secret: str, token: str, now: datetime) -> bool:
    """Whether a form came back faster than a person can send it. A token that is not a page's tells nothing."""
    stamp, _, proof = token.rpartition(".")
    if not hmac.compare_digest(proof.encode(), _proof(secret, stamp).encode()):
        return False
    rendered_ms = int(stamp.partition(".")[0])
    return now.timestamp() * 1000 - rendered_ms < FASTEST_SECONDS * 1000


def _proof(secret: str, stamp: str) -> str:
    return hmac.new(secret.encode(), f"form:{stamp}".encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer, as it reads under the label it was given under."""

    key: str
    label: str
    kind: str
    text: str
    files: list[dict[str, Any]] = field(default_factory=list)


def answer_views(fields: Sequence[FormField], submission: Submission) -> list[AnswerView]:
    """The answers in the form's order. Questions that were not asked or not answered are left out."""
    found = []
    for one in fields:
        said = submission.answers.get(one.key)
        if said is not None:
            files = said if one.kind == FieldKind.FILE else []
            found.append(AnswerView(one.key, one.label, one.kind, "" if files else answer_text(one, said), files))
    return found


def answer_text(one: FormField, said: Any) -> str:
    """One answer as text."""
    if one.kind == FieldKind.MONEY:
        return money(said["minor"], said["currency"])
    if one.kind == FieldKind.RATING:
        return f"{said} of {one.steps}"
    if one.kind == FieldKind.CONSENT:
        return "Agreed"
    if isinstance(said, Mapping):
        return ", ".join(str(said[part]) for part in ADDRESS_PARTS if said.get(part))
    return ", ".join(said) if isinstance(said, list) else str(said)
